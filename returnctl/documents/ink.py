"""Where a page's ink lies, found by following what its contents draw. Nothing is rendered.

Too large an answer costs paper, too small a one costs a barcode, so doubts widen it. White areas, clipped
parts and invisible text do not count. Runs in the guarded child only.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NoReturn

import msgspec

from returnctl.documents.geometry import (
    EMPTY,
    IDENTITY,
    Box,
    Matrix,
    around,
    multiply,
    overlap,
    size,
    transform_box,
    union,
)
from returnctl.documents.ink_text import Cursor, TextState
from returnctl.errors import Refused

if TYPE_CHECKING:
    from pypdf import PageObject

_MAX_CONTENT = 512 * 1024
_MAX_FORMS = 20
_MAX_REPEATS = 200
_COST_OF_A_FORM = 250
_LABEL_SHORT = (255.0, 335.0)
_LABEL_LONG = (360.0, 610.0)
_MARGIN = 4.0
_WHITENESS = 0.99
_GRAY_OR_RGB = ("/DeviceGray", "/DeviceRGB", "/CalGray", "/CalRGB", "/ICCBased")


class Blank(Exception):
    """The page draws nothing that could be seen."""


def mark_extents(page: PageObject) -> None:
    """Notes on the page itself where its ink lies (TrimBox) and, within, a thing of a label's size (ArtBox).

    Raises `Blank` where there is no ink, and whatever pypdf raises where the contents can't be followed.
    """
    from pypdf.generic import RectangleObject

    contents = page.get_contents()
    if contents is None:
        raise Blank
    left, bottom, right, top = (float(side) for side in page.cropbox)
    walk = _Walk((left, bottom, right, top))
    walk.follow(contents, page.get("/Resources", {}))
    if walk.ink == EMPTY:
        raise Blank
    page.trimbox = RectangleObject(overlap(around(walk.ink, _MARGIN), (left, bottom, right, top)))
    if walk.label != EMPTY:
        page.artbox = RectangleObject(walk.label)


class _Paint(msgspec.Struct, frozen=True):
    """A colour as far as it matters: its space, and whether it leaves paper white."""

    space: Any = "/DeviceGray"
    white: bool = False


class _State(msgspec.Struct, frozen=True):
    """The part of the graphics state that decides where ink goes."""

    clip: Box
    ctm: Matrix = IDENTITY
    fill: _Paint = _Paint()
    stroke: _Paint = _Paint()
    line_width: float = 1.0
    text: TextState = TextState()


class _Walk:
    """Follows the operators of a page and of the forms that it uses."""

    def __init__(self, whole: Box) -> None:
        self.ink = EMPTY
        self.label = EMPTY
        self._state = _State(clip=whole)
        self._saved: list[_State] = []
        self._path = EMPTY
        self._clip_next = False
        self._cursor = Cursor()
        self._resources: Any = {}
        self._forms = 0
        self._left = _MAX_CONTENT
        self._drawn: Counter[int] = Counter()

    def follow(self, contents: Any, resources: Any) -> None:
        """Follows the contents of a page, or of a form within it."""
        from pypdf.generic import ContentStream

        self._left -= len(contents.get_data())
        if self._left < 0:
            self._give_up()
        outer, self._resources = self._resources, resources
        for operands, operator in ContentStream(contents, None).operations:
            method = _METHODS.get(operator)
            if method:
                getattr(self, method)(*operands)
        self._resources = outer

    def _give_up(self) -> NoReturn:
        """Contents too long for the time there is: harmless, unless a part is drawn again and again."""
        if max(self._drawn.values(), default=0) > _MAX_REPEATS:
            raise Refused("it draws the same part so often that no printer would end", hint=None)
        raise OverflowError

    def _set(self, **changes: Any) -> None:
        self._state = msgspec.structs.replace(self._state, **changes)

    def _set_text(self, **changes: Any) -> None:
        self._set(text=msgspec.structs.replace(self._state.text, **changes))

    def _mark(self, box: Box) -> None:
        """Ink in `box` (page space), as far as the clip lets it through."""
        self.ink = union(self.ink, overlap(box, self._state.clip))

    def _consider(self, box: Box) -> None:
        """A picture, form or frame that may be the label itself; the largest of a label's size wins."""
        visible = overlap(box, self._state.clip)
        short, long = sorted(size(visible))
        fits = _LABEL_SHORT[0] <= short <= _LABEL_SHORT[1] and _LABEL_LONG[0] <= long <= _LABEL_LONG[1]
        width, height = size(self.label)
        if fits and short * long > width * height:
            self.label = visible

    def save(self) -> None:
        self._saved.append(self._state)

    def restore(self) -> None:
        if self._saved:
            self._state = self._saved.pop()

    def concat(self, *numbers: Any) -> None:
        self._set(ctm=multiply(_matrix(numbers), self._state.ctm))

    def set_line_width(self, width: Any) -> None:
        self._set(line_width=float(width))

    def add_points(self, *numbers: Any) -> None:
        for x, y in zip(numbers[::2], numbers[1::2], strict=True):
            self._extend((float(x), float(y), float(x), float(y)))

    def add_rectangle(self, *numbers: Any) -> None:
        x, y, width, height = map(float, numbers)
        self._extend((min(x, x + width), min(y, y + height), max(x, x + width), max(y, y + height)))

    def _extend(self, box: Box) -> None:
        self._path = union(self._path, transform_box(box, self._state.ctm))

    def clip(self) -> None:
        self._clip_next = True

    def end_path(self) -> None:
        if self._clip_next:
            self._set(clip=overlap(self._state.clip, self._path))
            self._clip_next = False
        self._path = EMPTY

    def paint_fill(self) -> None:
        self._fill_path()
        self.end_path()

    def paint_stroke(self) -> None:
        self._stroke_path()
        self.end_path()

    def paint_both(self) -> None:
        self._fill_path()
        self._stroke_path()
        self.end_path()

    def _fill_path(self) -> None:
        if not self._state.fill.white:
            self._mark(self._path)

    def _stroke_path(self) -> None:
        if self._state.stroke.white or self._path == EMPTY:
            return
        reach = self._state.line_width * max(abs(n) for n in self._state.ctm[:4]) / 2
        self._mark(around(self._path, reach))
        self._consider(around(self._path, reach))

    def shade(self, _name: Any) -> None:
        self._mark(self._state.clip)

    def fill_space(self, name: Any) -> None:
        self._set(fill=_Paint(space=name))

    def stroke_space(self, name: Any) -> None:
        self._set(stroke=_Paint(space=name))

    def fill_colour(self, *components: Any) -> None:
        self._set(fill=self._paint(self._state.fill.space, components))

    def stroke_colour(self, *components: Any) -> None:
        self._set(stroke=self._paint(self._state.stroke.space, components))

    def fill_device(self, *components: Any) -> None:
        self._set(fill=_Paint(white=_is_white(components)))

    def stroke_device(self, *components: Any) -> None:
        self._set(stroke=_Paint(white=_is_white(components)))

    def _paint(self, name: Any, components: Any) -> _Paint:
        """White only in a gray or RGB space: a spot colour's 1 is full ink."""
        space = self._resources.get("/ColorSpace", {}).get(name, name)
        kind = space[0] if isinstance(space, list) else space
        known = kind in _GRAY_OR_RGB and len(components) in (1, 3)
        return _Paint(space=name, white=known and _is_white(components))

    def picture(self, *_: Any) -> None:
        box = transform_box((0, 0, 1, 1), self._state.ctm)
        self._mark(box)
        self._consider(box)

    def draw(self, name: Any) -> None:
        drawn = self._resources.get("/XObject", {}).get(name)
        kind = drawn.get("/Subtype") if drawn is not None else None
        if kind == "/Image":
            self.picture()
        elif kind == "/Form" and self._forms < _MAX_FORMS:
            self._drawn[id(drawn)] += 1
            self._left -= _COST_OF_A_FORM
            self._draw_form(drawn)

    def _draw_form(self, form: Any) -> None:
        outer, saved = self._state, self._saved
        self._saved = []
        self._forms += 1
        self.concat(*form.get("/Matrix", IDENTITY))
        left, bottom, right, top = map(float, form["/BBox"])
        box = transform_box((left, bottom, right, top), self._state.ctm)
        self._consider(box)
        self._set(clip=overlap(self._state.clip, box))
        self.follow(form, form.get("/Resources", self._resources))
        self._forms -= 1
        self._state, self._saved = outer, saved

    def begin_text(self) -> None:
        self._cursor.put(IDENTITY)

    def set_font(self, name: Any, size: Any) -> None:
        self._set_text(font=self._resources.get("/Font", {}).get(name), size=float(size))

    def set_leading(self, leading: Any) -> None:
        self._set_text(leading=float(leading))

    def set_letter_gap(self, gap: Any) -> None:
        self._set_text(letter_gap=float(gap))

    def set_word_gap(self, gap: Any) -> None:
        self._set_text(word_gap=float(gap))

    def set_stretch(self, percent: Any) -> None:
        self._set_text(stretch=float(percent) / 100)

    def set_mode(self, mode: Any) -> None:
        self._set_text(mode=int(mode))

    def put_text(self, *numbers: Any) -> None:
        self._cursor.put(_matrix(numbers))

    def move_text(self, x: Any, y: Any) -> None:
        self._cursor.move(float(x), float(y))

    def move_text_leading(self, x: Any, y: Any) -> None:
        self._set_text(leading=-float(y))
        self.move_text(x, y)

    def next_line(self) -> None:
        self._cursor.move(0, -self._state.text.leading)

    def show(self, text: Any) -> None:
        state = self._state
        width = state.text.advance(text)
        if width and not (state.text.invisible or state.fill.white):
            self._mark(transform_box(state.text.box(width), multiply(self._cursor.here, state.ctm)))
        self._cursor.go_on(width)

    def show_parts(self, parts: Any) -> None:
        text = self._state.text
        for part in parts:
            if isinstance(part, int | float):
                self._cursor.go_on(-float(part) / 1000 * text.size * text.stretch)
            else:
                self.show(part)

    def show_on_next_line(self, text: Any) -> None:
        self.next_line()
        self.show(text)

    def show_spaced(self, word_gap: Any, letter_gap: Any, text: Any) -> None:
        self._set_text(word_gap=float(word_gap), letter_gap=float(letter_gap))
        self.show_on_next_line(text)


