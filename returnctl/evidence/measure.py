"""Numbers read from one small grey picture: sharpness, light, contrast, reflections.

The picture is 500 pixels long (`WORKING_SIDE`): sharp and blurred pictures separate better there than at
full size, because noise averages out. All levels are grey levels, 0 to 255.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from PIL import Image

WORKING_SIDE: Final = 500
_BLOCK: Final = 24  # pixels; the windows that edges are looked for in
_EDGE_LEVELS: Final = 40  # light-dark range from which a line of a block shows an edge
_LINES: Final = 3  # lines with an edge, for a block to count
_BLOCKS: Final = 8  # blocks with edges, for a picture to be judged
_CROSSING: Final = 0.3  # a block's gradient along the lines, as a share of the one across them
_CELL: Final = 8  # pixels; the windows that reflections are looked for in
_BURNT: Final = 245  # level from which a reflection has no drawing left
_MARGIN: Final = 0.1  # of each side, where a bright point is the background's


class Measurement(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured on the working picture.

    `edge_steepness` (0 to 1) is the steepest one-pixel step over the local contrast: 0.4 is an edge 2.5
    pixels wide, 0.5 % of the long side; None where there are too few edges to tell. `bright_level` is the
    level that the brightest tenth exceeds, `contrast_levels` the range between the darkest and brightest
    twentieth, `range_levels` the one that holds all but a hundredth. `highlight_gap` (levels) and
    `glare_share` (of the frame) tell reflections.
    `ink_share` is the share of pixels that differ clearly from the most common level.
    """

    edge_steepness: float | None
    laplacian_variance: float
    bright_level: int
    contrast_levels: int
    range_levels: int
    highlight_gap: int
    glare_share: float
    ink_share: float


def measure(grey: Image.Image) -> Measurement:
    """Measures a grey picture (mode L) about `WORKING_SIDE` pixels long."""
    import numpy as np

    levels = np.asarray(grey)
    histogram = grey.histogram()
    width, height = grey.size
    inner = grey.crop(
        (
            round(width * _MARGIN),
            round(height * _MARGIN),
            width - round(width * _MARGIN),
            height - round(height * _MARGIN),
        )
    ).histogram()
    return Measurement(
        edge_steepness=edge_steepness(levels),
        laplacian_variance=laplacian_variance(levels),
        bright_level=_level_below(histogram, 0.90),
        contrast_levels=_level_below(histogram, 0.95) - _level_below(histogram, 0.05),
        range_levels=_level_below(histogram, 0.995) - _level_below(histogram, 0.005),
        highlight_gap=_level_below(inner, 0.999) - _level_below(inner, 0.95),
        glare_share=_glare_share(levels),
        ink_share=_ink_share(histogram),
    )


