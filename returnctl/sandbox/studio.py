"""Pictures on demand, for the command line: what was asked for is checked before anything is drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from returnctl.errors import DiskTrouble, Usage
from returnctl.sandbox import seed


def draw(
    folder: Path, kind: str, *, bad: str | None, label: str | None, imei_box: bool, imei: str | None
) -> list[Path]:
    """Draws a kind's pictures into `folder`; gives the views' files. Raises Usage for a kind that is none.

    The box shows `imei`, or that of the first seeded order. Raises DiskTrouble.
    """
    from returnctl.sandbox.pictures import VIEWS, draw_photos

    if kind not in VIEWS:
        raise Usage(f"“{kind[:40]}” is no kind of device.", hint=f"one of {', '.join(VIEWS)}")
    spoiled: Any = bad
    try:
        return draw_photos(
            folder, kind, bad=spoiled, label=label, imei=imei or seed.FIRST_IMEI, imei_box=imei_box
        )
    except OSError as error:
        raise DiskTrouble(f"The pictures can't be written to {folder}: {error.strerror}.") from error
