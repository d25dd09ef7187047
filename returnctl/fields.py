"""One value of a JSON document, for scripts without a tool for it: `next.command.0`."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from returnctl.errors import Usage


def pick(content: Any, field: str) -> Any:
    """The value behind keys and list places, apart by dots. Raises Usage, naming what is there.

    Behind a null there is null: a script may ask for `next.due` when nothing is left to do.
    """
    for key in field.split("."):
        if content is None:
            return None
        if isinstance(content, Mapping) and key in content:
            content = content[key]
        elif isinstance(content, (list, tuple)) and key.isdecimal() and int(key) < len(content):
            content = content[int(key)]
        else:
            raise Usage(
                f"--field {field[:80]}: the command was carried out, and its result has no “{key[:40]}”.",
                hint=f"{_there(content, key)}; run again, it sends nothing twice",
            )
    return content


def raw(value: Any) -> str:
    """A value as a script wants it: no quotes; nothing for null; true and false as in JSON."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _there(content: Any, key: str) -> str:
    if isinstance(content, (list, tuple)):
        return f"a list of {len(content)}, counted from 0"
    if not isinstance(content, Mapping):
        return "a single value: nothing is behind it"
    near = get_close_matches(key, list(content), 1)
    return (
        f"did you mean `{near[0]}`? There are {', '.join(content)}"
        if near
        else f"there are {', '.join(content)}"
    )
