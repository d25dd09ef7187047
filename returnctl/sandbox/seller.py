"""The seller: what the sandbox is seeded with, and where parcels go."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

BOOK: dict[str, Any] = tomllib.loads(Path(__file__).with_name("orders.toml").read_text(encoding="utf-8"))
SELLER: dict[str, Any] = BOOK["seller"]
