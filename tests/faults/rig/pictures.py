"""R12: pictures made to hurt. Each is judged by a process of its own, whose memory and time are counted."""

from __future__ import annotations

import io
import json
import os
import random
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from PIL import Image

from tests.faults.rig.case import Failure
from tests.faults.rig.forks import Ran

MOST_KB = 300_000
MOST_CPU_S = 2.0
_LINE = ("photos", "--check", "--device", "smartphone", "--json", "--view")


def hostile_pictures(folder: Path, seed: int) -> Iterator[partial[str]]:
    """One after the other, the costliest first; from the 90th or so on cut and spoiled at random."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in _MADE.items():
        yield partial(_judged, folder, name, make)
    dice = random.Random(seed)
    whole = {kind: _photo(kind) for kind in ("JPEG", "PNG", "WEBP")}
    while True:
        kind = dice.choice(list(whole))
        yield partial(
            _judged, folder, f"spoiled.{kind.lower()}", partial(_spoiled, whole[kind], dice.random())
        )


def _judged(folder: Path, name: str, make: Callable[[], bytes]) -> str:
    path = folder / name
    _in_a_child(lambda: path.write_bytes(make()))
    try:
        ran = _run([*_LINE, f"back={path}"])
    finally:
        path.unlink()
    check_cheap(name, ran)
    return "accepted" if ran.json["photos"][0]["verdict"] != "rejected" else "refused"


#: Between us and the one that is measured: a child's memory is counted from that of who started it.
_MEASURE = """
import json, resource, subprocess, sys
done = subprocess.run([sys.executable, "-m", "returnctl", *sys.argv[1:]], stdin=-3, capture_output=True, text=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([done.returncode, done.stdout, done.stderr, used.ru_utime + used.ru_stime, used.ru_maxrss]))
"""


def _run(words: list[str]) -> Ran:
    done = subprocess.run([sys.executable, "-c", _MEASURE, *words], capture_output=True, check=True)
    code, stdout, stderr, cpu_s, peak_kb = json.loads(done.stdout)
    return Ran(line=" ".join(words), exit=code, stdout=stdout, stderr=stderr, cpu_s=cpu_s, peak_kb=peak_kb)


def _in_a_child(work: Callable[[], object]) -> None:
    """So that this process stays as small as it is: its children's memory is counted from there."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    if os.waitpid(child, 0)[1]:
        raise Failure("the picture could not be made")


def check_cheap(name: str, ran: Ran) -> None:
    """A verdict or a clear refusal, within 2 seconds of a processor and 300 MB. Raises Failure."""
    if ran.exit not in (0, 6) or "Traceback" in ran.stderr:
        raise Failure(f"{name}: {ran}")
    if ran.exit == 6 and not ran.json["photos"][0]["problems"] and not ran.json["missing"]:
        raise Failure(f"{name}: refused without a word: {ran}")
    if ran.peak_kb > MOST_KB or ran.cpu_s > MOST_CPU_S:
        raise Failure(f"{name}: {ran.peak_kb // 1000} MB, {ran.cpu_s:.1f} s of a processor")


def _saved(image: Image.Image, kind: str, **given: object) -> bytes:
    kept = io.BytesIO()
    image.save(kept, kind, **given)  # type: ignore[arg-type]
    return kept.getvalue()


def _photo(kind: str, size: tuple[int, int] = (1200, 900), mode: str = "RGB") -> bytes:
    noise = Image.effect_noise((size[0] // 4, size[1] // 4), 60).resize(size)
    return _saved(noise.convert(mode), kind)


def _spoiled(whole: bytes, share: float) -> bytes:
    dice = random.Random(share)
    content = bytearray(whole[: int(len(whole) * share)] if share < 0.5 else whole)
    for _ in range(dice.randrange(1, 40)):
        if content:
            content[dice.randrange(min(len(content), 4000) if share < 0.75 else len(content))] = (
                dice.randrange(256)
            )
    return bytes(content)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _png(
    width: int, height: int, *between: bytes, depth: int = 8, colour: int = 2, data: bytes = b""
) -> bytes:
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(between) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _zeros(count: int) -> bytes:
    # A little more than asked for: decoders stop when they have enough.
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range((count >> 20) + 1)) + packer.flush()


def _dense(kind: str, megapixels: float, mode: str = "RGB", **given: object) -> bytes:
    """As hard to decode as this many pixels get: noise."""
    side = int((megapixels * 1_000_000) ** 0.5)
    tile = Image.effect_noise((1024, 1024), 90).convert(mode)
    image = Image.new(mode, (side, side))
    for x in range(0, side, 1024):
        for y in range(0, side, 1024):
            image.paste(tile, (x, y))
    return _saved(image, kind, **given)


def _moving(kind: str) -> bytes:
    frames = [Image.new("RGB", (300, 300), (n * 5 % 256, 0, 0)) for n in range(50)]
    return _saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=20)


def _with_exif(exif: bytes) -> bytes:
    return _saved(Image.open(io.BytesIO(_photo("JPEG"))), "JPEG", exif=b"Exif\0\0" + exif)


