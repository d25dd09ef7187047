from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tests.evidence.drawing import scene

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="session")
def scenes() -> list[Image.Image]:
    """Eight scenes of 2000 x 1500 pixels in grey, to be spoiled."""
    return [scene(seed).convert("L") for seed in range(8)]


@pytest.fixture(scope="session")
def photo() -> Image.Image:
    """One scene in colour."""
    return scene(100)


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of small files that can't be made here, for want of an encoder."""
    return DATA
