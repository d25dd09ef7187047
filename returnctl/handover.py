"""The hand-over of a return without an API: the text to paste and the files to attach, one folder a message.

Steps collect in one open hand-over until a person confirms it, as long as their files fit into one message.
"""

from __future__ import annotations

from collections.abc import Sequence

from returnctl import anchors
from returnctl.marketplaces.base import Limits, Upload
from returnctl.returns.events import Covers, HandedOver, Queued
from returnctl.returns.held import Return
from returnctl.returns.state import State, Waiting


def queue(held: Return, text: str, files: Sequence[Upload], covers: Covers) -> None:
    """Put a step's message into the open hand-over, in place of an earlier one about the same items."""
    replaced = next((item for item in held.state.waiting if _same(item, covers)), None)
    number = replaced.handover if replaced else _open_number(held.state, len(files))
    first = _first_file_number(held.state, number, replaced, len(files))
    names = tuple(
        held.keep(f"handover/{number}/{at:02d}-{file.name}", file.content)
        for at, file in enumerate(files, first)
    )
    held.note(Queued(handover=number, text=text, files=names, covers=covers))
    for name in replaced.files if replaced else ():
        if name not in names:
            held.drop(name)
    write(held, number)


def confirm(held: Return, *steps: str) -> int:
    """A person has pasted what waited (of these steps, or all). Returns how many messages that were."""
    waiting = [item for item in held.state.waiting if not steps or item.covers.step in steps]
    numbers = sorted({item.handover for item in waiting})
    for number in numbers:
        held.note(HandedOver(handover=number, steps=steps))
        write(held, number)
    return len(numbers)


def write(held: Return, number: int) -> None:
    """Write message.txt anew from what waits in this hand-over; once all is confirmed it stays as it was."""
    items = [item for item in held.state.waiting if item.handover == number]
    if items:
        done = f"(not part of the message) When it is sent, type: returnctl handover {held.name} --done"
        held.keep(f"handover/{number}/message.txt", f"{words(items)}\n\n---\n{done}\n".encode())


def words(items: Sequence[Waiting]) -> str:
    """The text to paste, with the files' names in the order in which they are attached."""
    files = [name.rpartition("/")[2] for item in items for name in item.files]
    attached = ["Attached: " + ", ".join(files)] if files else []
    texts, anchor = anchors.newest_only([item.text for item in items])
    return "\n\n".join([*texts, *attached, *anchor])


def _open_number(state: State, count: int) -> int:
    if not state.waiting:
        return state.handovers + 1
    number = state.waiting[-1].handover
    files = sum(len(item.files) for item in state.waiting if item.handover == number)
    return number if files + count <= Limits().files else state.handovers + 1


def _first_file_number(state: State, number: int, replaced: Waiting | None, count: int) -> int:
    if replaced and len(replaced.files) == count and count:
        return _file_number(replaced.files[0])
    taken = [_file_number(name) for item in state.waiting if item.handover == number for name in item.files]
    return max(taken, default=0) + 1


def _file_number(name: str) -> int:
    return int(name.rpartition("/")[2].partition("-")[0])


def _same(item: Waiting, covers: Covers) -> bool:
    return item.covers.step == covers.step and bool(item.covers.items.keys() & covers.items.keys())
