"""R14: a record that a released version wrote is read by this one, whole; never change the files in `data`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from returnctl.checks import problems
from returnctl.returns.examination import examine
from returnctl.returns.record import NAME, Record, read_state
from tests.returns.making import AT, photo

RELEASED = sorted((Path(__file__).parent / "data").glob("return-*.json"))


def test_there_is_one_of_each_release() -> None:
    assert [path.stem for path in RELEASED] == ["return-0.1.0"]


@pytest.mark.parametrize("path", RELEASED, ids=lambda path: path.stem)
def test_it_is_read_and_goes_on(path: Path, tmp_path: Path) -> None:
    shutil.copy(path, tmp_path / NAME)
    record = Record.load(tmp_path)
    assert record.refold() == record.state == read_state(tmp_path)
    assert problems(examine(tmp_path).record) == []
    record.append(AT, photo("back"))
    assert Record.load(tmp_path).state.photos["back"].view == "back"


def test_what_0_1_0_knew_is_still_known(tmp_path: Path) -> None:
    shutil.copy(RELEASED[0], tmp_path / NAME)
    state = read_state(tmp_path)
    assert state.case
    assert state.closed is None
    assert set(state.sent) == {"disconnect-proof", "imei", "label", "message", "open", "photos", "pickup"}
    assert [doubt.covers.step for doubt in state.doubts] == ["message"]
    assert (state.label, state.pickup, state.battery, state.backed_up) == (None, None, "ok", "yes")
