"""Reads which parts a JPEG or PNG file is made of, to prove that a copy holds nothing but the picture.

JPEG: ITU-T T.81, annex B. PNG: W3C Portable Network Graphics, section 5.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

_ICC: Final = b"ICC_PROFILE\0"
_EXIF: Final = b"Exif\0\0"
_JFIF: Final = b"JFIF\0"
_STANDALONE: Final = frozenset({0x01, *range(0xD0, 0xD9)})
_END: Final = 0xD9
_JFIF_BYTES: Final = 18  # marker, length, and a block without a small picture in it
# Blocks of applications and comments; 0xEE is Adobe's, which says how the colours are stored.
_DROPPED: Final = frozenset({*range(0xE0, 0xF0), 0xFE}) - {0xEE}
_SCAN: Final = 0xDA
# Tables, frame and scan headers, the restart interval: the picture itself.
_PICTURE_MARKERS: Final = frozenset({*range(0xC0, 0xD0), _SCAN, 0xDB, 0xDD}) - {0xC8}
_PICTURE_CHUNKS: Final = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})


def foreign_parts(data: bytes) -> tuple[str, ...]:
    """The names of all parts of a JPEG or PNG that are neither the picture nor its colour profile.

    A Exif block is named `Exif`; bytes after the end of the picture `trailer`.
    """
    names = _jpeg_parts(data) if data.startswith(b"\xff\xd8") else _png_parts(data)
    return tuple(name for name in names if name)


def only_picture(data: bytes, profile: bytes) -> bytes | None:
    """A JPEG's picture and its colour profile, byte for byte, without anything else.

    None where that can't be done: the file is not whole, or one of its parts says how to read the pixels.
    """
    kept = [data[:2]]
    for name, start, end in _walk(data):
        part = data[start:end]
        if part[1] == _END:
            kept.append(part[:2])
        elif part[1] == 0xE0 and name == "":
            kept.append(part if len(part) == _JFIF_BYTES else b"")  # a longer one holds a small picture
        elif part[1] == 0xE2 and name == "":
            if part[4:] != _ICC + b"\x01\x01" + profile:
                return None
            kept.append(part)
        elif name == "":
            kept.append(part)
        elif part[1] not in _DROPPED:
            return None
    return b"".join(kept)


def _jpeg_parts(data: bytes) -> Iterator[str]:
    """A name for each foreign segment, and an empty one for each that belongs there."""
    return (name for name, _, _ in _walk(data))


def _walk(data: bytes) -> Iterator[tuple[str, int, int]]:
    """Each part of a JPEG after its start: a name where it is foreign, and the offsets where it begins and ends."""
    at = 2
    while at < len(data) - 1:
        if data[at] != 0xFF:
            yield "stray bytes", at, len(data)
            return
        marker = data[at + 1]
        if marker == _END:
            yield "trailer" if len(data) > at + 2 else "", at, len(data)
            return
        if marker in _STANDALONE:
            at += 2
            continue
        start, size = at, int.from_bytes(data[at + 2 : at + 4], "big")
        at += 2 + size
        if marker == _SCAN:
            at = _end_of_scan(data, at)
        yield _jpeg_name(marker, data[start + 4 : start + 2 + size]), start, at
    yield "missing end", len(data) - 2, len(data)


def _jpeg_name(marker: int, payload: bytes) -> str:
    if marker in _PICTURE_MARKERS:
        return ""
    if (marker == 0xE0 and payload.startswith(_JFIF)) or (marker == 0xE2 and payload.startswith(_ICC)):
        return ""
    return "Exif" if payload.startswith(_EXIF) else f"marker {marker:02X}"


def _end_of_scan(data: bytes, at: int) -> int:
    """The offset of the next marker that is no restart; inside a scan 0xFF is followed by 0x00."""
    while (at := data.find(b"\xff", at)) >= 0:
        if data[at + 1 : at + 2] not in _INSIDE_SCAN:
            return at
        at += 2
    return len(data)


_INSIDE_SCAN: Final = frozenset({b"\0", *(bytes([restart]) for restart in range(0xD0, 0xD8))})


def _png_parts(data: bytes) -> Iterator[str]:
    at = 8
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        kind = data[at + 4 : at + 8]
        at += 12 + size
        if kind == b"eXIf":
            yield "Exif"
        elif kind not in _PICTURE_CHUNKS | {b"iCCP"}:
            yield f"chunk {kind.decode('ascii', 'replace')}"
        if kind == b"IEND":
            yield "trailer" if len(data) > at else ""
            return
    yield "missing end"