_TEXT_BOMB = _chunk(b"zTXt", b"Comment\0\0" + _zeros(64 << 20))
_PROFILE_BOMB = _chunk(b"iCCP", b"icc\0\0" + _zeros(64 << 20))
_MADE: dict[str, Callable[[], bytes]] = {
    "dense.webp": lambda: _dense("WEBP", 12.9, quality=75, method=0),
    "dense-lossless.webp": lambda: _dense("WEBP", 12.9, lossless=True, quality=0, method=0),
    "dense-alpha.webp": lambda: _dense("WEBP", 12.9, "RGBA", quality=75, method=0),
    "flat-lossless.webp": lambda: _saved(
        Image.new("RGB", (3600, 3600), "gray"), "WEBP", lossless=True, method=0
    ),
    "large.webp": lambda: _saved(Image.new("RGB", (7700, 7700), "gray"), "WEBP", lossless=True, method=0),
    "dense-60.png": lambda: _dense("PNG", 59.9, compress_level=1),
    "dense-rgba.png": lambda: _dense("PNG", 29.9, "RGBA", compress_level=1),
    "dense-palette.png": lambda: _dense("PNG", 29.9, "P", compress_level=1, transparency=b"\x80" * 256),
    "dense-grey-alpha.png": lambda: _dense("PNG", 29.9, "LA", compress_level=1),
    "grey-16-bit.png": lambda: _png(5470, 5470, depth=16, colour=0, data=_zeros(5470 * (5470 * 2 + 1))),
    "one-bit.png": lambda: _png(7700, 7700, depth=1, colour=0, data=_zeros(7700 * 964)),
    "dense-16-bit.png": lambda: _png(5470, 5470, depth=16, colour=6, data=_zeros(5470 * (5470 * 8 + 1))),
    "dense-60.jpg": lambda: _dense("JPEG", 60, quality=95),
    "dense-200.jpg": lambda: _dense("JPEG", 199, quality=80),
    "progressive.jpg": lambda: _dense("JPEG", 35.9, quality=90, progressive=True),
    "cmyk-60.jpg": lambda: _dense("JPEG", 60, "CMYK", quality=85),
    "gigantic.png": lambda: _png(50_000, 50_000, data=_zeros(1 << 20)),
    "gigantic-grey.png": lambda: _png(65_000, 65_000, depth=1, colour=0, data=_zeros(1 << 20)),
    "large-16-bit.png": lambda: _png(7000, 7000, depth=16, colour=6, data=_zeros(7000 * (7000 * 8 + 1))),
    "rgb-16-bit.png": lambda: _png(5470, 5470, depth=16, colour=2, data=_zeros(5470 * (5470 * 6 + 1))),
    "long.png": lambda: _png(2_000_000_000, 1, data=_zeros(1 << 20)),
    "no-width.png": lambda: _png(0, 100),
    "zeros-60.png": lambda: _png(7700, 7700, data=_zeros(7700 * (7700 * 3 + 1))),
    "text-bomb.png": lambda: _png(600, 600, _TEXT_BOMB, data=_zeros(600 * 1801)),
    "two-hundred-text-bombs.png": lambda: _png(600, 600, *[_TEXT_BOMB] * 200, data=_zeros(600 * 1801)),
    "profile-bomb.png": lambda: _png(600, 600, _PROFILE_BOMB, data=_zeros(600 * 1801)),
    "a-hundred-thousand-chunks.png": lambda: _png(
        600, 600, *[_chunk(b"tEXt", b"a\0b")] * 100_000, data=_zeros(600 * 1801)
    ),
    "moving.png": lambda: _moving("PNG"),
    "moving.webp": lambda: _moving("WEBP"),
    "moving.gif": lambda: _moving("GIF"),
    "empty.jpg": lambda: b"",
    "one.jpg": lambda: _saved(Image.new("RGB", (1, 1)), "JPEG"),
    "one-wide.png": lambda: _saved(Image.new("L", (30_000, 1)), "PNG"),
    "cmyk.jpg": lambda: _photo("JPEG", mode="CMYK"),
    "palette.png": lambda: _photo("PNG", mode="P"),
    "few-bits.png": lambda: _photo("PNG", mode="1"),
    "sixteen-bit.png": lambda: _saved(Image.new("I;16", (900, 900), 40_000), "PNG"),
    "webp-named.jpg": lambda: _photo("WEBP"),
    "html.jpg": lambda: b"<html><script>alert(1)</script></html>",
    "polyglot.jpg": lambda: _photo("JPEG") + b"PK\x03\x04%PDF-1.7 <script>alert(1)</script>",
    "pdf.jpg": lambda: b"%PDF-1.7\n" + _photo("JPEG"),
    "zip.png": lambda: b"PK\x03\x04" + bytes(1000),
    "fits.jpg": lambda: b"SIMPLE  =                    T" + bytes(3000),
    "psd.png": lambda: b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 30_000, 30_000, 8, 3) + bytes(5000),
    "tiff.jpg": lambda: _saved(Image.new("RGB", (400, 400)), "TIFF"),
    "bmp.jpg": lambda: _saved(Image.new("RGB", (400, 400)), "BMP"),
    "eps.jpg": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99999 99999\n" + bytes(2000),
    "svg.png": lambda: (
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'
    ),
    "heic-head.heic": lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(4000),
    "exif-loop.jpg": lambda: _with_exif(b"II*\0\x08\0\0\0\x01\0\x69\x87\x04\0\x01\0\0\0\x08\0\0\0\x08\0\0\0"),
    "exif-huge-count.jpg": lambda: _with_exif(
        b"II*\0\x08\0\0\0\x01\0\x0e\x01\x02\0\xff\xff\xff\x7f\x08\0\0\0\0\0\0\0"
    ),
    "exif-rubbish.jpg": lambda: _with_exif(bytes(range(256)) * 200),
    "scans.jpg": lambda: (
        _photo("JPEG")[:-2] + (b"\xff\xda\0\x08\1\1\0\0\x3f\0" + bytes(50)) * 2000 + b"\xff\xd9"
    ),
    "comments.jpg": lambda: b"\xff\xd8" + (b"\xff\xfe\xff\xff" + bytes(65_533)) * 700 + _photo("JPEG")[2:],
}
