"""docs/marketplace-api.yaml against the sandbox, with Schemathesis: requests that the contract calls right and ones
that it calls wrong, in order and in chains, each answer held against the contract.

    scripts/contract-fuzz [--examples N] [--seed N] [--quick] [--url URL --token-file FILE --order N …]

--examples is the least number of requests (default: 2000); fewer made is a failure. --quick leaves out the chains and
the cases that follow from the contract alone. --url asks a marketplace that you are building, with its token in a
file and some of its orders, instead of a sandbox of our own: never one with customers, for returns are opened there.

What the contract says in words, and no schema can: a key is used once, an order has the lines that it has, a change
of mind comes in time. A refusal for these is right, and no other one of a right request is.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import sys
import tempfile
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import requests
import schemathesis
from hypothesis import strategies as st

from returnctl.sandbox.server import running

CONTRACT = Path(__file__).resolve().parent.parent / "docs" / "marketplace-api.yaml"
TOKEN = "fuzz-token"
SEEDED = [str(10_000_000 + number) for number in range(1, 11)]
FRUITFUL = 10  # operations that have anything to vary
SIGNS = {
    "image/jpeg": b"\xff\xd8\xff\xe0",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "application/pdf": b"%PDF-1.7\n",
}
# Refusals of requests that a schema can't tell from right ones, by the last word of the problem's type.
IN_WORDS = {"key-reused", "window-over"}


class Names:
    """What there is at the marketplace, so that not every request ends at 404: its orders, and what answers named."""

    def __init__(self, orders: Sequence[str]) -> None:
        self._turn = itertools.count()
        self.answers: Counter[str] = Counter()
        self.orders = [{"order": order} for order in orders]
        self.returns: list[dict[str, str]] = []
        self.attachments: list[dict[str, str]] = []

    def learn(self, answer: Any, asked: dict[str, str]) -> None:
        """From an answer to a request for `asked`, the parts of its path."""
        if not isinstance(answer, dict):
            return
        for entry in [answer, *answer.get("returns", [])]:
            if "return" in entry:
                self._add(self.returns, {"return": entry["return"]})
        for message in [answer, *answer.get("messages", [])]:
            for file in message.get("attachments", []):
                self._add(self.attachments, {"return": asked["return"], "attachment": file["attachment"]})

    def instead(self, made_up: dict[str, str]) -> dict[str, str]:
        """Names that exist, three times in four; else the ones that were made up."""
        known = {"order": self.orders, "return": self.returns, "attachment": self.attachments}
        names = known[max(made_up, key=list(known).index)]
        turn = next(self._turn)
        return names[turn // 4 % len(names)] if names and turn % 4 else made_up

    @staticmethod
    def _add(names: list[dict[str, str]], name: dict[str, str]) -> None:
        if name not in names:
            names.append(name)


def teach(names: Names) -> None:
    """Have Schemathesis make pictures that begin like pictures, and speak of things that exist."""
    for media_type, sign in SIGNS.items():
        schemathesis.openapi.media_type(media_type, st.binary(max_size=300).map(sign.__add__))

    @schemathesis.hook
    def before_call(context: Any, case: Any, kwargs: Any) -> None:
        if case.meta is None or not case.meta.generation.mode.is_positive:
            return
        if case.path_parameters:
            case.path_parameters.update(names.instead(dict(case.path_parameters)))
        if "Idempotency-Key" in case.headers:
            case.headers["Idempotency-Key"] = str(uuid.uuid4())
        if isinstance(case.body, dict) and case.body.get("text") == "":
            case.body["text"] = (
                "-"  # a probe of Schemathesis's own leaves texts empty, whatever their least length
            )
        if isinstance(case.body, dict) and "order" in case.body:
            case.body = case.body | {"line": "1"} | names.instead({"order": case.body["order"]})

    @schemathesis.hook
    def after_call(context: Any, case: Any, response: Any) -> None:
        names.answers[f"{response.status_code // 100}xx"] += 1
        if response.headers.get("content-type") == ["application/json"]:
            names.learn(response.json(), case.path_parameters)

    @schemathesis.hook
    def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
        return not (type(failure).__name__ == "RejectedPositiveData" and is_in_words(response))


def is_in_words(response: Any) -> bool:
    """Whether a refusal is of the kind that the contract gives in words alone."""
    if response.status_code != 422:
        return False
    problem = response.json()
    return problem["type"].rpartition("/")[2] in IN_WORDS or [
        error["field"] for error in problem.get("errors", [])
    ] == ["line"]


@contextlib.contextmanager
def marketplace(url: str | None, token_file: Path | None) -> Iterator[tuple[str, str]]:
    if url and token_file:
        yield url, token_file.read_text().strip()
        return
    with running(orders=3, faults="429:0.01,retry-after:0", token=TOKEN) as ours:
        yield ours, TOKEN


def look_around(names: Names, url: str, token: str) -> None:
    """The returns that there are, and their attachments."""
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {token}"
        for order in names.orders:
            names.learn(session.get(f"{url}/v1/returns", params=order, timeout=60).json(), {})
        for one in list(names.returns):
            names.learn(session.get(f"{url}/v1/returns/{one['return']}/messages", timeout=60).json(), one)


def run(url: str, token: str, examples: int, seed: int, *, quick: bool) -> int:
    """Schemathesis's exit code."""
    from schemathesis.cli import schemathesis as program

    words = [
        *("run", str(CONTRACT), "--url", url, "--header", f"Authorization: Bearer {token}"),
        *("--phases", "examples,fuzzing" if quick else "examples,coverage,fuzzing,stateful"),
        *("--max-examples", str(-(-examples // FRUITFUL)), "--seed", str(seed), "--continue-on-failure"),
        *("--generation-database", "none"),
        *("--warnings", "missing_auth,missing_test_data,validation_mismatch"),  # 429 is one of our own making
    ]
    # No configuration of the folder that one happens to stand in, and nothing is left there.
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        try:
            return int(program.main(words, prog_name="contract-fuzz", standalone_mode=False) or 0)
        except SystemExit as end:
            return int(end.code or 0)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--examples", type=int, default=2000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--quick", action="store_true")
    options.add_argument("--url")
    options.add_argument("--token-file", type=Path)
    options.add_argument("--order", action="append", default=[])
    given = options.parse_args()
    if given.url and not (given.token_file and given.order):
        options.error("--url needs --token-file and an --order")
    names = Names(given.order or SEEDED)
    teach(names)
    with marketplace(given.url, given.token_file) as (url, token):
        look_around(names, url, token)
        code = run(url, token, given.examples, given.seed, quick=given.quick)
    made = names.answers.total()
    shares = ", ".join(f"{status} {count}" for status, count in sorted(names.answers.items()))
    print(f"{made} requests were answered: {shares}.")
    if made < given.examples:
        print(f"{given.examples} were asked for.", file=sys.stderr)
        return code or 1
    return code


if __name__ == "__main__":
    sys.exit(main())
