"""Boxes and transformations of a page, in points, y upwards, as PDF has them."""

from __future__ import annotations

Box = tuple[float, float, float, float]
"""Left, bottom, right, top."""

Matrix = tuple[float, float, float, float, float, float]

EMPTY: Box = (0.0, 0.0, 0.0, 0.0)
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def multiply(first: Matrix, then: Matrix) -> Matrix:
    """The transformation that does `first` and afterwards `then`."""
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def transform_box(box: Box, matrix: Matrix) -> Box:
    """The upright box around `box` after the transformation."""
    a, b, c, d, e, f = matrix
    corners = [(box[i], box[j]) for i in (0, 2) for j in (1, 3)]
    xs = [a * x + c * y + e for x, y in corners]
    ys = [b * x + d * y + f for x, y in corners]
    return (min(xs), min(ys), max(xs), max(ys))


def union(one: Box, other: Box) -> Box:
    """The box around both; `EMPTY` adds nothing."""
    if one == EMPTY:
        return other
    if other == EMPTY:
        return one
    return (min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3]))


def overlap(one: Box, other: Box) -> Box:
    """What both share, or `EMPTY`."""
    left, bottom = max(one[0], other[0]), max(one[1], other[1])
    right, top = min(one[2], other[2]), min(one[3], other[3])
    return (left, bottom, right, top) if left <= right and bottom <= top else EMPTY


def around(box: Box, margin: float) -> Box:
    """`box`, larger by `margin` on every side."""
    return (box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin)


def size(box: Box) -> tuple[float, float]:
    """Width and height."""
    return (box[2] - box[0], box[3] - box[1])