_METHODS = {
    b"q": "save", b"Q": "restore", b"cm": "concat", b"w": "set_line_width",
    b"m": "add_points", b"l": "add_points", b"c": "add_points", b"v": "add_points", b"y": "add_points",
    b"re": "add_rectangle", b"W": "clip", b"W*": "clip", b"n": "end_path",
    b"f": "paint_fill", b"F": "paint_fill", b"f*": "paint_fill", b"S": "paint_stroke", b"s": "paint_stroke",
    b"B": "paint_both", b"B*": "paint_both", b"b": "paint_both", b"b*": "paint_both", b"sh": "shade",
    b"cs": "fill_space", b"sc": "fill_colour", b"scn": "fill_colour",
    b"CS": "stroke_space", b"SC": "stroke_colour", b"SCN": "stroke_colour",
    b"g": "fill_device", b"rg": "fill_device", b"k": "fill_device",
    b"G": "stroke_device", b"RG": "stroke_device", b"K": "stroke_device",
    b"Do": "draw", b"INLINE IMAGE": "picture",
    b"BT": "begin_text", b"Tf": "set_font", b"TL": "set_leading", b"Tr": "set_mode",
    b"Tc": "set_letter_gap", b"Tw": "set_word_gap", b"Tz": "set_stretch",
    b"Tm": "put_text", b"Td": "move_text", b"TD": "move_text_leading", b"T*": "next_line",
    b"Tj": "show", b"TJ": "show_parts", b"'": "show_on_next_line", b'"': "show_spaced",
}  # fmt: skip
"""The operators of ISO 32000-1, Annex A, that paint or decide where paint goes."""


def _matrix(numbers: Any) -> Matrix:
    a, b, c, d, e, f = map(float, numbers)
    return (a, b, c, d, e, f)


def _is_white(components: Any) -> bool:
    """Gray and RGB are white at 1, CMYK at 0; a pattern's name never is."""
    try:
        numbers = [float(n) for n in components]
    except (TypeError, ValueError):
        return False
    if len(numbers) == 4:
        return max(numbers) <= 1 - _WHITENESS
    return min(numbers, default=0) >= _WHITENESS
