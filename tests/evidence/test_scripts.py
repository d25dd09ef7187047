"""The two scripts that anyone can try the checks with."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.evidence.drawing import blurred, resized, saved, scene
from tests.evidence.test_barcodes import UPS, code

SCRIPTS = Path(__file__).parents[2] / "scripts"


def run(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPTS / script), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_trial_prints_the_confusion_table_and_the_misses(tmp_path: Path) -> None:
    saved(scene(1), tmp_path / "sharp.jpg")
    saved(blurred(scene(2), 8), tmp_path / "soft.jpg")
    saved(resized(scene(3), 600), tmp_path / "tiny.jpg")
    saved(code(UPS, "Code128", bar=4), tmp_path / "label.jpg")
    labels = tmp_path / "labels.csv"
    labels.write_text(
        "file,label,text\nsharp.jpg,good,\nsoft.jpg,soft,\ntiny.jpg,good,\n"
        f"label.jpg,too-small,{UPS}\nmissing.jpg,unreadable,\n"
    )
    done = run("photo-trial", tmp_path, "--labels", labels)
    assert done.returncode == 0, done.stderr
    assert re.search(r"^good +2 +50%", done.stdout, re.MULTILINE)
    assert re.search(r"^soft +1 +100%", done.stdout, re.MULTILINE)
    assert "tiny.jpg: good, but too-small 600" in done.stdout
    assert "texts: 1 of 1 read" in done.stdout
    assert "sharp.jpg" not in done.stdout


def test_a_trial_without_rows_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("name\n")
    done = run("photo-trial", tmp_path, "--labels", tmp_path / "labels.csv")
    assert done.returncode == 2
    assert "no rows" in done.stderr


@pytest.mark.nightly
@pytest.mark.timeout(600)
def test_the_bench_prints_its_ratios_and_the_memory_is_small() -> None:
    done = run("bench/photos", "--rounds", 1)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("kept") + done.stdout.count("MISSED") == 4
    memory = re.search(r"peak memory above numpy: (\d+) MB", done.stdout)
    assert memory
    assert int(memory[1]) <= 120
