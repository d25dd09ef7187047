"""Draws photo-like scenes and spoils them by known amounts."""

from __future__ import annotations

import functools
import io
import random
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

SIZE = (2000, 1500)


def scene(seed: int, size: tuple[int, int] = SIZE) -> Image.Image:
    """Things on a table: shapes and lines of many contrasts in uneven light, with a sensor's grain."""
    return _scene(seed, size).copy()


@functools.lru_cache(maxsize=32)
def _scene(seed: int, size: tuple[int, int]) -> Image.Image:
    dice = random.Random(seed)
    width, height = size
    table = [dice.randint(150, 215) for _ in range(3)]
    picture = Image.new("RGB", size, tuple(table))
    draw = ImageDraw.Draw(picture)
    for _ in range(70):
        x, y = dice.randint(0, width), dice.randint(0, height)
        wide, high = dice.randint(width // 60, width // 6), dice.randint(height // 60, height // 6)
        colour = tuple(dice.randint(10, 235) for _ in range(3))
        shape = dice.choice(["bar", "bar", "disc", "line"])
        if shape == "disc":
            draw.ellipse((x, y, x + wide, y + wide), colour)
        elif shape == "line":
            draw.line((x, y, x + wide * 2, y + high * 2), colour, max(3, width // 300))
        else:
            draw.polygon(_tilted(x, y, wide, high, dice.uniform(-40, 40)), colour)
    light = Image.frombytes("L", (6, 4), bytes(dice.randint(205, 255) for _ in range(24)))
    shade = light.resize(size, Image.Resampling.BICUBIC)
    lit = ImageChops.multiply(picture, Image.merge("RGB", [shade] * 3))
    return grainy(lit.filter(ImageFilter.GaussianBlur(width / 2500)), seed)


def bar(tilt: float, size: tuple[int, int] = SIZE) -> Image.Image:
    """A phone's dark side on a pale table, tilted by so many degrees."""
    picture = Image.new("L", (size[0] * 2, size[1] * 2), 200)
    centre = (size[0] - size[0] * 3 // 4, size[1] - 120)
    ImageDraw.Draw(picture).rectangle((*centre, centre[0] + size[0] * 3 // 2, centre[1] + 240), 40)
    turned = picture.rotate(tilt, Image.Resampling.BICUBIC, fillcolor=200).reduce(2)
    return grainy(turned.convert("RGB"), 1)


def grainy(picture: Image.Image, seed: int, deviation: float = 3.0) -> Image.Image:
    """With a sensor's noise of so many grey levels."""
    tile = np.random.default_rng(seed).normal(0, deviation, (397, 401)).round().astype(np.int16)
    noise = np.tile(tile, (picture.height // 397 + 1, picture.width // 401 + 1))
    noise = noise[: picture.height, : picture.width]
    levels = np.asarray(picture, dtype=np.int16)
    noisy = levels + (noise[..., None] if levels.ndim == 3 else noise)
    return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))


def blurred(picture: Image.Image, sigma: float) -> Image.Image:
    """Out of focus: a Gaussian of `sigma` pixels, under the sensor's own grain."""
    return grainy(picture.filter(ImageFilter.GaussianBlur(sigma)), 2, 2.0)


def moved(picture: Image.Image, pixels: int, *, upwards: bool = False) -> Image.Image:
    """Moved by so many pixels while the shutter was open."""
    levels = np.asarray(picture)
    along = levels.swapaxes(0, 1) if upwards else levels
    sums = np.cumsum(along, axis=1, dtype=np.int32)
    smeared = (sums[:, pixels:] - sums[:, :-pixels]) // pixels
    turned = smeared.swapaxes(0, 1) if upwards else smeared
    return grainy(Image.fromarray(turned.astype(np.uint8)), 3, 2.0)


def darker(picture: Image.Image, share: float) -> Image.Image:
    """With only so much of the light."""
    return picture.point(lambda level: level * share)


def spotted(picture: Image.Image, radius: int) -> Image.Image:
    """With the burnt-out reflection of a lamp, soft at its rim, near the middle."""
    spot = Image.new("L", picture.size)
    x, y = picture.width * 2 // 5, picture.height * 2 // 5
    ImageDraw.Draw(spot).ellipse((x - radius, y - radius, x + radius, y + radius), 255)
    soft = spot.filter(ImageFilter.GaussianBlur(radius / 6)).point(lambda level: min(255, level * 2))
    return Image.composite(Image.new(picture.mode, picture.size, "white"), picture, soft)


def resized(picture: Image.Image, long_side: int) -> Image.Image:
    """The same picture with so many pixels on its longer side."""
    width, height = (round(side * long_side / max(picture.size)) for side in picture.size)
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def jpeg(picture: Image.Image, *, quality: int = 88, **options: object) -> bytes:
    """The bytes of a JPEG file."""
    return encoded(picture, "JPEG", quality=quality, **options)


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    """The bytes of a file of any kind that Pillow writes."""
    target = io.BytesIO()
    picture.save(target, kind, **options)
    return target.getvalue()


def saved(picture: Image.Image, path: Path, **options: object) -> Path:
    """Saved as JPEG at `path`."""
    path.write_bytes(jpeg(picture, **options))
    return path


def _tilted(x: int, y: int, wide: int, high: int, degrees: float) -> list[tuple[float, float]]:
    turn = np.exp(1j * np.radians(degrees))
    corners = [complex(0, 0), complex(wide, 0), complex(wide, high), complex(0, high)]
    return [(x + (corner * turn).real, y + (corner * turn).imag) for corner in corners]
