"""Files that strangers made: each gets a clear word, quickly, and nothing is opened that should not be."""

from __future__ import annotations

import os
import struct
import time
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageChops

from returnctl.evidence import formats, heif, prepare
from returnctl.evidence.judge import Judgement, judge_set
from returnctl.evidence.problems import BadPicture
from tests.evidence.drawing import encoded, jpeg, scene

#: Of a processor: a machine with much to do is no fault of a picture.
SECONDS = 2


def judged(path: Path) -> Judgement:
    start = time.process_time()
    judgement = judge_set({"back": path})["back"]
    assert time.process_time() - start <= SECONDS
    return judgement


def rejection(path: Path) -> tuple[str, str]:
    """The code and the words of the one rejection."""
    (problem,) = (problem for problem in judged(path).problems if problem.severity == "reject")
    return problem.code, problem.message


def png_chunk(kind: bytes, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", zlib.crc32(kind + payload))


def png_bomb(side: int) -> bytes:
    """A picture of side x side pixels, 1 bit each, that compresses to almost nothing."""
    rows = bytes(side * (side // 8 + 1))
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", header)
        + png_chunk(b"IDAT", zlib.compress(rows, 9))
        + png_chunk(b"IEND", b"")
    )


def test_a_900_megapixel_png_is_refused_unopened(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.png"
    bomb.write_bytes(png_bomb(30_000))
    assert bomb.stat().st_size < 150_000
    code, message = rejection(bomb)
    assert code == "too-large"
    assert "900 megapixels" in message
    assert "set the phone's camera to JPEG" in message


def test_bombs_of_other_formats_are_refused_unopened(tmp_path: Path) -> None:
    webp = bytearray(encoded(Image.new("RGB", (64, 64)), "WEBP", lossless=True))
    assert webp[12:16] == b"VP8L"
    webp[21:25] = struct.pack("<I", (16383 | 16383 << 14))
    (tmp_path / "bomb.webp").write_bytes(webp)
    assert rejection(tmp_path / "bomb.webp")[0] == "too-large"
    large = bytearray(jpeg(Image.new("L", (64, 64))))
    start = large.index(b"\xff\xc0")
    large[start + 5 : start + 9] = struct.pack(">HH", 65_000, 65_000)
    (tmp_path / "bomb.jpg").write_bytes(large)
    assert rejection(tmp_path / "bomb.jpg")[0] == "too-large"


def test_a_webp_says_its_size_in_each_of_its_three_forms() -> None:
    picture = Image.new("RGB", (123, 45))
    plain, exact = encoded(picture, "WEBP"), encoded(picture, "WEBP", lossless=True)
    extended = encoded(picture, "WEBP", exif=b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0")
    assert {form[12:16] for form in (plain, exact, extended)} == {b"VP8 ", b"VP8L", b"VP8X"}
    assert {formats.webp_pixels(form) for form in (plain, exact, extended)} == {123 * 45}


def test_a_progressive_jpeg_with_a_thousand_scans_is_refused(tmp_path: Path) -> None:
    plain = jpeg(scene(1, (400, 300)), progressive=True)
    last = plain.rindex(b"\xff\xda")
    (tmp_path / "scans.jpg").write_bytes(plain[:-2] + plain[last:-2] * 1000 + plain[-2:])
    assert rejection(tmp_path / "scans.jpg")[0] == "unreadable"


def test_a_progressive_jpeg_of_a_camera_is_fine(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(jpeg(scene(6), progressive=True))
    assert judged(tmp_path / "photo.jpg").verdict == "accepted"


def test_200_megapixels_in_a_jpeg_are_fine(tmp_path: Path) -> None:
    small = scene(2, (1632, 1224)).convert("L")
    large = small.resize((16_320, 12_240), Image.Resampling.NEAREST)
    (tmp_path / "photo.jpg").write_bytes(jpeg(large, quality=30))
    judgement = judged(tmp_path / "photo.jpg")
    assert (judgement.width, judgement.height) == (16_320, 12_240)
    assert not {problem.code for problem in judgement.problems} & {"too-large", "unreadable"}


@pytest.mark.parametrize("share", [0.01, 0.3, 0.6, 0.9, 0.99, 0.9999])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIC"])
def test_files_that_were_cut_are_damaged(kind: str, share: float, tmp_path: Path, data: Path) -> None:
    whole = (data / "photo.heic").read_bytes() if kind == "HEIC" else encoded(scene(3, (800, 600)), kind)
    cut = tmp_path / f"cut.{kind.lower()}"
    cut.write_bytes(whole[: min(int(len(whole) * share), len(whole) - 3)])
    code, message = rejection(cut)
    assert code == "unreadable"
    assert "damaged or was not copied whole" in message


def test_a_png_with_spoiled_pixels_is_damaged(tmp_path: Path) -> None:
    whole = bytearray(encoded(scene(3, (1200, 900)), "PNG"))
    middle = len(whole) // 2
    whole[middle : middle + 40] = bytes(40)
    (tmp_path / "spoiled.png").write_bytes(whole)
    assert rejection(tmp_path / "spoiled.png")[0] == "unreadable"


def test_a_cut_heic_is_noticed_at_every_length(data: Path) -> None:
    """Its decoder notices nothing: it answers grey tiles."""
    whole = (data / "turned.heic").read_bytes()
    assert heif.is_complete(whole)
    assert not any(heif.is_complete(whole[:length]) for length in range(0, len(whole), 7))
    assert heif.is_complete(whole + b"\0\1\2 something a phone appends")


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("empty.jpg", b"", "empty"),
        ("film.mp4", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(2000), "video"),
        ("film.jpg", b"\0\0\0\x14ftypqt  \0\0\0\0" + bytes(2000), "video"),
        ("film.webm", b"\x1aE\xdf\xa3" + bytes(2000), "video"),
        ("film.avi", b"RIFF\0\0\0\0AVI " + bytes(2000), "video"),
        ("paper.pdf", b"%PDF-1.7\n" + bytes(2000), "PDF"),
        ("raw.dng", b"II*\0" + bytes(2000), "raw"),
        ("new.avif", b"\0\0\0\x18ftypavif\0\0\0\0" + bytes(2000), "AVIF"),
        ("notes.jpg", b"Dear seller, here are my photos" * 50, "no picture"),
        ("zeros.png", bytes(5000), "no picture"),
        ("head.png", b"\x89PNG\r\n\x1a\n" + bytes(500), "damaged"),
        ("head.jpg", b"\xff\xd8\xff\xe0" + bytes(500), "damaged"),
        ("head.webp", b"RIFF\xff\xff\xff\xffWEBPVP8X" + b"\xff" * 18, "megapixels"),
    ],
)
def test_what_is_no_picture_says_what_it_is(name: str, content: bytes, word: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    assert word in rejection(tmp_path / name)[1]


def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(jpeg(scene(1, (400, 300))))
    (tmp_path / "link.jpg").symlink_to(tmp_path / "photo.jpg")
    (tmp_path / "folder.jpg").mkdir()
    os.mkfifo(tmp_path / "pipe.jpg")
    words = {
        "link.jpg": "a link", "folder.jpg": "folder", "pipe.jpg": "device", "missing.jpg": "no such file"
    }  # fmt: skip
    for name, word in words.items():
        code, message = rejection(tmp_path / name)
        assert code == "unreadable"
        assert word in message


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "huge.jpg").open("wb") as file:
        file.truncate(prepare.MAX_FILE_BYTES + 1)
    assert rejection(tmp_path / "huge.jpg")[0] == "too-large"
    with pytest.raises(BadPicture) as refused:
        prepare.open_picture(bytes(prepare.MAX_FILE_BYTES + 1))
    assert refused.value.problem.code == "too-large"


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_what_moves_is_refused(kind: str, tmp_path: Path) -> None:
    frames = [Image.new("RGB", (1200, 900), colour) for colour in ("red", "green")]
    path = tmp_path / f"moving.{kind.lower()}"
    frames[0].save(path, kind, save_all=True, append_images=frames[1:])
    assert rejection(path)[0] == "animated"


def sixteen_bit(_: Image.Image) -> bytes:
    levels = np.asarray(scene(5, (1200, 900)).convert("L")).astype(np.uint16) * 257
    return encoded(Image.fromarray(levels), "PNG")


def transparent(picture: Image.Image) -> bytes:
    """A picture whose upper half is clear, with black under the clear part."""
    clear = picture.convert("RGBA")
    clear.paste((0, 0, 0, 0), (0, 0, picture.width, picture.height // 2))
    return encoded(clear, "PNG")


FORMS: dict[str, Callable[[Image.Image], bytes]] = {
    "JPEG": jpeg,
    "grey JPEG": lambda picture: jpeg(picture.convert("L")),
    "CMYK JPEG": lambda picture: jpeg(picture.convert("CMYK")),
    "MPO": lambda picture: encoded(picture, "MPO", save_all=True, append_images=[picture.reduce(4)]),
    "PNG": lambda picture: encoded(picture, "PNG"),
    "palette PNG": lambda picture: encoded(picture.quantize(200), "PNG"),
    "1-bit PNG": lambda picture: encoded(picture.convert("1"), "PNG"),
    "grey PNG with clear parts": lambda picture: encoded(picture.convert("LA"), "PNG"),
    "16-bit PNG": sixteen_bit,
    "WEBP": lambda picture: encoded(picture, "WEBP"),
    "exact WEBP": lambda picture: encoded(picture, "WEBP", lossless=True),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_picture_gives_the_same_grey(form: str) -> None:
    original = scene(5, (1200, 900))
    picture = prepare.open_picture(FORMS[form](original))
    grey = prepare.decode_scaled(picture, long_side=500, mode="L")
    assert grey.mode == "L"
    assert max(grey.size) <= 550
    expected = np.asarray(
        original.convert("L").resize(grey.size, Image.Resampling.BOX).reduce(10), dtype=float
    )
    smooth = np.asarray(grey.reduce(10), dtype=float)  # a 1-bit picture has its grey in the mean
    assert np.abs(smooth - expected).mean() < 6


def test_what_is_clear_becomes_white() -> None:
    grey = prepare.decode_scaled(
        prepare.open_picture(transparent(scene(5, (1200, 900)))), long_side=500, mode="L"
    )
    assert grey.crop((0, 0, 500, 180)).getextrema() == (255, 255)


def test_heic_is_read_with_its_time_and_turned_upright(data: Path) -> None:
    photo = judged(data / "photo.heic")
    assert photo.verdict == "accepted"
    assert photo.captured_at
    assert photo.captured_at.isoformat() == "2026-05-04T10:11:12.345000+02:00"
    turned = judged(data / "turned.heic")
    assert (turned.width, turned.height) == (750, 1000)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_judged_upright(orientation: int, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "photo.jpg"
    path.write_bytes(jpeg(scene(6, (1800, 1200)), exif=exif))
    judgement = judged(path)
    assert (judgement.width, judgement.height) == ((1800, 1200) if orientation <= 4 else (1200, 1800))


@pytest.mark.parametrize(
    "exif", [b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" * 9]
)
@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_broken_exif_is_left_alone(exif: bytes, tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(jpeg(scene(6), exif=exif))
    assert judged(path).verdict == "accepted"


def test_a_file_is_opened_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = {}
    for view in ("screen-on", "screen-off", "back"):
        paths[view] = tmp_path / f"{view}.jpg"
        paths[view].write_bytes(jpeg(scene(len(paths), (1600, 1200))))
    opened = []
    really = os.open
    monkeypatch.setattr(
        os, "open", lambda path, *rest, **more: opened.append(path) or really(path, *rest, **more)
    )
    judge_set(paths)
    assert sorted(opened) == sorted(paths.values())


def test_pillow_says_nothing_of_broken_exif_to_people(tmp_path: Path) -> None:
    """It warns on standard error by itself, where a person would read it."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(jpeg(scene(6, (1200, 900)), exif=b"Exif\0\0II*\0\xff\xff\xff\xff"))
    with warnings.catch_warnings(record=True) as said:
        prepare._set_up_pillow.__wrapped__()
        judge_set({"back": path})
    assert said == []


@pytest.mark.parametrize(
    ("form", "limit"),
    [("WEBP", 13), ("RGBA", 30), ("P", 30), ("I;16", 30)],
    ids=["webp", "alpha", "palette", "16"],
)
def test_what_costs_more_to_open_may_have_fewer_pixels(form: str, limit: int, tmp_path: Path) -> None:
    """At 60 megapixels these took a gigabyte, or more than two seconds."""
    side = int((limit * 1_000_000) ** 0.5) + 2
    path = tmp_path / "picture"
    if form == "WEBP":
        Image.new("RGB", (side, side)).save(path, "WEBP", lossless=True, method=0, quality=0)
    else:
        Image.new(form, (side, side)).save(path, "PNG", compress_level=1)
    with pytest.raises(BadPicture) as caught:
        prepare.open_picture(path)
    assert caught.value.problem.code == "too-large"
    assert caught.value.problem.limit == limit


@pytest.mark.parametrize("form", ["RGBA", "LA", "P", "I;16"])
def test_shrunk_band_by_band_it_is_the_same_picture(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = scene(3, (1500, 1100)).convert("L")
    made = (
        picture.point(lambda level: level * 256, "I").convert("I;16")
        if form == "I;16"
        else picture.convert(form)
    )
    made.save(tmp_path / "picture.png")
    picture.save(tmp_path / "plain.png")
    monkeypatch.setattr(prepare, "_BAND_PIXELS", 10_000)
    small, plain = (
        prepare.decode_scaled(prepare.open_picture(tmp_path / name), long_side=400, mode="L")
        for name in ("picture.png", "plain.png")
    )
    assert small.size == plain.size
    difference = ImageChops.difference(small, plain)
    assert difference.getextrema()[1] <= (12 if form == "P" else 2)
