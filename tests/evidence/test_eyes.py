"""Looking at pictures in a process apart: the same answers, and a picture that is too much costs itself alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from returnctl.errors import Refused
from returnctl.evidence.eyes import Apart, Eyes
from returnctl.evidence.problems import BadPicture
from tests.commands.pictures import Pictures


@pytest.fixture(scope="module")
def apart() -> Iterator[Apart]:
    made = Apart()
    yield made
    made.close()


def test_says_the_same(apart: Apart, pictures: Pictures) -> None:
    photos = {view: pictures.phone / f"{view}.jpg" for view in ("back", "left")}
    here = Eyes().judge_set(photos)
    assert apart.judge_set(photos) == here
    fingerprints = {view: judgement.fingerprint for view, judgement in here.items() if judgement.fingerprint}
    again = apart.judge_set({"top": photos["back"]}, known=fingerprints)
    assert [problem.code for problem in again["top"].problems] == ["duplicate"]
    assert apart.clean_copy(photos["back"]) == Eyes().clean_copy(photos["back"])
    assert apart.verify_label(photos["back"], "1Z999AA10123456784").outcome == "unreadable"


def test_no_picture_is_the_same_error(apart: Apart, tmp_path: Path) -> None:
    path = tmp_path / "back.jpg"
    path.write_bytes(b"no picture")
    with pytest.raises(BadPicture) as there:
        apart.clean_copy(path)
    with pytest.raises(BadPicture) as here:
        Eyes().clean_copy(path)
    assert (there.value.message, there.value.problem) == (here.value.message, here.value.problem)


def test_a_child_that_dies_costs_one_picture(
    apart: Apart, pictures: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as dead:
        dead.setattr(apart._children, "ask", lambda *_, **__: None)
        with pytest.raises(Refused, match=r"more time or memory.*back\.jpg"):
            apart.clean_copy(pictures.phone / "back.jpg")
    assert apart.clean_copy(pictures.phone / "back.jpg").data


def test_one_that_takes_for_ever(pictures: Pictures) -> None:
    impatient = Apart(wall_s=0)
    with pytest.raises(Refused, match="more time or memory"):
        impatient.judge_proof(pictures.phone / "back.jpg")
    impatient.close()
