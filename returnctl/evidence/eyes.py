"""How the steps look at pictures: here, or in a process apart with little memory and time.

A command that a person runs looks here. A batch takes in pictures of many strangers, and one that is built to fill the
memory, or to take for ever, may cost its own row and no other: there it is a child that looks (`picture_jobs`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from returnctl.children import Children
from returnctl.errors import Refused
from returnctl.evidence.problems import BadPicture, Problem
from returnctl.forms import ready

if TYPE_CHECKING:
    from returnctl.evidence.copies import CleanCopy
    from returnctl.evidence.duplicates import Fingerprint
    from returnctl.evidence.imei_pictures import ImeiReading
    from returnctl.evidence.judge import Judgement
    from returnctl.evidence.labels import LabelCheck

#: Of one job: a set of nine large pictures takes some seconds on a slow machine.
WALL_S = 120.0
#: What can be asked for: in which room of `evidence` it is, what it gives, and whether one, by name, or several.
JOBS = {
    "judge_set": ("judge", "Judgement", "dict"),
    "judge_proof": ("judge", "Judgement", "one"),
    "judge_parcel": ("judge", "Judgement", "dict"),
    "clean_copy": ("copies", "CleanCopy", "one"),
    "verify_label": ("labels", "LabelCheck", "one"),
    "read_imeis": ("imei_pictures", "ImeiReading", "tuple"),
}


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What the child answers: a result in msgpack, or why there is none; `problem` makes it a BadPicture."""

    result: msgspec.Raw = msgspec.Raw(b"\xc0")
    refused: str | None = None
    hint: str | None = None
    problem: Problem | None = None


class Eyes:
    """Looks at pictures in this process. Each method is the function of its name in `evidence`."""

    def judge_set(
        self, photos: Mapping[str, Path], *, known: Mapping[str, Fingerprint] | None = None
    ) -> dict[str, Judgement]:
        found: dict[str, Judgement] = self._do("judge_set", photos=dict(photos), known=dict(known or {}))
        return found

    def judge_proof(self, path: Path, *, others: Mapping[str, Fingerprint] | None = None) -> Judgement:
        found: Judgement = self._do("judge_proof", path=path, others=dict(others or {}))
        return found

    def judge_parcel(self, photos: Mapping[str, Path]) -> dict[str, Judgement]:
        found: dict[str, Judgement] = self._do("judge_parcel", photos=dict(photos))
        return found

    def clean_copy(self, source: Path, *, keep_time: bool = False, keep_png: bool = False) -> CleanCopy:
        found: CleanCopy = self._do("clean_copy", source=source, keep_time=keep_time, keep_png=keep_png)
        return found

    def verify_label(self, source: Path, tracking_number: str) -> LabelCheck:
        found: LabelCheck = self._do("verify_label", source=source, tracking_number=tracking_number)
        return found

    def read_imeis(self, source: Path, *, expected: str | None = None) -> tuple[ImeiReading, ...]:
        found: tuple[ImeiReading, ...] = self._do("read_imeis", source=source, expected=expected)
        return found

    def close(self) -> None:
        """Let go of what it holds."""

    def _do(self, job: str, **given: Any) -> Any:
        return function(job)(**given)


def function(job: str) -> Any:
    return getattr(import_module(f"returnctl.evidence.{JOBS[job][0]}"), job)


def type_of(job: str) -> Any:
    """The type of a job's result."""
    room, name, form = JOBS[job]
    one = getattr(import_module(f"returnctl.evidence.{room}"), name)
    forms = {"one": one, "dict": dict[str, one], "tuple": tuple[one, ...]}  # type: ignore[valid-type]  # looked up above
    return forms[form]


class Apart(Eyes):
    """Looks at pictures in children. May be shared between threads."""

    def __init__(self, *, wall_s: float = WALL_S) -> None:
        self._wall_s = wall_s
        # OpenBLAS: each of its threads would take its share of the memory beforehand.
        self._children = Children(
            "returnctl.evidence.picture_jobs", often=1000, env={"OPENBLAS_NUM_THREADS": "1"}
        )

    def close(self) -> None:
        self._children.close()

    def _do(self, job: str, **given: Any) -> Any:
        question = msgspec.msgpack.encode((job, given), enc_hook=str)
        content = self._children.ask(question, wall_s=self._wall_s)
        if content is None:
            raise _too_heavy(given)
        answer = msgspec.msgpack.decode(content, type=ready(Reply))
        if answer.problem is not None:
            error = BadPicture(answer.problem, name="")
            error.message = answer.refused or error.message
            raise error
        if answer.refused is not None:
            raise Refused(answer.refused, hint=answer.hint)
        return msgspec.msgpack.decode(answer.result, type=ready(type_of(job)))


def _too_heavy(given: dict[str, Any]) -> Refused:
    return Refused(
        f"Looking at this takes more time or memory than a picture may need: {', '.join(_names(given))}.",
        hint="Take it again with a phone, or save it as JPEG.",
    )


def _names(given: dict[str, Any]) -> Iterator[str]:
    for value in given.values():
        if isinstance(value, Path):
            yield value.name
        elif isinstance(value, dict):
            yield from _names(value)
