"""Whether the label in the photo is the right one, by what each carrier really prints."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from returnctl.evidence.labels import outcome_of, verify_label
from returnctl.sandbox.pictures import draw_photos
from tests.evidence.drawing import blurred, jpeg, scene
from tests.evidence.test_barcodes import FEDEX, UPS, USPS, code

OTHER_UPS, OTHER_USPS, OTHER_FEDEX = "1Z5R89390357567127", "9400111201080805483016", "477179081230"
MAXICODE = (
    "[)>\x1e01\x1d96210930000\x1d840\x1d003\x1d1Z{package}\x1dUPSN\x1d{shipper}\x1d089\x1d\x1d1/1\x1d10"
    "\x1dN\x1d\x1dX\x1dMD\x1e\x04"
)


def maxicode(number: str) -> str:
    """What a UPS label's MaxiCode says for a tracking number."""
    return MAXICODE.format(package=number[10:], shipper=number[2:8])


@pytest.mark.parametrize(
    ("number", "codes", "outcome"),
    [
        (UPS, [UPS], "match"),
        (UPS, ["CA 859 2-37", UPS], "match"),
        (UPS, [maxicode(UPS)], "match"),
        (UPS, ["CA 859 2-37", OTHER_UPS], "other-number"),
        (UPS, [maxicode(OTHER_UPS)], "other-number"),
        (UPS, ["CA 859 2-37"], "unreadable"),
        (UPS, [], "unreadable"),
        (UPS, [USPS, FEDEX], "unreadable"),
        ("1z 999 aa1 01 2345 6784", [UPS], "match"),
        (USPS, [USPS], "match"),
        (USPS, [f"42021093\x1d{USPS}"], "match"),
        (USPS, [f"420210931234{USPS}"], "match"),
        (USPS, [f"42021093\x1d{OTHER_USPS}"], "other-number"),
        (USPS, [f"42021093{OTHER_USPS}", USPS], "match"),
        (USPS, ["42021093"], "unreadable"),
        ("RB123456785US", ["RB123456785US"], "match"),
        ("RB123456785US", ["RB123456799US"], "other-number"),
        (FEDEX, [FEDEX], "match"),
        (FEDEX, [f"1001921334250001000300{FEDEX}"], "match"),
        (FEDEX, [f"1001921334250001000300{OTHER_FEDEX}"], "other-number"),
        (FEDEX, [OTHER_FEDEX], "other-number"),
        (FEDEX, ["356938035643809"], "unreadable"),
        (FEDEX, [f"42021093{USPS}"], "unreadable"),
        ("041441760228964", ["9611020041441760228964"], "match"),
        ("041441760228964", ["568283610012000"], "other-number"),
        ("JJD000390007882155437", ["JJD000390007882155437"], "match"),
        ("JJD000390007882155437", ["JJD000390007882155999"], "unreadable"),
        ("12345678", ["4123456789"], "unreadable"),
        ("12345678", ["12345678"], "match"),
        ("", ["12345678"], "unreadable"),
    ],
)  # fmt: skip
def test_what_the_codes_of_a_label_say(number: str, codes: list[str], outcome: str) -> None:
    assert outcome_of(tuple(codes), number) == outcome


def label(*texts: str) -> bytes:
    """A photo of a label with these codes on it, one below the other."""
    photo = Image.new("L", (2600, 700 * len(texts) + 200), 225)
    for place, text in enumerate(texts):
        photo.paste(code(text, "Code128", bar=4, height=300), (150, 200 + 700 * place))
    return jpeg(photo)


def test_the_label_matches() -> None:
    check = verify_label(label("ROUTING 12", UPS), UPS)
    assert (check.outcome, check.problem) == ("match", None)
    assert UPS in check.codes


def test_a_label_of_another_parcel_is_noticed() -> None:
    check = verify_label(label("ROUTING 12", OTHER_UPS), UPS)
    assert check.outcome == "other-number"
    assert check.problem
    assert "another tracking number" in check.problem.message


def test_a_usps_label_with_its_zip_code() -> None:
    barcode = zxingcpp.create_barcode(f"42021093{USPS}", zxingcpp.BarcodeFormat.Code128)
    photo = Image.fromarray(zxingcpp.write_barcode_to_image(barcode, scale=4, add_quiet_zones=True))
    assert verify_label(jpeg(photo), USPS).outcome == "match"


@pytest.mark.parametrize("number", [UPS, f"1001921334250001000300{FEDEX}"])
def test_the_drawn_parcel_shows_its_label(number: str, tmp_path: Path) -> None:
    draw_photos(tmp_path, "other", label=number)
    assert (
        verify_label(tmp_path / "outside.jpg", number[-12:] if len(number) == 34 else number).outcome
        == "match"
    )


def test_the_maxicode_of_a_ups_label() -> None:
    drawn = zxingcpp.create_barcode(maxicode(UPS), zxingcpp.BarcodeFormat.MaxiCode)
    photo = jpeg(Image.fromarray(zxingcpp.write_barcode_to_image(drawn, scale=4)))
    assert verify_label(photo, UPS).outcome == "match"
    assert verify_label(photo, OTHER_UPS).outcome == "other-number"


def test_a_blurred_label_is_unreadable_with_advice() -> None:
    sharp = Image.open(io.BytesIO(label(UPS)))
    check = verify_label(jpeg(blurred(sharp, 12)), UPS)
    assert (check.outcome, check.codes) == ("unreadable", ())
    assert check.problem
    assert (check.problem.severity, "closer and straight" in check.problem.message) == ("warn", True)


def test_a_parcel_without_label_is_unreadable() -> None:
    assert verify_label(jpeg(scene(4)), UPS).outcome == "unreadable"
