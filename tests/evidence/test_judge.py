"""Sets of photos, proofs and parcels as a whole."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from PIL import Image, ImageDraw

from returnctl.evidence.judge import Judgement, judge_parcel, judge_proof, judge_set
from tests.evidence.drawing import blurred, darker, encoded, jpeg, saved, scene

VIEWS = ("screen-on", "screen-off", "back", "left")


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("photos")
    return {view: saved(scene(seed + 40), folder / f"{view}.jpg") for seed, view in enumerate(VIEWS)}


def codes(judgement: Judgement) -> list[str]:
    return [problem.code for problem in judgement.problems if problem.severity != "hint"]


def with_screen(colour: tuple[int, int, int], path: Path) -> Path:
    """A phone whose screen is all of one colour, on a table with other things."""
    picture = scene(60)
    picture.paste((20, 20, 22), (500, 150, 1500, 1350))
    picture.paste(colour, (540, 190, 1460, 1310))
    return saved(picture, path)


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_a_good_set_passes_in_the_order_given(photos: dict[str, Path], threads: int) -> None:
    judged = judge_set(photos, threads=threads)
    assert list(judged) == list(photos)
    assert {judgement.verdict for judgement in judged.values()} <= {"accepted", "warned"}
    assert {view: Path(judgement.file) for view, judgement in judged.items()} == photos
    assert all(judgement.passes() for judgement in judged.values())


def test_threads_make_no_difference(photos: dict[str, Path]) -> None:
    assert judge_set(photos, threads=1) == judge_set(photos, threads=3)


def test_an_empty_set_is_empty() -> None:
    assert judge_set({}) == {}


def test_each_bad_file_is_rejected_alone(photos: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    given = photos | {
        "right": tmp_path / "empty.jpg",
        "top": saved(blurred(scene(9), 8), tmp_path / "top.jpg"),
    }
    judged = judge_set(given)
    assert {view for view, judgement in judged.items() if judgement.verdict == "rejected"} == {"right", "top"}
    assert (judged["right"].sha256, judged["right"].fingerprint) == (None, None)
    assert codes(judged["top"]) == ["blurry"]


def test_the_later_of_two_equal_pictures_is_rejected(photos: dict[str, Path]) -> None:
    judged = judge_set({"left": photos["left"], "right": photos["left"]})
    assert judged["left"].passes()
    assert codes(judged["right"])[0] == "duplicate"
    assert "left" in judged["right"].problems[0].message


def test_pictures_accepted_earlier_count_without_their_files(photos: dict[str, Path]) -> None:
    first = judge_set({"left": photos["left"]})["left"]
    assert first.fingerprint
    known = {
        "left": msgspec.json.decode(msgspec.json.encode(first.fingerprint), type=type(first.fingerprint))
    }
    assert "duplicate" in codes(judge_set({"right": photos["left"]}, known=known)["right"])
    assert "duplicate" not in codes(judge_set({"left": photos["left"]}, known=known)["left"])


def test_a_lit_screen_is_told_from_a_dark_one(tmp_path: Path) -> None:
    lit, dark = (
        with_screen((40, 120, 230), tmp_path / "on.jpg"),
        with_screen((20, 20, 24), tmp_path / "off.jpg"),
    )

    def hints(photos: dict[str, Path], **more: object) -> set[str]:
        return {problem.code for problem in judge_set(photos, **more)["screen-on"].problems}  # type: ignore[arg-type]

    assert "looks-off" not in hints({"screen-on": lit, "screen-off": dark})
    assert "looks-off" in hints({"screen-on": dark, "screen-off": lit})
    assert "looks-off" not in hints({"screen-on": lit})
    assert "looks-off" in hints({"screen-on": dark})
    off = judge_set({"screen-off": dark})["screen-off"].fingerprint
    assert "looks-off" not in hints({"screen-on": lit}, known={"screen-off": off})


def test_a_person_can_overrule_all_but_what_cannot_be_sent(photos: dict[str, Path], tmp_path: Path) -> None:
    blurry = judge_set({"top": saved(darker(blurred(scene(9), 8), 0.35), tmp_path / "top.jpg")})["top"]
    assert set(codes(blurry)) >= {"blurry", "dark"}
    assert not blurry.passes()
    assert not blurry.passes(["blurry"])
    assert blurry.passes(["blurry", "dark"])
    assert blurry.passes(["top"])
    nothing = judge_set({"top": tmp_path / "nothing.jpg"})["top"]
    assert not nothing.passes(["top", "unreadable"])
    assert judge_set(photos)["back"].passes()


def screenshot(words: str, *, dark: bool = False) -> Image.Image:
    paper, ink = ((0, 0, 0), (230, 230, 230)) if dark else ((245, 245, 247), (20, 20, 20))
    picture = Image.new("RGB", (1080, 2340), paper)
    draw = ImageDraw.Draw(picture)
    for line, text in enumerate(["Accounts", words, "Find my device: off", "Sign in"]):
        draw.text((80, 200 + 160 * line), text, ink, font_size=54)
    return picture


def proof_of(picture: Image.Image, path: Path) -> Path:
    path.write_bytes(encoded(picture, "PNG"))
    return path


@pytest.mark.parametrize("dark", [False, True])
def test_a_screenshot_is_a_good_proof(dark: bool, tmp_path: Path) -> None:
    proof = judge_proof(proof_of(screenshot("No account", dark=dark), tmp_path / "proof.png"))
    assert (proof.verdict, proof.screenshot, proof.problems) == ("accepted", True, ())


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_blank_proof_is_rejected(level: int, tmp_path: Path) -> None:
    proof = judge_proof(proof_of(Image.new("RGB", (1080, 2340), (level,) * 3), tmp_path / "proof.png"))
    assert codes(proof) == ["flat"]


def test_two_screenshots_of_one_phone_are_two_proofs(tmp_path: Path) -> None:
    first = judge_proof(proof_of(screenshot("No Google account"), tmp_path / "one.png"))
    assert first.fingerprint
    others = {"google": first.fingerprint}
    second = judge_proof(proof_of(screenshot("No Samsung account"), tmp_path / "two.png"), others=others)
    assert second.verdict == "accepted"
    again = judge_proof(tmp_path / "one.png", others=others)
    assert codes(again) == ["duplicate"]
    assert "google" in again.problems[0].message


def test_a_photo_is_a_proof_with_a_hint_but_not_one_of_the_photos_again(
    photos: dict[str, Path], tmp_path: Path
) -> None:
    photo = saved(scene(71), tmp_path / "photo.jpg")
    proof = judge_proof(photo)
    assert (proof.verdict, proof.screenshot) == ("accepted", False)
    assert [problem.code for problem in proof.problems] == ["no-screenshot"]
    back = judge_set(photos)["back"].fingerprint
    assert back
    again = saved(Image.open(photos["back"]), tmp_path / "again.jpg", quality=60)
    assert codes(judge_proof(again, others={"back": back})) == ["duplicate"]


def test_a_blurred_photo_of_a_screen_is_only_warned_of(tmp_path: Path) -> None:
    proof = judge_proof(saved(blurred(scene(71), 8), tmp_path / "photo.jpg"))
    assert proof.verdict == "warned"
    assert codes(proof) == ["blurry"]


def test_a_proof_that_is_no_picture_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "proof.pdf").write_bytes(b"%PDF-1.7")
    proof = judge_proof(tmp_path / "proof.pdf")
    assert (proof.view, proof.verdict, codes(proof)) == ("disconnect-proof", "rejected", ["unreadable"])


def test_the_parcel_must_open_and_is_otherwise_only_warned_of(tmp_path: Path) -> None:
    inside = saved(blurred(scene(80), 8), tmp_path / "inside.jpg")
    (tmp_path / "outside.jpg").write_bytes(jpeg(scene(81))[:9_000])
    judged = judge_parcel({"inside": inside, "outside": tmp_path / "outside.jpg"})
    assert (judged["inside"].verdict, codes(judged["inside"])) == ("warned", ["blurry"])
    assert judged["outside"].verdict == "rejected"


def test_a_judgement_is_plain_json(photos: dict[str, Path]) -> None:
    written = json.loads(msgspec.json.encode(judge_set(photos)))
    assert written["back"]["view"] == "back"
    assert written["back"]["problems"] == []


def test_no_heavy_library_is_loaded_by_an_import() -> None:
    """The command line starts without Pillow and numpy; scipy is never wanted."""
    rooms = "judge assign copies imei imei_pictures barcodes labels prepare"
    words = f"""
import sys
{chr(10).join(f"import returnctl.evidence.{room}" for room in rooms.split())}
print(sorted({{"PIL", "numpy", "imagehash", "scipy", "zxingcpp", "pi_heif", "requests", "click"}} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_scipy_is_never_loaded(photos: dict[str, Path]) -> None:
    words = f"""
import sys
from pathlib import Path
from returnctl.evidence.judge import judge_set
judge_set({{"back": Path({str(photos["back"])!r})}})
print("scipy" in sys.modules, "numpy" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