def edge_steepness(levels: Any) -> float | None:
    """How steep the edges are, 0 to 1: the lower of the score along rows and the one along columns.

    The lower, because motion smears one direction only. `levels` is an array of 8-bit grey levels.
    """
    import numpy as np

    rows, columns = (side // _BLOCK for side in levels.shape)
    if not rows or not columns:
        return None
    blocks = levels[: rows * _BLOCK, : columns * _BLOCK].reshape(rows, _BLOCK, columns, _BLOCK)
    # Positions along a line come first, so that each maximum and minimum runs over whole planes.
    along_rows = np.ascontiguousarray(blocks.transpose(3, 1, 0, 2))
    along_columns = np.ascontiguousarray(blocks.transpose(1, 3, 0, 2))
    row_steps, column_steps = _steps(along_rows), _steps(along_columns)
    row_energy, column_energy = _energy(row_steps), _energy(column_steps)
    scores = [
        score
        for score in (
            _score(along_rows, row_steps, row_energy >= _CROSSING * column_energy),
            _score(along_columns, column_steps, column_energy >= _CROSSING * row_energy),
        )
        if score is not None
    ]
    return min(scores, default=None)


def _steps(lines: Any) -> Any:
    """Absolute differences between neighbours on each line; without leaving 8 bits, which is 3 x faster."""
    import numpy as np

    before, after = lines[:-1], lines[1:]
    return np.maximum(before, after) - np.minimum(before, after)


def _energy(steps: Any) -> Any:
    """The sum of squared steps of each block."""
    import numpy as np

    wide = steps.astype(np.uint16)
    return (wide * wide).sum(axis=0, dtype=np.uint32).sum(axis=0)


def _score(lines: Any, steps: Any, usable: Any) -> float | None:
    """The 75th percentile over the blocks of their lines' mean steepness; None with too few blocks."""
    import numpy as np

    contrast = lines.max(axis=0) - lines.min(axis=0)
    edges = contrast >= _EDGE_LEVELS
    steepness = np.where(edges, steps.max(axis=0) / np.maximum(contrast, 1).astype(np.float32), 0)
    counts = edges.sum(axis=0)
    chosen = usable & (counts >= _LINES)
    if chosen.sum() < _BLOCKS:
        return None
    return float(np.percentile(steepness.sum(axis=0)[chosen] / counts[chosen], 75))


def laplacian_variance(levels: Any) -> float:
    """The variance of the four-neighbour Laplacian, in squared grey levels."""
    import numpy as np

    wide = levels.astype(np.int16)
    if min(wide.shape) < 3:
        return 0.0
    centre = wide[1:-1, 1:-1]
    edges = 4 * centre - wide[:-2, 1:-1] - wide[2:, 1:-1] - wide[1:-1, :-2] - wide[1:-1, 2:]
    return float(edges.astype(np.float32).var())


def colour_levels(colours: Image.Image) -> int:
    """How colourful the middle of a picture (mode RGB) is: a screen that is on is, one that is off is not.

    The level that a tenth of the central third's pixels exceed, of the range between their channels.
    """
    from PIL import ImageChops

    width, height = colours.size
    middle = colours.crop((width // 3, height // 3, width - width // 3, height - height // 3))
    red, green, blue = middle.split()
    highest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    lowest = ImageChops.darker(ImageChops.darker(red, green), blue)
    return _level_below(ImageChops.subtract(highest, lowest).histogram(), 0.90)


def plain_share(image: Image.Image) -> float:
    """The share of 16 x 16 windows without any drawing or noise: 0.6 and more on screenshots."""
    import numpy as np

    levels = np.asarray(image.convert("L"))
    rows, columns = (side // 16 for side in levels.shape)
    if not rows or not columns:
        return 0.0
    windows = levels[: rows * 16, : columns * 16].reshape(rows, 16, columns, 16)
    ranges = windows.max(axis=(1, 3)) - windows.min(axis=(1, 3))
    return float((ranges <= 2).mean())


def _level_below(histogram: list[int], share: float) -> int:
    """The lowest level that at least `share` of the pixels do not exceed."""
    wanted = share * sum(histogram)
    seen = 0
    for level, count in enumerate(histogram):
        seen += count
        if seen >= wanted:
            return level
    return 255


def _ink_share(histogram: list[int], *, apart: int = 24) -> float:
    paper = max(range(256), key=histogram.__getitem__)
    near = sum(histogram[max(0, paper - apart) : paper + apart + 1])
    return 1 - near / max(1, sum(histogram))


def _glare_share(levels: Any) -> float:
    """The largest burnt-out spot that lies inside the picture, as a share of the frame.

    What touches the frame is a window, the sky or a white table.
    """
    rows, columns = (side // _CELL for side in levels.shape)
    if not rows or not columns:
        return 0.0
    cells = levels[: rows * _CELL, : columns * _CELL].reshape(rows, _CELL, columns, _CELL)
    burnt = cells.min(axis=1).min(axis=2) >= _BURNT
    if not burnt.any():
        return 0.0
    spots = {(int(row), int(column)) for row, column in zip(*burnt.nonzero(), strict=True)}
    largest = 0
    while spots:
        spot = _take_spot(spots)
        inside = all(0 < row < rows - 1 and 0 < column < columns - 1 for row, column in spot)
        largest = max(largest, len(spot) if inside else 0)
    return largest * _CELL**2 / float(levels.shape[0] * levels.shape[1])


def _take_spot(spots: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """Takes one group of touching cells out of `spots`."""
    found = [spots.pop()]
    for row, column in found:
        for neighbour in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)):
            if neighbour in spots:
                spots.remove(neighbour)
                found.append(neighbour)
    return found
