"""What a server or a file says, made safe once, where it comes in."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from returnctl.errors import Usage

# An escape sequence goes as a whole, or its letters would stay behind as rubbish.
_ESCAPES = re.compile(
    r"(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # OSC: titles, links, the clipboard
    r"|(?:\x1b[PX^_]|[\x90\x98\x9e\x9f])[^\x1b\x9c]*(?:\x1b\\|\x9c)?"  # DCS, SOS, PM, APC
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI: colours, the cursor
    r"|\x1b[ -/]*[0-~]?"
)
# Controls, marks that turn the direction of writing, characters without width, lone surrogates, tags.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


def clean_text(text: str) -> str:
    """The text without what could move a terminal or mislead a reader; lines and tabs stay."""
    text = text.replace("\r\n", "\n")
    if not _UNSAFE.search(text):
        return text
    return _UNSAFE.sub("", _ESCAPES.sub("", text))


def parse_json(body: bytes) -> Any:
    """The parsed document, every string and key through `clean_text`.

    Raises msgspec.DecodeError or RecursionError for what is no JSON, or deeper than any honest document.
    """
    body = body.removeprefix(b"\xef\xbb\xbf")
    try:
        parsed = msgspec.json.decode(body)
    except UnicodeDecodeError:
        body = body.decode("latin-1").encode()
        parsed = msgspec.json.decode(body)
    return _cleaned(parsed) if _may_be_unsafe(body, parsed) else parsed


def _may_be_unsafe(body: bytes, parsed: Any) -> bool:
    """One look at the whole spares the walk through its parts: nearly every answer is harmless."""
    if b"\\" in body:
        try:
            body = msgspec.json.encode(parsed)  # only control characters are still escaped in this
        except (OverflowError, ValueError):
            return True
        if any(escape in body for escape in (b"\\u00", b"\\r", b"\\b", b"\\f")):
            return True
    return b"\x7f" in body if body.isascii() else bool(_UNSAFE.search(body.decode("utf-8", "replace")))


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    if isinstance(value, dict):
        return {clean_text(name): _cleaned(item) for name, item in value.items()}
    return value


def typed(what: str, text: str) -> str:
    """An argument or an answer as the text that its bytes are in UTF-8, whatever the locale takes them for.

    Raises Usage.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        import os

        try:
            return os.fsencode(text).decode()
        except UnicodeError:
            raise Usage(
                f"{what} is not UTF-8 text.", hint="set the terminal to UTF-8, and type it again"
            ) from None
    return text
