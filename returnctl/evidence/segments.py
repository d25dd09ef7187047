"""Reads which parts a JPEG or PNG file is made of, to prove that a copy holds nothing but the picture.

JPEG: ITU-T T.81, annex B. PNG: W3C Portable Network Graphics, section 5.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec

STRAY: Final = "stray bytes"
TRAILER: Final = "trailer"
NO_END: Final = "missing end"
_ICC: Final = b"ICC_PROFILE\0"
_EXIF: Final = b"Exif\0\0"
_JFIF: Final = b"JFIF\0"
_STANDALONE: Final = frozenset({0x01, *range(0xD0, 0xD9)})
_END: Final = 0xD9
_FILL: Final = 0xFF
_JFIF_BYTES: Final = 14  # a block without a small picture in it
# Blocks of applications and comments; 0xEE is Adobe's, which says how the colours are stored.
_DROPPED: Final = frozenset({*range(0xE0, 0xF0), 0xFE}) - {0xEE}
_SCAN: Final = 0xDA
# Tables, frame and scan headers, the restart interval: the picture itself.
_PICTURE_MARKERS: Final = frozenset({*range(0xC0, 0xD0), _SCAN, 0xDB, 0xDD}) - {0xC8}
_PICTURE_CHUNKS: Final = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})


class Part(msgspec.Struct, frozen=True):
    """A part of a file, from `start` up to `end`; `name` is empty for what belongs to the picture itself."""

    name: str
    start: int
    end: int


def foreign_parts(data: bytes) -> tuple[str, ...]:
    """The names of all parts of a JPEG or PNG that are neither the picture nor its colour profile.

    A Exif block is named `Exif`; bytes after the end of the picture `trailer`.
    """
    parts = jpeg_parts(data) if data.startswith(b"\xff\xd8") else png_parts(data)
    return tuple(part.name for part in parts if part.name)


def only_picture(data: bytes, profile: bytes) -> bytes | None:
    """A JPEG's picture and its colour profile, byte for byte, without anything else.

    None where that can't be done: the file is not whole, or one of its parts says how to read the pixels.
    """
    kept = [data[:2]]
    for part in jpeg_parts(data):
        piece = data[part.start : part.end]
        if part.name == TRAILER or (part.name and piece[1:2] and piece[1] in _DROPPED):
            continue
        if part.name or (piece[1] == 0xE2 and piece[4:] != _ICC + b"\x01\x01" + profile):
            return None
        kept.append(piece)
    return b"".join(kept)


def jpeg_parts(data: bytes) -> Iterator[Part]:
    """The segments of a JPEG behind its first two bytes; a scan's data belongs to the scan's header."""
    at = 2
    while at < len(data):
        if data[at] != 0xFF:
            yield Part(STRAY, at, len(data))
            return
        marker, start = int.from_bytes(data[at + 1 : at + 2], "big"), at
        if marker == _FILL:
            at += 1
            continue
        if marker == _END:
            yield Part("", start, at + 2)
            if len(data) > at + 2:
                yield Part(TRAILER, at + 2, len(data))
            return
        if marker in _STANDALONE:
            at += 2
            yield Part("", start, at)
            continue
        size = int.from_bytes(data[at + 2 : at + 4], "big")
        name = _jpeg_name(marker, data[at + 4 : at + 2 + size])
        at += 2 + size
        if marker == _SCAN:
            at = _end_of_scan(data, at)
        yield Part(name, start, at)
    yield Part(NO_END, len(data), len(data))


def _jpeg_name(marker: int, payload: bytes) -> str:
    if marker in _PICTURE_MARKERS:
        return ""
    if marker == 0xE0 and payload.startswith(_JFIF) and len(payload) <= _JFIF_BYTES:
        return ""
    if marker == 0xE2 and payload.startswith(_ICC):
        return ""
    return "Exif" if payload.startswith(_EXIF) else f"marker {marker:02X}"


def _end_of_scan(data: bytes, at: int) -> int:
    """The offset of the next marker that is no restart; inside a scan 0xFF is followed by 0x00."""
    found = _NEXT_MARKER.search(data, at)
    return found.start() if found else len(data)


_NEXT_MARKER: Final = re.compile(rb"\xff(?![\x00\xd0-\xd7])")


def png_parts(data: bytes) -> Iterator[Part]:
    """The chunks of a PNG behind its signature."""
    at = 8
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        kind = data[at + 4 : at + 8]
        start, at = at, at + 12 + size
        if kind == b"eXIf":
            yield Part("Exif", start, at)
        elif kind in _PICTURE_CHUNKS | {b"iCCP"}:
            yield Part("", start, at)
        else:
            yield Part(f"chunk {kind.decode('ascii', 'replace')}", start, at)
        if kind == b"IEND":
            if len(data) > at:
                yield Part(TRAILER, at, len(data))
            return
    yield Part(NO_END, len(data), len(data))
