"""Our clients over HTTP against Prism, an independent mock, of each carrier's own mended specification.

Every request of every verb, in every form that we send, goes out through the real client: a token first, then the
request, a payment token where USPS wants one. Prism holds each against the specification; a single violation is
exit 1. What is skipped is said with its reason; nothing to run at all is exit 1 only where RETURNCTL_REQUIRE names
it (`specs`, `node`).

    scripts/conformance-prism [--specs DIR] [--prism DIR]

--specs is where the carriers' files lie (default: RETURNCTL_SPECS), --prism a folder in which
`npm install @stoplight/prism-cli` was run; without it that is done in a temporary folder.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

sys.path.insert(
    0, str(Path(__file__).resolve().parent.parent)
)  # the tests know the specifications and the forms

from returnctl.carriers import CODES, NAMES, carrier
from returnctl.carriers.client import CarrierClient
from returnctl.carriers.tokens import Tokens
from returnctl.errors import ReturnctlError
from returnctl.http import Answer, Http, Request
from tests.carriers.orders import ACCOUNTS, credentials
from tests.conformance import specs
from tests.conformance.test_answers import PARSES
from tests.conformance.test_requests import COMMON, OWN, Build

PACKAGE = "@stoplight/prism-cli@5"
# Prism cuts the list where it is long, so that it is no JSON any more; what concerns the request stands first.
_ABOUT_REQUEST = re.compile(r'"location":\["request"[^{}]*')


class Nothing(Exception):
    """There is nothing to run; `needs` is what RETURNCTL_REQUIRE calls it."""

    def __init__(self, needs: str, why: str) -> None:
        super().__init__(why)
        self.needs = needs


class Mocked(Http):
    """Sends what is meant for the carrier to the mock of the right file, and notes what the mock finds wrong."""

    def __init__(self, code: str, base: str, ports: dict[str, int]) -> None:
        super().__init__(user_agent="returnctl/conformance")
        self._code, self._base, self._ports = code, base, ports
        self.held: list[Request] = []
        self.requests: Counter[str] = Counter()
        self.violations: dict[str, list[str]] = {file: [] for file in ports}

    def send(self, request: Request, **more: Any) -> Answer:
        operation = specs.operation_for(self._code, request, self._base)
        query = urlsplit(request.url).query
        url = f"http://127.0.0.1:{self._ports[operation.file]}{operation.path}{'?' if query else ''}{query}"
        there = msgspec.structs.replace(request, url=url)
        answer = super().send(there, **{**more, "accept_statuses": range(400, 600)})
        self.requests[operation.file] += 1
        self.held.append(request)
        words = f"{request.method} {operation.path} ({request.summary})"
        self.violations[operation.file] += [f"{words}: {wrong}" for wrong in wrong_in(answer)]
        return answer


def wrong_in(answer: Answer) -> list[str]:
    """What Prism says is wrong with the request. That its own made-up answers break the files is no matter here."""
    found = _ABOUT_REQUEST.findall(answer.header("sl-violations"))
    if not found and answer.status >= 400:
        found = [f"HTTP {answer.status} {answer.body[:200].decode(errors='replace')}"]
    return found


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--specs", type=Path, default=os.environ.get("RETURNCTL_SPECS"))
    parser.add_argument("--prism", type=Path, metavar="DIR")
    options = parser.parse_args()
    with ExitStack() as stack:
        try:
            check_specs(options.specs)
            prism = find_prism(options.prism, stack)
        except Nothing as nothing:
            print(f"skipped, nothing was run: {nothing}")
            return int(nothing.needs in os.environ.get("RETURNCTL_REQUIRE", "").split(","))
        wrong = [run(code, prism) for code in CODES]
    say_unused(options.specs)
    print(f"\n{sum(map(len, wrong))} request violations")
    for line in chain.from_iterable(wrong):
        print(f"  {line}")
    return int(any(wrong))


def check_specs(folder: Path | None) -> None:
    if folder is None or not folder.is_dir():
        raise Nothing("specs", f"no folder of specifications ({folder or 'RETURNCTL_SPECS is not set'})")
    os.environ["RETURNCTL_SPECS"] = str(folder.resolve())


def find_prism(folder: Path | None, stack: ExitStack) -> Path:
    """The program, freshly installed in a temporary folder unless one was named. Raises Nothing."""
    if folder is None:
        npm = shutil.which("npm")
        if npm is None:
            raise Nothing("node", "Prism needs Node, and there is no npm here")
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="prism-")))
        print(f"installing {PACKAGE} in {folder}", flush=True)
        command = [npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), PACKAGE]
        if subprocess.run(command, cwd=folder, check=False).returncode:
            raise Nothing("node", f"npm could not install {PACKAGE}; the reason stands above")
    program = folder / "node_modules" / ".bin" / "prism"
    if not program.exists() or shutil.which("node") is None:
        raise Nothing("node", f"no Prism at {program}, or no Node to run it")
    return program


def run(code: str, prism: Path) -> list[str]:
    """All forms of one carrier, and a table of its files; what was wrong with the requests."""
    with ExitStack() as stack:
        ports = {file: stack.enter_context(mock(prism, code, file)) for file in specs.FILES[code]}
        check_mock(*client_of(code, ports))
        client, http = client_of(code, ports)
        unread = {form: why for form, build in forms(code) if (why := tried(client, http, form, build))}
    print(f"\n{NAMES[code]:<34}{'requests':>9}{'violations':>12}")
    for file in ports:
        print(f"  {file:<32}{http.requests[file]:>9}{len(http.violations[file]):>12}")
        if not http.requests[file]:
            http.violations[file].append("no request of ours was held against it")
    print(
        f"  {len(forms(code))} forms; {len(forms(code)) - len(unread)} of the mock's answers read by our parsers too"
    )
    for form, why in unread.items():
        print(f"    {form} is valid, its made-up answer is not read: {why}")
    return [f"{NAMES[code]} {file}: {line}" for file, lines in http.violations.items() for line in lines]


def client_of(code: str, ports: dict[str, int]) -> tuple[CarrierClient, Mocked]:
    one = carrier(code)
    base = one.hosts["test"]
    http = Mocked(code, base, ports)
    return CarrierClient(
        one, http, credentials(code), environment="test", base=base, tokens=Tokens(None)
    ), http


def check_mock(client: CarrierClient, http: Mocked) -> None:
    """A mock that finds nothing wrong with an empty order would prove nothing."""
    order = COMMON["label"](client.carrier, client.base, ACCOUNTS[client.carrier.code])
    assert order is not None
    client.send(msgspec.structs.replace(order, body=b"{}"))
    if not any(http.violations.values()):
        raise SystemExit(
            f"Prism took an empty order for {client.carrier.name}: its verdicts are worth nothing"
        )


def forms(code: str) -> list[tuple[str, Build]]:
    """Every form but the log-in, which each client does on its own."""
    return [(form, build) for form, build in (COMMON | OWN[code]).items() if form != "token"]


def tried(client: CarrierClient, http: Mocked, form: str, build: Build) -> str:
    """Send it, and read the answer with the verb's parser; the reason where the answer can't be read.

    Raises what hinders the sending itself: a form that did not go out proves nothing.
    """
    request = build(client.carrier, client.base, ACCOUNTS[client.carrier.code])
    assert request is not None
    verb = max((verb for verb in PARSES if form.startswith(verb)), key=len, default=None)
    try:
        answer = client.send(request)
        if verb is not None:
            PARSES[verb](client.carrier, answer)
    except ReturnctlError as error:
        if request not in http.held:
            raise
        return error.message
    return ""


@contextmanager
def mock(prism: Path, code: str, file: str) -> Iterator[int]:
    """Prism serving one mended specification; its port."""
    with (
        tempfile.TemporaryDirectory(prefix="prism-spec-") as folder,
        socket.create_server(("127.0.0.1", 0)) as free,
    ):
        path = Path(folder, f"{file}.json")
        text = json.dumps(specs.load(code, file), default=str)
        path.write_text(
            text.replace(r"\u2026", "...")
        )  # in FedEx's sample of a token; no header can carry it
        port = free.getsockname()[1]
        free.close()
        command = [str(prism), "mock", "-h", "127.0.0.1", "-p", str(port), str(path)]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            try:
                wait_for(process, file)
                yield port
            finally:
                process.terminate()


def wait_for(process: subprocess.Popen[str], file: str) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if "Prism is listening" in line:
            return
    raise SystemExit(f"Prism could not serve {file}")


def say_unused(folder: Path) -> None:
    for code in CODES:
        files = {path.stem for path in (folder / code).iterdir() if path.suffix in {".yaml", ".json"}}
        unused = sorted(files - set(specs.FILES[code]))
        if unused:
            print(f"skipped, for no verb of ours asks it: {NAMES[code]} {', '.join(unused)}")


if __name__ == "__main__":
    sys.exit(main())
