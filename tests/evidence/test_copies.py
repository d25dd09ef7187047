"""Nothing but the picture leaves the house: planted metadata of every kind, none of it in any copy."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps
from PIL.PngImagePlugin import PngInfo

from returnctl.errors import Refused
from returnctl.evidence import segments
from returnctl.evidence.copies import clean_copy
from returnctl.evidence.problems import BadPicture
from tests.evidence.drawing import encoded, jpeg, scene

SIZE = (1200, 900)
TAKEN = "2026:03:02 11:12:13"
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><SECRET-XMP/></x:xmpmeta>'


def exif(orientation: int = 1) -> bytes:
    """An Exif block of a camera with GPS and maker notes, each with its secret."""
    tags = Image.Exif()
    tags[0x010E], tags[0x010F], tags[0x0110], tags[0x0112] = (
        "SECRET-TITLE",
        "SECRET-MAKE",
        "SECRET-MODEL",
        orientation,
    )
    tags.get_ifd(0x8769).update({0x9003: TAKEN, 0x927C: b"SECRET-MAKER-NOTE" * 20, 0xA430: "SECRET-OWNER"})
    tags.get_ifd(0x8825).update({1: "N", 2: (52.5, 31.2, 12.9), 27: b"SECRET-GPS"})
    return tags.tobytes()


def segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def planted_jpeg(picture: Image.Image) -> bytes:
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", 16) + b"\x1c\x02\x78\0\x0bSECRET-IPTC"
    extra = (
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP)
        + segment(0xED, iptc)
        + segment(0xFE, b"SECRET-COMMENT")
        + segment(0xEC, b"Ducky SECRET-APP12")
        + segment(0xEB, b"SECRET-APP11")
        + segment(0xE2, b"FPXR SECRET-FLASHPIX")
    )
    plain = jpeg(picture, exif=exif())
    return plain[:2] + extra + plain[2:] + b"SECRET-TRAILER"


def planted_png(picture: Image.Image) -> bytes:
    texts = PngInfo()
    texts.add_text("Comment", "SECRET-TEXT")
    texts.add_text("Author", "SECRET-PACKED-TEXT", zip=True)
    texts.add_itxt("XML:com.adobe.xmp", XMP.decode())
    plain = encoded(picture, "PNG", pnginfo=texts, exif=exif(), dpi=(72, 72))
    own = b"SECRET-OWN-CHUNK"
    chunk = struct.pack(">I", len(own)) + b"prVt" + own + struct.pack(">I", zlib.crc32(b"prVt" + own))
    return plain[:33] + chunk + plain[33:] + b"SECRET-TRAILER"


def planted_mpo(picture: Image.Image) -> bytes:
    return encoded(picture, "MPO", save_all=True, append_images=[picture.reduce(3)], exif=exif())


PLANTED: dict[str, Callable[[Image.Image], bytes]] = {
    "JPEG": planted_jpeg,
    "MPO": planted_mpo,
    "PNG": planted_png,
    "WEBP": lambda picture: encoded(picture, "WEBP", exif=exif(), xmp=XMP),
    "HEIC": lambda _: (Path(__file__).parent / "data" / "photo.heic").read_bytes(),
}


def leaks(data: bytes) -> list[str]:
    """What of the planted is still there, as it is or packed, or as a tag that Pillow can read."""
    picture = Image.open(io.BytesIO(data))
    found = [
        name
        for name in ("SECRET", "Photoshop", "xmpmeta", "ns.adobe", "FPXR", "MPF\0")
        if name.encode() in data
    ]
    found += [
        f"info {key}"
        for key in picture.info
        if key not in {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    ]
    found += [f"tag {tag:x}" for tag in picture.getexif()]
    found += [f"GPS {tag}" for tag in picture.getexif().get_ifd(0x8825)]
    return found + list(segments.foreign_parts(data))


@pytest.mark.parametrize("kind", PLANTED)
def test_no_planted_byte_survives(kind: str) -> None:
    original = PLANTED[kind](scene(1, SIZE))
    if kind != "HEIC":
        assert b"SECRET" in original
    copy = clean_copy(original)
    assert leaks(copy.data) == []
    assert copy.extension == ".jpg"
    assert {"EXIF", "GPS"} <= set(copy.removed)


def test_no_planted_byte_survives_in_a_screenshot_that_stays_png() -> None:
    copy = clean_copy(planted_png(scene(1, (600, 400))), keep_png=True)
    assert copy.extension == ".png"
    assert leaks(copy.data) == []
    assert {"EXIF", "GPS", "XMP", "text"} <= set(copy.removed)


def test_it_says_what_was_removed() -> None:
    assert clean_copy(planted_jpeg(scene(1, SIZE))).removed == (
        "EXIF", "GPS", "IPTC", "XMP", "comment", "maker notes"
    )  # fmt: skip
    assert "embedded pictures" in clean_copy(planted_mpo(scene(1, SIZE))).removed
    assert clean_copy(jpeg(scene(1, SIZE))).removed == ()


@pytest.mark.parametrize("kind", PLANTED)
def test_the_time_alone_may_stay(kind: str) -> None:
    copy = clean_copy(PLANTED[kind](scene(1, SIZE)), keep_time=True)
    tags = Image.open(io.BytesIO(copy.data)).getexif()
    assert list(tags) == [0x8769]
    assert list(tags.get_ifd(0x8769)) == [0x9003]
    expected = "2026:05:04 10:11:12" if kind == "HEIC" else TAKEN
    assert tags.get_ifd(0x8769)[0x9003] == expected
    assert b"SECRET" not in copy.data


def test_a_picture_without_a_time_gets_none() -> None:
    assert segments.foreign_parts(clean_copy(jpeg(scene(1, SIZE)), keep_time=True).data) == ()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_copy_is_upright_without_the_tag(orientation: int) -> None:
    picture = scene(2, SIZE)
    original = jpeg(picture, exif=exif(orientation))
    copy = clean_copy(original)
    expected = ImageOps.exif_transpose(Image.open(io.BytesIO(original))).convert("RGB")
    written = Image.open(io.BytesIO(copy.data))
    assert written.size == expected.size == (copy.width, copy.height)
    assert mean_difference(written, expected) < 4


def mean_difference(one: Image.Image, other: Image.Image) -> float:
    return float(np.abs(np.asarray(one, dtype=float) - np.asarray(other, dtype=float)).mean())


def profile_named(space: str) -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile(space)).tobytes()


def test_an_rgb_profile_goes_along() -> None:
    profile = profile_named("sRGB")
    copy = clean_copy(jpeg(scene(1, SIZE), icc_profile=profile))
    assert Image.open(io.BytesIO(copy.data)).info["icc_profile"] == profile
    assert segments.foreign_parts(copy.data) == ()


@pytest.mark.parametrize(
    "profile", [profile_named("LAB"), b"no profile", profile_named("sRGB") + bytes(70_000)]
)
def test_any_other_profile_does_not(profile: bytes) -> None:
    copy = clean_copy(jpeg(scene(1, SIZE), icc_profile=profile))
    assert "icc_profile" not in Image.open(io.BytesIO(copy.data)).info
    assert mean_difference(Image.open(io.BytesIO(copy.data)), scene(1, SIZE)) < 6


def test_cmyk_becomes_rgb_without_its_profile() -> None:
    copy = clean_copy(jpeg(scene(1, SIZE).convert("CMYK"), icc_profile=profile_named("LAB")))
    written = Image.open(io.BytesIO(copy.data))
    assert written.mode == "RGB"
    assert "icc_profile" not in written.info
    assert mean_difference(written, scene(1, SIZE)) < 6


def pixels(data: bytes) -> bytes:
    return Image.open(io.BytesIO(data)).tobytes()


def icc(payload: bytes, *, number: bytes = b"\x01\x01") -> bytes:
    return segment(0xE2, b"ICC_PROFILE\0" + number + payload)


class TestUntouched:
    """A picture that is upright, small enough and in colours that everybody reads is not compressed anew."""

    @pytest.mark.parametrize("kind", ["JPEG", "MPO"])
    def test_what_is_planted_goes_and_the_pixels_stay(self, kind: str) -> None:
        original = PLANTED[kind](scene(1, SIZE))
        copy = clean_copy(original)
        assert not copy.encoded
        assert leaks(copy.data) == []
        assert pixels(copy.data) == pixels(original)

    def test_a_clean_one_is_the_file_itself(self) -> None:
        for original in (jpeg(scene(1, SIZE)), jpeg(scene(1, SIZE), progressive=True)):
            assert clean_copy(original).data == original
        again = clean_copy(clean_copy(noisy((2400, 1800))).data)
        assert not again.encoded

    def test_so_is_one_with_its_profile(self) -> None:
        original = jpeg(scene(1, SIZE), icc_profile=profile_named("sRGB"))
        assert clean_copy(original).data == original

    @pytest.mark.parametrize(
        "original",
        [
            pytest.param(lambda: jpeg(scene(1, SIZE), exif=exif(6)), id="turned"),
            pytest.param(lambda: jpeg(scene(1, SIZE), icc_profile=profile_named("LAB")), id="colours"),
            pytest.param(lambda: jpeg(scene(1, SIZE).convert("CMYK")), id="for print"),
            pytest.param(lambda: encoded(scene(1, SIZE), "PNG"), id="a png"),
            pytest.param(lambda: jpeg(scene(1, (4400, 300))), id="too long"),
        ],
    )
    def test_others_are_compressed_anew(self, original: Callable[[], bytes]) -> None:
        assert clean_copy(original()).encoded

    @pytest.mark.parametrize(
        "hidden",
        [
            icc(b"SECRET"),
            icc(b"SECRET", number=b"\x02\x03"),
            icc(profile_named("sRGB"), number=b"\x01\x02") + icc(b"SECRET", number=b"\x02\x02"),
            segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\x01\x02SECRET"),
            segment(0xEE, b"Adobe\0d\0\0\0\0\0SECRET"),
        ],
    )
    def test_nothing_hides_where_something_may_stay(self, hidden: bytes) -> None:
        plain = jpeg(scene(1, SIZE))
        assert b"SECRET" not in clean_copy(plain[:2] + hidden + plain[2:]).data


def noisy(size: tuple[int, int]) -> bytes:
    """A picture that no encoder makes small."""
    levels = np.random.default_rng(1).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    return jpeg(Image.fromarray(levels), quality=95)


@pytest.mark.parametrize("limit", [3_000_000, 1_000_000, 400_000])
def test_a_copy_fits_by_the_ladder(limit: int) -> None:
    copy = clean_copy(noisy((2400, 1800)), max_bytes=limit)
    assert len(copy.data) <= limit
    assert max(copy.width, copy.height) >= 1000
    assert copy.shrunk == (copy.width < 2400)


def test_what_never_fits_is_refused() -> None:
    with pytest.raises(Refused, match="no copy of it fits into 9,000 bytes"):
        clean_copy(noisy((2000, 1500)), max_bytes=9_000)


@pytest.mark.parametrize(
    ("size", "expected"),
    [((4032, 3024), 4032), ((8000, 200), 4000), ((4400, 200), 4096), ((16_000, 400), 4000)],
)
def test_a_copy_is_no_longer_than_its_limit(size: tuple[int, int], expected: int) -> None:
    copy = clean_copy(jpeg(Image.linear_gradient("L").resize(size)))
    assert copy.width == expected
    assert copy.shrunk == (expected < size[0])


def test_a_large_or_heavy_png_becomes_a_jpeg() -> None:
    screenshot = encoded(scene(1, (600, 1200)), "PNG")
    copy = clean_copy(screenshot, keep_png=True, max_bytes=200_000)
    assert (copy.extension, copy.data[:2]) == (".jpg", b"\xff\xd8")


def test_the_original_is_named_by_its_hash(tmp_path: Path) -> None:
    import hashlib

    path = tmp_path / "photo.jpg"
    path.write_bytes(jpeg(scene(1, SIZE)))
    assert clean_copy(path).source_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(jpeg(scene(1, SIZE))[:20_000])
    with pytest.raises(BadPicture, match=r"photo\.jpg: The picture is damaged"):
        clean_copy(tmp_path / "photo.jpg")


def test_the_reader_of_segments_finds_each_planted_part() -> None:
    assert set(segments.foreign_parts(planted_jpeg(scene(1, SIZE)))) == {
        "Exif", "marker E1", "marker ED", "marker FE", "marker EC", "marker EB", "marker E2", "trailer"
    }  # fmt: skip
    assert {"Exif", "chunk tEXt", "chunk zTXt", "chunk iTXt", "chunk prVt", "trailer"} <= set(
        segments.foreign_parts(planted_png(scene(1, SIZE)))
    )
    assert segments.foreign_parts(jpeg(scene(1, SIZE), progressive=True)) == ()
    assert segments.foreign_parts(jpeg(scene(1, SIZE))[:-2]) == ("missing end",)
