"""How a dossier looks: a summary first, then everything that happened, the pictures, the words, the files.

On every page stands the last hash of the record's chain, so that no page can be taken for another dossier's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from returnctl.documents import fonts
from returnctl.documents.dossier_facts import DossierFacts, Saying, Shot
from returnctl.documents.dossier_line import draw_line, line_height
from returnctl.documents.page import Pen, prepare, verdict_badge, wrap
from returnctl.documents.scripts import clean, is_right_to_left
from returnctl.documents.thumbnail import thumbnail

_MARGIN = 54.0
_GUTTER = 18.0
_TEXT, _LEADING = 9.5, 13.5
_CAPTION = 8.0
_SMALL, _SMALL_LEADING = 7.0, 9.5
_HASH = 5.9
_FOOT = 40.0
_TIME_COLUMN = 104.0
_NUMBER_COLUMN = 26.0
_PICTURE_HEIGHT = 148.0
_LABEL_HEIGHT = 432.0
_MOST_LINES = 120


class Spot(NamedTuple):
    """Room that was left for a label: the page (from 0), and the box from its lower left corner up."""

    page: int
    x: float
    y: float
    width: float
    height: float
    title: str


class DossierPages:
    """Goes down the page, and on to the next one. `count` pages, once drawn; `label_spot` where a label goes."""

    def __init__(
        self, pen: Pen, facts: DossierFacts, files: Mapping[str, bytes], digests: Mapping[str, str]
    ) -> None:
        self._pen = pen
        self._facts = facts
        self._files = files
        self._digests = digests
        self._width = pen.width - 2 * _MARGIN
        self._column = (self._width - _GUTTER) / 2
        self._bottom = pen.height - _FOOT - 20
        self._y = _MARGIN
        self.count = 1
        self.label_spot: Spot | None = None

    def draw(self) -> bytes:
        """All pages, as PDF."""
        self._summary()
        self._timeline()
        self._pictures("Photos of the device", self._facts.photos, self._photo_notes())
        self._identity()
        self._label()
        self._pictures("The parcel", self._facts.parcel, ())
        self._messages()
        self._attached()
        self._foot(last=True)
        return self._pen.finish()

    # -- sections ------------------------------------------------------------------------------------------------

    def _summary(self) -> None:
        facts, pen = self._facts, self._pen
        pen.text(
            _MARGIN, self._y + 14, f"Case file of return {prepare(facts.return_)}", size=18, style="bold"
        )
        self._y += 32
        self._paragraph(
            f"{facts.device}. Made on {facts.made_on} from a record of {facts.events} events. All times are UTC."
        )
        self._y += 4
        self._pairs(facts.summary)
        if facts.description:
            self._heading("What the buyer says")
            self._paragraph(facts.description)
        if facts.scans:
            self._heading("Where the parcel was", room=line_height(facts.scans))
            draw_line(pen, _MARGIN, self._y, self._width, facts.scans)
            self._y += line_height(facts.scans)
        if facts.deadlines:
            self._heading("Deadlines")
            self._pairs(facts.deadlines)
        self._heading("How to check this file")
        self._paragraph(
            "“returnctl dossier verify FILE” says, without any network and without the return's folder, whether the "
            "pages, the record and the attached files are what they were. The record is a chain: each event holds "
            "the hash of the one before, and the last hash, at the foot of every page, stands for them all."
        )
        self._witnesses()

    def _witnesses(self) -> None:
        found = self._facts.witnesses
        if not found:
            self._paragraph(
                "No message has carried an anchor (the first 16 digits of that hash) out of this machine, so nobody "
                "else can vouch for when this record was written."
            )
            return
        self._paragraph(
            "An anchor, 16 digits of the hash of its time, went out in these messages; whoever has one can check the "
            "record against it with --anchor:"
        )
        for witness in found:
            line = f"{witness.at}   {witness.anchor}   events 1 to {witness.event}, with {witness.how}"
            self._line(line, size=_SMALL + 1, leading=_SMALL_LEADING + 2)

    def _timeline(self) -> None:
        if not self._facts.timeline:
            return
        self._heading("Everything that happened")
        for number, moment in enumerate(self._facts.timeline, 1):
            lines = wrap(
                prepare(moment.words), self._width - _TIME_COLUMN - _NUMBER_COLUMN, size=8.5, lines=6
            )
            self._room(len(lines) * 11.5 + 2)
            self._pen.text_right(_MARGIN + _NUMBER_COLUMN - 8, self._y + 9, str(number), size=7)
            self._pen.text(_MARGIN + _NUMBER_COLUMN, self._y + 9, moment.at, size=8)
            for row, line in enumerate(lines):
                x = _MARGIN + _NUMBER_COLUMN + _TIME_COLUMN
                self._pen.text(x, self._y + 9 + row * 11.5, line, size=8.5)
            self._y += len(lines) * 11.5 + 2

    def _photo_notes(self) -> tuple[str, ...]:
        facts = self._facts
        if facts.deleted_on and not facts.photos:
            return (f"The pictures were deleted on {facts.deleted_on}; their hashes are in the record.",)
        if not (facts.photos or facts.photos_left_out):
            return ("No photo of the device was kept.",)
        left_out = ", ".join(facts.photos_left_out)
        return (f"Not possible to take: {left_out}.",) if left_out else ()

    def _pictures(self, title: str, shots: Sequence[Shot], notes: Iterable[str]) -> None:
        notes = tuple(notes)
        if not (shots or notes):
            return
        self._heading(title, room=self._shot_height(shots[:2]) if shots else _LEADING)
        for note in notes:
            self._paragraph(note)
        for pair in (shots[i : i + 2] for i in range(0, len(shots), 2)):
            height = self._shot_height(pair)
            self._room(height)
            for n, shot in enumerate(pair):
                self._shot(_MARGIN + n * (self._column + _GUTTER), shot)
            self._y += height

    def _shot_height(self, pair: Sequence[Shot]) -> float:
        under = max((len(self._notes(shot)) + len(shot.hashes) for shot in pair), default=0)
        return _PICTURE_HEIGHT + 16 + under * _SMALL_LEADING + 12

    def _notes(self, shot: Shot) -> list[str]:
        return [
            line for note in shot.notes for line in wrap(prepare(note), self._column, size=_SMALL, lines=3)
        ]

    def _shot(self, x: float, shot: Shot) -> None:
        pen, top = self._pen, self._y
        small = thumbnail(shot.data, self._column, _PICTURE_HEIGHT)
        if small is None:
            pen.box(x, top, self._column, _PICTURE_HEIGHT, weight=0.4)
            pen.text(x + 10, top + 20, "This picture can't be read or is not there any more.", size=8)
            width = self._column
        else:
            jpeg, width, height = small
            pen.picture(x, top + _PICTURE_HEIGHT - height, width, height, jpeg)
        baseline = top + _PICTURE_HEIGHT + 12
        room = 0.0
        if shot.verdict:
            width, kind = max(width, self._column / 2), verdict_badge(shot.verdict)
            room = pen.badge_right(x + width, baseline, shot.verdict, size=7.5, kind=kind)
        for line in wrap(
            prepare(shot.title), max(width, self._column / 2) - room - 6, size=9, lines=1, style="bold"
        ):
            pen.text(x, baseline, line, size=9, style="bold")
        y = baseline + 4
        for note in self._notes(shot):
            y += _SMALL_LEADING
            pen.text(x, y, note, size=_SMALL)
        for name, digest in shot.hashes:
            y += _SMALL_LEADING
            end = pen.text(x, y, f"{name} ", size=_HASH - 0.6)
            pen.text(end, y, digest, size=_hash_size(x + self._column - end, digest), style="mono")

    def _identity(self) -> None:
        facts = self._facts
        if facts.identity:
            self._heading("The device's number")
            self._pairs(facts.identity)
        if facts.proofs or facts.proof_note:
            note = (facts.proof_note,) if facts.proof_note else ()
            self._pictures("Proof that its accounts are disconnected", facts.proofs, note)

    def _label(self) -> None:
        facts = self._facts
        if not facts.label_rows:
            return
        drawn = facts.label is not None and facts.label.kind != "zpl"
        rows = (len(facts.label_rows) + 1) // 2 * (_LEADING + 18)
        self._heading("The label", room=rows + (_LABEL_HEIGHT if drawn else 0))
        self._pairs(facts.label_rows)
        if not drawn:
            return
        assert facts.label is not None
        height = min(_LABEL_HEIGHT, self._bottom - self._y)
        if facts.label.kind == "pdf":
            bottom = self._pen.height - self._y - height
            self.label_spot = Spot(self.count - 1, _MARGIN, bottom, self._width, height, facts.return_)
        else:
            small = thumbnail(facts.label.data, self._width, height)
            if small:
                jpeg, width, tall = small
                self._pen.picture(_MARGIN + (self._width - width) / 2, self._y, width, tall, jpeg)
        self._y += height + 12

    def _messages(self) -> None:
        facts = self._facts
        if not (facts.messages or facts.messages_note):
            return
        self._heading("The conversation")
        if facts.messages_note:
            self._paragraph(facts.messages_note)
        for message in facts.messages:
            self._message(message)

    def _message(self, message: Saying) -> None:
        self._room(3 * _LEADING)
        self._y += 4
        end = self._pen.text(_MARGIN, self._y + 10, prepare(message.author), size=9, style="bold")
        self._pen.text(end + 8, self._y + 10, prepare(message.at), size=8)
        self._y += 13
        for line in message.text.splitlines():
            self._paragraph(line)
        if message.files:
            self._paragraph(f"Attached: {', '.join(message.files)}", size=8)
        self._y += 4

    def _attached(self) -> None:
        self._heading("Attached to this PDF")
        self._paragraph("The record, return.json, and these files, byte for byte; by the SHA-256 of each:")
        for name, content in self._files.items():
            self._room(2 * _SMALL_LEADING + 3)
            words = f"{name}  ({len(content):,} bytes)"
            for line in wrap(prepare(words), self._width, size=_SMALL + 0.5, lines=1):
                self._pen.text(_MARGIN, self._y + 8, line, size=_SMALL + 0.5)
            self._pen.text(_MARGIN, self._y + 16, self._digests[name], size=_SMALL - 1, style="mono")
            self._y += 2 * _SMALL_LEADING + 3
        for name, why in self._facts.left_out.items():
            self._line(f"Not attached: {name} ({why})", size=_SMALL + 0.5, leading=_SMALL_LEADING + 1)

    # -- building blocks -----------------------------------------------------------------------------------------

    def _heading(self, words: str, *, room: float = 2 * _LEADING) -> None:
        """A section's title, on the page where at least `room` follows it."""
        self._room(38 + min(room, self._bottom - _MARGIN - 38))
        if self._y > _MARGIN:
            self._y += 12
        self._pen.rule(_MARGIN, self._y, self._width, weight=0.8)
        self._pen.text(_MARGIN, self._y + 16, words, size=12, style="bold")
        self._y += 24

    def _pairs(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Facts in two columns, each under its caption."""
        for row in (pairs[i : i + 2] for i in range(0, len(pairs), 2)):
            values = [wrap(prepare(value), self._column, size=_TEXT, lines=4) for _, value in row]
            height = max(map(len, values)) * _LEADING + 16
            self._room(height)
            for n, ((caption, _), lines) in enumerate(zip(row, values, strict=True)):
                x = _MARGIN + n * (self._column + _GUTTER)
                self._pen.text(x, self._y + 9, caption, size=_CAPTION)
                for at, line in enumerate(lines):
                    self._pen.text(x, self._y + 21 + at * _LEADING, line, size=_TEXT)
            self._y += height + 2

    def _paragraph(self, words: str, *, size: float = _TEXT) -> None:
        leading = size * 1.42
        lines = wrap(prepare(words), self._width, size=size, lines=_MOST_LINES)
        for at, line in enumerate(lines):
            if at == len(lines) - 2:  # no last line stands alone on the next page
                self._room(2 * leading)
            self._line(line, size=size, leading=leading)

    def _line(self, line: str, *, size: float, leading: float) -> None:
        self._room(leading)
        x = _MARGIN
        if is_right_to_left(line):
            x += self._width - fonts.width(line, "regular", size)
        for shown in wrap(line, self._width, size=size, lines=1):
            self._pen.text(x, self._y + leading * 0.75, shown, size=size)
        self._y += leading

    def _room(self, height: float) -> None:
        """The next page, where this one has not that much room left."""
        if self._y + height <= self._bottom or self._y == _MARGIN:
            return
        self._foot()
        self._pen.next_page()
        self.count += 1
        self._y = _MARGIN

    def _foot(self, *, last: bool = False) -> None:
        pen, y = self._pen, self._pen.height - _FOOT
        pen.rule(_MARGIN, y - 8, self._width, weight=0.4)
        pen.text(_MARGIN, y + 3, f"Return {clean(self._facts.return_)}", size=7.5)
        pen.text_right(
            _MARGIN + self._width, y + 3, f"Page {self.count}{', the last' if last else ''}", size=7.5
        )
        end = pen.text(_MARGIN, y + 13, "Chain ", size=6.5)
        pen.text(end, y + 13, self._facts.head, size=6.5, style="mono")


def _hash_size(room: float, digest: str) -> float:
    """The type size in which it fits on the line."""
    return min(_HASH, room / fonts.width(digest, "mono", 1))
