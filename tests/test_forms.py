"""Reading into our classes from many threads at once."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

#: Eight threads that are the first to read into a class, again and again with another class.
RACE = """
import sys, threading, types
import msgspec
from returnctl.forms import ready

FIELDS = "".join(f"    f{n}: list[dict[str, int | None] | None]\\n" for n in range(20))
SOURCE = f"from __future__ import annotations\\nimport msgspec\\nclass Part(msgspec.Struct):\\n{FIELDS}"
SOURCE += "class Whole(msgspec.Struct):\\n    part: Part\\n    parts: list[Part]\\n"
PART = {f"f{n}": [{"a": 1}] for n in range(20)}
CONTENT = msgspec.json.encode({"part": PART, "parts": [PART]})

sys.setswitchinterval(1e-5)
wrong = []
for number in range(8):
    module = sys.modules[f"m{number}"] = types.ModuleType(f"m{number}")
    exec(SOURCE, module.__dict__)
    start = threading.Barrier(8)

    def read():
        start.wait()
        try:
            msgspec.json.decode(CONTENT, type=ready(module.Whole))
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
assert not wrong, wrong[0]
"""


def test_many_threads_that_are_the_first() -> None:
    """Without `ready` this ends with SIGSEGV, as a batch once did."""
    ran = subprocess.run([sys.executable, "-c", RACE], capture_output=True, text=True, cwd=ROOT)
    assert ran.returncode == 0, ran.stderr


def test_whatever_is_read_into_is_ready() -> None:
    found = 0
    for path in sorted((ROOT / "returnctl").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            form = _form(node) if isinstance(node, ast.Call) else None
            if form is None or path.name == "forms.py" or _holds_none_of_ours(form):
                continue
            assert ast.unparse(form).startswith("ready("), f"{path}: {ast.unparse(node)}"
            found += 1
    assert found > 20


def _form(call: ast.Call) -> ast.expr | None:
    """What msgspec is told to read into."""
    name = ast.unparse(call.func)
    if name == "msgspec.convert":
        return call.args[1]
    if name in ("msgspec.json.Decoder", "msgspec.msgpack.Decoder"):
        return call.args[0] if call.args else None
    if name in ("msgspec.json.decode", "msgspec.msgpack.decode"):
        return next((word.value for word in call.keywords if word.arg == "type"), None)
    return None


def _holds_none_of_ours(form: ast.expr) -> bool:
    names = {node.id for node in ast.walk(form) if isinstance(node, ast.Name)}
    return names <= {"dict", "list", "str", "int", "Any"}
