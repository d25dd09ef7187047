"""How to get a device ready: its number, a back-up, its accounts, the parcel. Offline, for reading or for paper."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from returnctl import output
from returnctl.app import App
from returnctl.folding import fold
from returnctl.output import Line, Table, Toned
from returnctl.result import Result
from returnctl.returns import files, guides, policy
from returnctl.returns.events import Device
from returnctl.returns.guides import Section
from returnctl.returns.reference import Reference
from returnctl.vocabulary import KINDS, TOPICS

NAMES = {
    "imei": "The number of the device",
    "backup": "A copy of what is on it",
    "disconnect": "Leaving the accounts",
    "packing": "Packing",
}
_WIDTH = 80


class Options(Struct, frozen=True, kw_only=True):
    """`topics` empty: all of them."""

    device: str | None = None
    brand: str | None = None
    topics: tuple[str, ...] = ()
    page: Path | None = None
    paper: Literal["a4", "letter"] | None = None


class GuideResult(Result, kw_only=True):
    device: Device
    guide: tuple[Section, ...] = ()
    path: str | None = None

    def for_people(self) -> Iterable[str | Line | Table]:
        if self.path:
            yield f"Guide: {self.path}"
            return
        width = max(20, min(_WIDTH, shutil.get_terminal_size((_WIDTH, 24)).columns))
        for topic, parts in itertools.groupby(self.guide, key=lambda section: section.topic):
            yield Line([Toned(NAMES[topic], "next")])
            yield "=" * len(NAMES[topic])
            for section in parts:
                yield from _lines(section, width)
            yield ""


def run(app: App, reference: Reference | None, options: Options) -> GuideResult:
    """Takes no lock and asks nobody but the person, for a kind of device that is not known."""
    state = app.workspace.state(app.workspace.find(reference)) if reference else None
    known = state.device if state and not options.device else None
    kind = (
        known.kind if known else options.device or app.ask("Which kind of device?", "--device", choices=KINDS)
    )
    brand = options.brand or (known.brand if known else None)
    accounts = state.accounts if state and known and not options.brand else None
    topics = [topic for topic in TOPICS if not options.topics or topic in options.topics]
    found = guides.sections(topics, kind, brand, accounts)
    if reference:
        found = tuple(_naming(section, reference) for section in found)
    result = GuideResult(
        return_=str(reference) if reference else None,
        order=state.order if state else None,
        line=state.line if state else None,
        role=state.role if state else None,
        device=Device(kind=kind, brand=brand, model=known.model if known else None),
        guide=found,
    )
    if options.page:
        market = state.market if state else app.chosen_profile().market
        result.path = str(options.page.absolute())
        _write(options.page.absolute(), result, options.paper or policy.policy(market).paper)
    return result


def _naming(section: Section, reference: Reference) -> Section:
    """The commands in it ready to be pasted."""
    steps = tuple(step.replace(" RETURN ", f" {reference} ") for step in section.steps)
    return replace(section, steps=steps)


def _lines(section: Section, width: int) -> Iterator[str]:
    yield ""
    yield fold(section.title, width, output.width, whole=False)
    for number, step in enumerate(section.steps, 1):
        mark = f"{number}." if len(section.steps) > 1 else "–"
        yield fold(f"  {mark} {step}", width, output.width, whole=False)


def _write(path: Path, result: GuideResult, paper: Literal["a4", "letter"]) -> None:
    from returnctl.documents.guide import guide_pages

    device = " ".join(filter(None, (result.device.brand, result.device.model or result.device.kind)))
    title = f"Before it goes back: {device}"
    parts = [(section.title, section.steps) for section in result.guide]
    files.write_atomic(path, guide_pages(title, parts, paper=paper))
