"""Judges the pictures of a return: the set of views, the proof of disconnection, the parcel's two photos."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

import msgspec
from msgspec.structs import replace

from returnctl.evidence import quality
from returnctl.evidence.duplicates import Fingerprint, duplicate_problem
from returnctl.evidence.look import Look, look_at, look_at_all
from returnctl.evidence.measure import Measurement
from returnctl.evidence.problems import NOT_OVERRULABLE, Problem

Verdict = Literal["accepted", "warned", "rejected"]

SCREEN_ON: Final = "screen-on"
SCREEN_OFF: Final = "screen-off"


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """What was found out about one picture.

    `file` is empty where bytes were judged. `sha256` (hex) is of the file as it was read, `captured_at` what its
    camera says, width and height are in pixels, upright; these and `fingerprint` are None where the file can't
    be opened as a picture. Keep the fingerprint of an accepted picture: a later call compares with it (`known`)
    and opens nothing again.
    """

    view: str
    file: str
    verdict: Verdict
    problems: tuple[Problem, ...] = ()
    sha256: str | None = None
    captured_at: datetime | None = None
    width: int | None = None
    height: int | None = None
    screenshot: bool = False
    measurement: Measurement | None = None
    fingerprint: Fingerprint | None = None

    def passes(self, accepted: Collection[str] = ()) -> bool:
        """Whether the picture may be sent, given the codes and views that a person accepts as they are."""
        rejections = {problem.code for problem in self.problems if problem.severity == "reject"}
        if rejections & NOT_OVERRULABLE:
            return False
        return self.view in accepted or rejections <= set(accepted)


def judge_set(
    photos: Mapping[str, Path | bytes], *, known: Mapping[str, Fingerprint] | None = None, threads: int = 2
) -> dict[str, Judgement]:
    """Judges one picture for each view, and compares each with the ones before it.

    `known` holds the fingerprints of pictures accepted earlier, by view; a view given again replaces its own.
    The answer has the order of `photos`. A file that is no picture is a rejected one, never an error.
    """
    wanted = [(path, view in {SCREEN_ON, SCREEN_OFF}) for view, path in photos.items()]
    looks = dict(zip(photos, look_at_all(wanted, threads=threads), strict=True))
    others = {view: kept for view, kept in (known or {}).items() if view not in photos}
    off = _fingerprint_of(looks.get(SCREEN_OFF)) or others.get(SCREEN_OFF)
    judged: dict[str, Judgement] = {}
    for view, look in looks.items():
        problems = (look,) if isinstance(look, Problem) else _photo_problems(view, look, others, off)
        judged[view] = _judgement(view, photos[view], look, problems)
        if isinstance(look, Look):
            others[view] = look.fingerprint
    return judged


def judge_proof(path: Path | bytes, *, others: Mapping[str, Fingerprint] | None = None) -> Judgement:
    """Judges a screenshot or photo that shows an account as signed out; its view is `disconnect-proof`.

    It must open, show something, and not be one of `others` (photos and earlier proofs, by name) again. What
    makes a photo of a screen hard to read is only warned of. `screenshot` tells which of the two it looks
    like.
    """
    view = "disconnect-proof"
    look = look_at(path, screenshot=True)
    if isinstance(look, Problem):
        return _judgement(view, path, look, (look,))
    found = [quality.blank_problem(look.measurement), _again(look, "the proof", others or {})]
    if not look.screenshot:
        found += [
            _as_warning(quality.sharpness_problem(look.measurement)),
            _as_warning(quality.light_problem(look.measurement)),
            quality.SCREENSHOT_HINT,
        ]
    return _judgement(view, path, look, _distinct(found))


def judge_parcel(photos: Mapping[str, Path | bytes]) -> dict[str, Judgement]:
    """Judges the photos of the parcel (`inside`, `outside`): they must open, all else is only warned of."""
    return {view: _lenient(judgement) for view, judgement in judge_set(photos).items()}


def _photo_problems(
    view: str, look: Look, others: Mapping[str, Fingerprint], off: Fingerprint | None
) -> tuple[Problem, ...]:
    found = [
        quality.size_problem(look.long_side),
        quality.sharpness_problem(look.measurement),
        quality.light_problem(look.measurement),
        duplicate_problem(look.fingerprint, view, others),
    ]
    colours = look.fingerprint.colour_levels
    if view == SCREEN_ON and colours is not None:
        found.append(quality.screen_problem(colours, off.colour_levels if off else None))
    if view != SCREEN_ON:
        found.append(quality.glare_problem(look.measurement))
    return _distinct(found)


def _judgement(
    view: str, source: Path | bytes, look: Look | Problem, problems: tuple[Problem, ...]
) -> Judgement:
    file = str(source) if isinstance(source, Path) else ""
    judgement = Judgement(view=view, file=file, verdict=_verdict(problems), problems=problems)
    if isinstance(look, Problem):
        return judgement
    return replace(
        judgement,
        sha256=look.fingerprint.sha256,
        captured_at=look.fingerprint.captured_at,
        width=look.width,
        height=look.height,
        screenshot=look.screenshot,
        measurement=look.measurement,
        fingerprint=look.fingerprint,
    )


def _verdict(problems: Collection[Problem]) -> Verdict:
    severities = {problem.severity for problem in problems}
    if "reject" in severities:
        return "rejected"
    return "warned" if "warn" in severities else "accepted"


def _again(look: Look, what: str, others: Mapping[str, Fingerprint]) -> Problem | None:
    """A photo by its looks, a screenshot by its bytes: two pages of one phone's settings look alike."""
    if look.screenshot:
        others = {n: other for n, other in others.items() if other.sha256 == look.fingerprint.sha256}
    problem = duplicate_problem(look.fingerprint, what, others)
    return problem if problem and problem.severity == "reject" else None


def _lenient(judgement: Judgement) -> Judgement:
    if not judgement.passes([judgement.view]):
        return judgement
    problems = tuple(replaced for problem in judgement.problems if (replaced := _as_warning(problem)))
    return replace(judgement, problems=problems, verdict=_verdict(problems))


def _as_warning(problem: Problem | None) -> Problem | None:
    return replace(problem, severity="warn") if problem and problem.severity == "reject" else problem


def _distinct(found: Collection[Problem | None]) -> tuple[Problem, ...]:
    """Without the empty ones, and each code once."""
    return tuple({problem.code: problem for problem in reversed(list(found)) if problem}.values())[::-1]


def _fingerprint_of(look: Look | Problem | None) -> Fingerprint | None:
    return look.fingerprint if isinstance(look, Look) else None
