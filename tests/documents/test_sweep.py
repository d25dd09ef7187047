"""Long sweeps over random numbers: every barcode scans from the resolution of a label printer."""

from __future__ import annotations

import random
from typing import Any

import pytest

from returnctl.documents.label import accept_label, fit_label
from returnctl.documents.slip import draw_slip
from tests.documents.labels import encode, numbers, order_number, pdf_label, picture
from tests.documents.rendering import codes, needs_poppler, render
from tests.documents.test_slip import facts

pytestmark = [pytest.mark.nightly, needs_poppler, pytest.mark.timeout(600)]


@pytest.mark.parametrize("paper", ["4x6", "a4", "letter"])
def test_200_tracking_numbers_on_vector_labels(paper: Any) -> None:
    chosen = numbers(200)
    for start in range(0, 200, 20):
        part = chosen[start : start + 20]
        pages = render(fit_label(accept_label(pdf_label(*part)), paper=paper))
        assert [codes(page) for page in pages] == [[number] for number in part]


@pytest.mark.parametrize("paper", ["4x6", "a4"])
def test_200_tracking_numbers_on_pictures(paper: Any) -> None:
    for number in numbers(200, seed=2):
        label = accept_label(encode(picture(number), "PNG"))
        [page] = render(fit_label(label, paper=paper))
        assert codes(page) == [number]


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_200_order_numbers_on_slips(paper: Any) -> None:
    dice = random.Random(200)
    for _ in range(200):
        order = order_number(dice)
        [page] = render(draw_slip(facts(order=order), paper=paper).data)
        assert codes(page) == [order, order]
