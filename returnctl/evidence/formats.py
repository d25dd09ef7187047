"""Tells what a file is by its first bytes, whatever it is called."""

from __future__ import annotations

from typing import Final

from returnctl.evidence import heif
from returnctl.evidence.problems import Problem, unreadable

DAMAGED: Final = "The picture is damaged or was not copied whole: copy it from the phone again."


def kind_of(data: bytes) -> str | Problem:
    """JPEG, PNG, WEBP or HEIF; or what is wrong with a file that is none of these."""
    if not data:
        return unreadable("The file is empty: copy it from the phone again.")
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    if heif.brand_of(data) in heif.BRANDS:
        return "HEIF" if heif.is_complete(data) else unreadable(DAMAGED)
    if data.startswith((b"GIF87a", b"GIF89a")):
        message = "This is a GIF, which may move: take a photo, or save it as JPEG or PNG."
        return Problem(code="animated", severity="reject", message=message)
    return unreadable(_what_else(data))


def _what_else(data: bytes) -> str:
    if heif.brand_of(data) in {b"avif", b"avis"}:
        return "This is an AVIF picture: save it as JPEG or PNG."
    if heif.brand_of(data) or data.startswith((b"\x1aE\xdf\xa3", b"RIFF")):
        return "This is a video: take a photo instead."
    if data.startswith(b"%PDF"):
        return "This is a PDF: take a photo or a screenshot instead."
    if data.startswith((b"II*\0", b"MM\0*")):
        return "This is a raw or TIFF picture: save it as JPEG."
    return "This is no picture that can be opened here: give a JPEG, HEIC, PNG or WEBP."


def is_heavy_png(data: bytes) -> bool:
    """Whether a PNG's header says 16 bits, a palette or transparency (PNG specification, section 11.2.1)."""
    depth, colour = data[24:25], data[25:26]
    return depth == b"\x10" or colour in {b"\x03", b"\x04", b"\x06"}


def webp_pixels(data: bytes) -> int:
    """Width x height of a WEBP's canvas, read before its decoder, which sets memory aside when it opens.

    The container's layout is RFC 9649, sections 2.5 to 2.7.
    """
    chunk = data[12:16]
    if chunk == b"VP8X":
        width, height = data[24:27], data[27:30]
        return (int.from_bytes(width, "little") + 1) * (int.from_bytes(height, "little") + 1)
    if chunk == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return ((bits & 0x3FFF) + 1) * ((bits >> 14 & 0x3FFF) + 1)
    width, height = data[26:28], data[28:30]
    return (int.from_bytes(width, "little") & 0x3FFF) * (int.from_bytes(height, "little") & 0x3FFF)
