"""Declaring a problem with a return to the marketplace, in its own words, with the proof that it wants."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from returnctl import conversation, desk, doubts, standing
from returnctl.adoption import CODE_LENGTH
from returnctl.app import App
from returnctl.conversation import Told
from returnctl.digest import hex_of
from returnctl.marketplaces.backmarket_words import NEWER_FOLDERS
from returnctl.output import Table
from returnctl.result import Result
from returnctl.returns.events import Covers
from returnctl.returns.held import Return
from returnctl.returns.reference import Reference
from returnctl.uploads import upload

STEP = "report-problem"


class Options(Struct, frozen=True, kw_only=True):
    """`kind` is a word of the marketplace, such as `DAMAGED_PACKAGE`."""

    kind: str
    text: str | None = None
    files: tuple[Path, ...] = ()


class ProblemResult(Result, kw_only=True):
    type: str
    text: str | None = None
    files: tuple[str, ...] = ()

    def for_people(self) -> Iterable[str | Table]:
        yield from self.plan()
        if self.sent:
            yield f"Declared: {self.type}."


def run(app: App, reference: Reference, options: Options) -> ProblemResult:
    """Declare it once: the same type, words and files again are known, and not sent."""
    with standing.working(app, reference, lambda held: _result(app, held, options, ())) as held:
        standing.check_open(app, held)
        marketplace = desk.sellers(app.marketplace_of(held), held.state.profile)
        doubts.settle(app, held, STEP)
        uploads = tuple(upload(app, path) for path in options.files)
        names = tuple(file.name for file in uploads)
        code = _code(options, [file.content for file in uploads])
        if code in held.state.sent.get(STEP, {}) and not app.options.again:
            app.say("This was declared before; --again declares it once more.")
            return _result(app, held, options, names)
        case = standing.case(held)
        text, marker = _marked(case, options.text, code)
        prepared = marketplace.prepare_problem(case, options.kind, text, uploads, marker)
        if app.options.dry_run:
            told = Told(would=(conversation.would_send(prepared),))
            return _result(app, held, options, names, told)
        conversation.send(held, marketplace, prepared, Covers(step=STEP, items={code: options.kind}))
        return _result(app, held, options, names, Told(sent=True, messages=1))


def _marked(case: str, text: str | None, code: str) -> tuple[str | None, str | None]:
    """The text with the marker by which it is looked for; folders of the older kind take no text at all."""
    if int(case) < NEWER_FOLDERS:
        return text, None
    marker = f"[rc {STEP} 1/1 {code}]"
    return f"{text}\n\n{marker}" if text else marker, marker


def _code(options: Options, contents: list[bytes]) -> str:
    words = f"{options.kind}\n{options.text or ''}\n".encode()
    return hex_of(words + b"".join(contents))[:CODE_LENGTH]


def _result(
    app: App, held: Return, options: Options, files: tuple[str, ...], told: Told | None = None
) -> ProblemResult:
    return standing.result(
        ProblemResult, app, held, STEP, told, type=options.kind, text=options.text, files=files
    )
