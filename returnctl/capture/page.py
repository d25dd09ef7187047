"""What the page shows of a session: plain values for the template, in the reader's language."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from returnctl.capture.session import Entry, Session
from returnctl.capture.slots import PURPOSES, Slot
from returnctl.capture.uploads import MOST_BYTES

FOLDER: Final = Path(__file__).with_name("page")
DEFAULT: Final = "en"
#: Kinds that have a browser of their own: the page may have been opened on the very device that goes back.
KINDS_WITH_BROWSER: Final = ("smartphone", "tablet", "computer")


class Seen(Struct, frozen=True, kw_only=True):
    """How a page is looked at: where it lies, in which language, and whether on the device that goes back."""

    base: str
    kind: str
    language: str = DEFAULT
    on_this: bool = False


@functools.cache
def _words() -> dict[str, Any]:
    return tomllib.loads((FOLDER / "words.toml").read_text(encoding="utf-8"))


@functools.cache
def _drawings() -> dict[str, dict[str, str]]:
    return tomllib.loads((FOLDER / "drawings.toml").read_text(encoding="utf-8"))


def languages() -> list[str]:
    """The languages that the page speaks; English first."""
    return [DEFAULT, *(name for name in _words() if name != DEFAULT)]


@functools.cache
def words(language: str) -> dict[str, Any]:
    """Everything that the page says in a language; in English where the language leaves it out."""
    return _merged(_words()[DEFAULT], _words().get(language, {}))


def context(session: Session, seen: Seen) -> dict[str, Any]:
    """The template's values."""
    said = words(seen.language)
    entries = list(session.entries.values())
    shown = {name: _slot(session.entries[name], seen, said) for name in session.entries}
    return {
        "language": seen.language,
        "words": said,
        "base": seen.base,
        "query": "?on=this" if seen.on_this else "",
        "most_bytes": MOST_BYTES,
        "ended": _ended(session, said),
        "may_be_this": seen.kind in KINDS_WITH_BROWSER,
        "on_this": seen.on_this,
        "slots": entries,
        "done": sum(entry.settled for entry in entries),
        "purposes": _purposes(session, shown, seen, said),
        "finish": _finish(session, shown, said),
    }


def _ended(session: Session, said: Mapping[str, Any]) -> dict[str, str] | None:
    if session.ended is None:
        return None
    ended = said["ended"]
    return {"title": ended[session.ended], "text": ended[f"{session.ended}_text"]}


def _purposes(
    session: Session, shown: Mapping[str, dict[str, Any]], seen: Seen, said: Mapping[str, Any]
) -> list[dict[str, Any]]:
    found = []
    for purpose in PURPOSES:
        entries = session.of(purpose)
        if not entries:
            continue
        title, text = said["purposes"][purpose]
        found.append(
            {
                "name": purpose,
                "title": title,
                "text": text,
                "elsewhere": seen.on_this and not entries[0].slot.screenshot,
                "slots": [shown[entry.slot.name] for entry in entries],
            }
        )
    return found


def _slot(entry: Entry, seen: Seen, said: Mapping[str, Any]) -> dict[str, Any]:
    slot, verdict = entry.slot, entry.verdict
    title, hint = _naming(slot, said)
    screenshot = seen.on_this and slot.screenshot
    again = verdict is not None or entry.file is not None
    take = ("screenshot_again" if again else "screenshot") if screenshot else ("again" if again else "take")
    state = _state(entry)
    return {
        "name": slot.name,
        "title": title,
        "hint": hint,
        "state": state,
        "said": _said(entry, state, said),
        "problems": _problems(entry, state, said),
        "drawing": _drawing(slot, seen.kind),
        "picture": f"{seen.base}picture/{slot.name}?n={entry.taken}" if _has_picture(entry) else None,
        "fixed": slot.there and not entry.fresh and verdict is None,
        "take": said[take],
        "camera": not screenshot,
        "style": "plain button" if state in ("accepted", "left-out") else "button",
        "keep": entry.refused is not None and not entry.left_out,
        "left_out": entry.left_out,
        "more": state in ("open", "rejected", "warned") and not screenshot,
        "may_be_left_out": slot.may_be_left_out and entry.file is None,
    }


def _naming(slot: Slot, said: Mapping[str, Any]) -> tuple[str, str]:
    if slot.purpose == "proof":
        accounts = said["accounts"]
        return accounts.get(slot.what, slot.what), accounts["hint"]
    title, hint = said["slots"].get(slot.name, (slot.name, ""))
    return title, hint


def _state(entry: Entry) -> str:
    if entry.left_out:
        return "left-out"
    if entry.as_it_is and entry.verdict is not None and entry.refused is None:
        return "warned"
    if entry.verdict is not None:
        return entry.verdict.verdict
    return "there" if entry.slot.there else "open"


def _said(entry: Entry, state: str, said: Mapping[str, Any]) -> str:
    if state == "open":
        return ""
    if state == "warned" and entry.as_it_is:
        return str(said["said"]["as-it-is"])
    return str(said["said"][state])


def _problems(entry: Entry, state: str, said: Mapping[str, Any]) -> list[str]:
    verdict = entry.verdict
    if verdict is None or state in ("left-out", "there", "open"):
        return []
    own: Mapping[str, str] = said.get("problems", {})
    told = [own.get(problem.code, problem.message) for problem in verdict.told]
    if verdict.found and verdict.passes:
        kind = "found-label" if entry.slot.purpose == "parcel" else "found-imei"
        told.insert(0, said["said"][kind].format(found=verdict.found))
    if state == "rejected" and entry.file is not None:
        told.append(said["said"]["earlier"])
    return told


def _has_picture(entry: Entry) -> bool:
    return entry.file is not None or entry.refused is not None


def _drawing(slot: Slot, kind: str) -> Any:
    from markupsafe import Markup

    drawings = _drawings()
    name = "proof" if slot.purpose == "proof" else slot.name
    found = drawings.get(kind, {}).get(name) or drawings["other"].get(name, "")
    return Markup(found)  # noqa: S704 - our own file, and nothing of anybody else's in it


def _finish(
    session: Session, shown: Mapping[str, dict[str, Any]], said: Mapping[str, Any]
) -> dict[str, str | None]:
    told = said["finish"]
    if session.whole:
        return {"title": told["whole"], "text": told["whole_text"], "button": told["button"]}
    if session.ready():
        return {"title": told["part"], "text": told["part_text"], "button": told["part_button"]}
    missing = "; ".join(shown[name]["title"] for name in session.missing)
    return {"title": told["open"], "text": told["open_text"].format(missing=missing), "button": None}


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for name, value in over.items():
        inner = merged.get(name)
        merged[name] = _merged(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
    return merged


def names(slots: Iterable[Slot]) -> dict[str, str]:
    """What the page calls each slot, in English: for the terminal."""
    return {slot.name: _naming(slot, words(DEFAULT))[0] for slot in slots}
