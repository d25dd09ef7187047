"""The bodies of Care messages: HTML as people wrote it, or plain text."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

from returnctl.untrusted import clean_text

MAX_CHARACTERS = 50_000
_TAG = re.compile(r"<[A-Za-z/!]")
_BREAKS = {"br", "p", "div", "li", "ul", "ol", "tr", "table", "blockquote", "hr", "h1", "h2", "h3", "h4"}
_HIDDEN = {"script", "style", "head", "title", "template"}


def plain(body: str) -> str:
    """The text of a message: a line for each line that a reader sees, without tags and control characters."""
    body = body[:MAX_CHARACTERS]
    text = _without_tags(body) if _TAG.search(body) else html.unescape(body)
    lines = [" ".join(line.split()) for line in clean_text(text).splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _without_tags(body: str) -> str:
    reader = _Reader()
    reader.feed(body)
    reader.close()
    return "".join(reader.parts)


class _Reader(HTMLParser):
    """Collects what is shown. Malformed HTML is taken as a browser would, never refused."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0
        self._link = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self._hidden += 1
        if tag in _BREAKS:
            self.parts.append("\n- " if tag == "li" else "\n")
        if tag == "a":
            self._link = dict(attrs).get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN and self._hidden:
            self._hidden -= 1
        if tag in _BREAKS and tag != "br":
            self.parts.append("\n")
        if tag == "a":
            # What a link says and where it leads are two things: a reader has to see both.
            if self._link.startswith(("http://", "https://")) and self._link not in "".join(self.parts[-1:]):
                self.parts.append(f" ({self._link})")
            self._link = ""

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)
