"""How pictures were judged, as a step tells it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from returnctl.evidence.judge import Judgement
from returnctl.output import Table
from returnctl.returns.events import PhotoProblem


class Photo(Struct, frozen=True, kw_only=True):
    view: str
    file: str
    verdict: str
    problems: tuple[PhotoProblem, ...] = ()


def photo(judgement: Judgement) -> Photo:
    """A picture with its verdict."""
    return Photo(
        view=judgement.view, file=judgement.file, verdict=judgement.verdict, problems=problems(judgement)
    )


def problems(judgement: Judgement) -> tuple[PhotoProblem, ...]:
    """What was found, as it is recorded."""
    return tuple(
        PhotoProblem(
            code=problem.code,
            severity=problem.severity,
            message=problem.message,
            measured=problem.measured,
            limit=problem.limit,
        )
        for problem in judgement.problems
    )


def table(photos: Iterable[Photo]) -> Iterable[str | Table]:
    """A row for each picture; nothing for none."""
    rows = [
        (
            one.view,
            Path(one.file).name,
            one.verdict,
            " ".join(problem.message for problem in one.problems),
        )
        for one in photos
    ]
    if rows:
        yield Table(("view", "file", "verdict", "what to do"), rows)
