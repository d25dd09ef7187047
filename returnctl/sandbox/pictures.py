"""Draws the pictures of a device on a desk, as a buyer would take them: good ones, or bad ones on purpose."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from PIL import Image
    from PIL.ImageDraw import ImageDraw

_PHONE = ("screen-on", "screen-off", "back", "left", "right", "top", "bottom")
_BOX = ("front", "back", "left", "right", "top", "bottom")
VIEWS = {
    "smartphone": _PHONE,
    "tablet": _PHONE,
    "computer": (
        "screen-on", "screen-off", "back-case", "left-open", "right-open", "front-closed", "back-closed",
    ),
    "smartwatch": ("screen-on", "screen-off", "back", "left", "right", "strap-top", "strap-bottom"),
    "console": _BOX,
    "audio": _BOX,
    "other": _BOX,
}  # fmt: skip

_SIZE = (1600, 1200)
_FINER = 2  # a device is drawn larger, then shrunk: smooth edges
_METAL, _METAL_DARK, _GLASS = (196, 199, 204), (120, 124, 130), (14, 15, 18)
_BODY = {"smartphone": (58, 84, 120), "tablet": (86, 92, 102), "computer": (78, 82, 90),
         "smartwatch": (60, 62, 66), "console": (232, 234, 238), "audio": (40, 42, 46),
         "other": (92, 110, 98)}  # fmt: skip
# Width and height of the front, then the depth, in pixels of the picture.
_FORM = {"smartphone": (470, 960, 90), "tablet": (1120, 800, 70), "computer": (1160, 780, 90),
         "smartwatch": (430, 500, 170), "console": (1180, 560, 420), "audio": (620, 620, 420),
         "other": (900, 640, 380)}  # fmt: skip

Bad = Literal["blurry", "dark", "duplicate"]


def draw_photos(
    folder: Path,
    kind: str,
    *,
    bad: Bad | None = None,
    label: str | None = None,
    imei: str | None = None,
    imei_box: bool = False,
    seed: int = 1,
) -> list[Path]:
    """Draws one `VIEW.jpg` for each view of a kind into `folder`, and answers these, in the kind's order.

    With `bad`, the third is blurred, dark, or the second once more. Beside them lie `inside.jpg` and
    `outside.jpg` (the parcel, with `label` as the number on it), `disconnect-proof.png`, and with `imei_box`
    `imei-box.jpg`. Pictures are 1600 x 1200 pixels; the same input gives the same pictures.
    """
    folder.mkdir(parents=True, exist_ok=True)
    painters: dict[str, Callable[[], Image.Image]] = {
        view: functools.partial(_device, kind, view) for view in VIEWS[kind]
    }
    painters |= {"inside": _open_parcel, "outside": functools.partial(_parcel, label)}
    if imei_box:
        painters["imei-box"] = functools.partial(_imei_box, imei or "356938035643809")
    worse = VIEWS[kind][2] if bad else None

    def draw(name: str) -> None:
        picture = _photo(painters[name](), random.Random(f"{kind} {name} {seed}"))
        _spoiled(picture, bad if name == worse else None).save(folder / f"{name}.jpg", "JPEG", quality=88)

    with ThreadPoolExecutor() as pool:
        list(pool.map(draw, painters))
    photos = [folder / f"{view}.jpg" for view in VIEWS[kind]]
    if bad == "duplicate":
        photos[2].write_bytes(photos[1].read_bytes())
    _screenshot(kind).save(folder / "disconnect-proof.png", compress_level=1)
    return photos


def _spoiled(picture: Image.Image, bad: str | None) -> Image.Image:
    from PIL import ImageFilter

    if bad == "blurry":
        return picture.filter(ImageFilter.GaussianBlur(7))
    if bad == "dark":
        return picture.point(lambda level: level * 0.2)
    return picture


def _photo(thing: Image.Image, dice: random.Random) -> Image.Image:
    """A thing (RGBA, drawn finer) on a desk in the light of a window, from a slightly new place each time."""
    from PIL import Image, ImageChops, ImageFilter

    desk = _desk(dice)
    lying = thing.rotate(dice.uniform(-5, 5), expand=True).reduce(_FINER)
    left = (_SIZE[0] - lying.width) // 2 + dice.randint(-60, 60)
    top = (_SIZE[1] - lying.height) // 2 + dice.randint(-30, 30)
    outline = lying.getchannel("A")
    shadow = Image.new("L", _SIZE)
    shadow.paste(outline, (left + 14, top + 18))
    soft = (
        shadow.reduce(8).filter(ImageFilter.GaussianBlur(2)).resize(_SIZE).point(lambda level: level * 0.45)
    )
    desk.paste((30, 26, 24), mask=soft)
    desk.paste(lying, (left, top), outline)
    return ImageChops.multiply(desk, _window_light(dice))


def _window_light(dice: random.Random) -> Image.Image:
    """Light that falls unevenly over the whole picture: no two photos have it alike."""
    from PIL import Image

    coarse = Image.frombytes("L", (6, 4), bytes(dice.randint(208, 255) for _ in range(24)))
    return Image.merge("RGB", [coarse.resize(_SIZE, Image.Resampling.BICUBIC)] * 3)


def _desk(dice: random.Random) -> Image.Image:
    """A wooden desk, its boards lying anyhow."""
    from PIL import Image, ImageDraw

    wood = Image.new("RGB", (2000, 2000), (220, 194, 160))
    draw = ImageDraw.Draw(wood)
    top = dice.randint(-200, 0)
    while top < 2000:
        height, shade = dice.randint(190, 300), dice.randint(-14, 14)
        draw.rectangle((0, top, 2000, top + height), (220 + shade, 192 + shade, 156 + shade))
        for _ in range(7):
            vein, tone = dice.randint(top, top + height), dice.randint(-26, -8) + shade
            draw.line((0, vein, 2000, vein + dice.randint(-9, 9)), (214 + tone, 184 + tone, 148 + tone), 3)
        draw.line((0, top, 2000, top), (112, 84, 60), 6)
        top += height
    return wood.rotate(dice.uniform(-25, 25)).crop((200, 400, 200 + _SIZE[0], 400 + _SIZE[1]))


def _layer(width: int, height: int) -> tuple[Image.Image, ImageDraw]:
    """A transparent picture to draw one thing on, in the finer measure, with a margin for its turning."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGBA", (width * _FINER + 8, height * _FINER + 8))
    return picture, ImageDraw.Draw(picture)


def _panel(
    draw: ImageDraw, box: tuple[int, int, int, int], fill: Any, *, round_by: int = 0, line: Any = None
) -> None:
    """A rounded rectangle, in pixels of the finished picture."""
    finer = tuple(4 + side * _FINER for side in box)
    draw.rounded_rectangle(finer, round_by * _FINER, fill, line, 3 * _FINER if line else 0)


def _disc(draw: ImageDraw, x: int, y: int, radius: int, fill: Any, line: Any = None) -> None:
    centre = (4 + x * _FINER, 4 + y * _FINER)
    draw.circle(centre, radius * _FINER, fill, line, 3 * _FINER if line else 0)


def _words(draw: ImageDraw, x: int, y: int, text: str, size: int, fill: Any = (30, 30, 32)) -> None:
    from PIL import ImageFont

    draw.text((4 + x * _FINER, 4 + y * _FINER), text, fill, ImageFont.load_default(size * _FINER))


def _device(kind: str, view: str) -> Image.Image:
    width, height, depth = _FORM[kind]
    body = _BODY[kind]
    painters: dict[str, Callable[[], Image.Image]] = {
        "screen-on": lambda: _screen(width, height, lit=True),
        "screen-off": lambda: _screen(width, height, lit=False),
        "back": lambda: _sensor(width, height) if kind == "smartwatch" else _back(width, height, body),
        "back-case": lambda: _lid(width, height, body),
        "left-open": lambda: _open_side(width, depth, body, hinge="right"),
        "right-open": lambda: _open_side(width, depth, body, hinge="left"),
        "front-closed": lambda: _rim(width, depth, body, ("notch",)),
        "back-closed": lambda: _rim(width, depth, body, ("hinge", "vent", "hinge")),
        "strap-top": lambda: _strap(body, holes=False),
        "strap-bottom": lambda: _strap(body, holes=True),
        "front": lambda: _front(width, height, body),
    }
    if kind in {"console", "audio", "other"}:
        painters["back"] = lambda: _rim(width, height, body, ("vent", "port", "port", "socket"))
    parts = {
        "left": ("button", "button", "key"),
        "right": ("key", "slot"),
        "top": ("dot", "vent"),
        "bottom": ("grille", "port", "grille"),
    }
    if view in painters:
        return painters[view]()
    long = width if view in {"top", "bottom"} else height
    return _rim(max(long, 640), depth, body, parts[view])


def _screen(width: int, height: int, *, lit: bool) -> Image.Image:
    picture, draw = _layer(width, height)
    _panel(draw, (0, 0, width, height), _METAL_DARK, round_by=46)
    _panel(draw, (6, 6, width - 6, height - 6), _GLASS, round_by=42)
    _disc(draw, width // 2, 24, 8, (44, 48, 62), (70, 74, 84))
    if not lit:
        _panel(draw, (20, 42, width - 20, height - 24), (24, 25, 29), round_by=26, line=(92, 94, 100))
        return picture
    _panel(draw, (20, 42, width - 20, height - 24), (38, 112, 196), round_by=26)
    _panel(draw, (20, height // 2, width - 20, height - 24), (226, 120, 92), round_by=26)
    _words(draw, 52, 66, "10:24", 44, (255, 255, 255))
    colours = ((244, 196, 64), (72, 176, 108), (232, 82, 82), (120, 96, 208), (250, 250, 250), (40, 170, 190))
    step = 100
    for row in range((height - 220) // step):
        for column in range((width - 80) // step):
            x, y = 54 + column * step, 150 + row * step
            _panel(draw, (x, y, x + 64, y + 64), colours[(row * 2 + column * 5) % 6], round_by=16)
    return picture


def _back(width: int, height: int, body: Any) -> Image.Image:
    picture, draw = _layer(width, height)
    _panel(draw, (0, 0, width, height), _shade(body, -30), round_by=46)
    _panel(draw, (5, 5, width - 5, height - 5), body, round_by=42)
    _panel(draw, (32, 32, 232, 242), _shade(body, 22), round_by=38, line=_shade(body, 60))
    for x, y in ((88, 88), (88, 184), (178, 136)):
        _disc(draw, x, y, 38, (22, 24, 28), _shade(body, 80))
        _disc(draw, x, y, 16, (46, 58, 88))
    _disc(draw, 178, 66, 12, (206, 202, 186))
    _disc(draw, width // 2, height // 2, 52, _shade(body, 70), _shade(body, 100))
    _words(draw, width // 2 - 100, height - 120, "Returnable R1", 28, _shade(body, 110))
    _words(draw, width // 2 - 120, height - 76, "Assembled in a sandbox", 20, _shade(body, 90))
    return picture


def _sensor(width: int, height: int) -> Image.Image:
    picture, draw = _layer(width, height)
    _panel(draw, (0, 0, width, height), _METAL, round_by=100, line=_METAL_DARK)
    _disc(draw, width // 2, height // 2, 170, (32, 34, 38), (210, 212, 216))
    for x, y in ((0, -80), (0, 80), (-80, 0), (80, 0)):
        _disc(draw, width // 2 + x, height // 2 + y, 36, (70, 120, 90), (140, 170, 150))
    _words(draw, 120, height - 60, "44 mm  WR 50", 24)
    return picture


def _lid(width: int, height: int, body: Any) -> Image.Image:
    picture, draw = _layer(width, height)
    _panel(draw, (0, 0, width, height), body, round_by=34, line=_shade(body, -60))
    _disc(draw, width // 2, height // 2, 90, _shade(body, 60), _shade(body, -70))
    _words(draw, width // 2 - 56, height // 2 - 26, "R14", 48, _shade(body, -100))
    _panel(draw, (60, height - 130, 300, height - 60), (244, 214, 80), round_by=8, line=(120, 100, 30))
    _words(draw, 76, height - 116, "Asset 0042", 34)
    return picture


def _open_side(width: int, depth: int, body: Any, *, hinge: str) -> Image.Image:
    """A laptop from the side: the base lies, the lid stands."""
    from PIL import ImageOps

    picture, draw = _layer(width, 760)
    _panel(draw, (width - 70, 0, width - 30, 700), _shade(body, -20), round_by=18, line=_shade(body, -80))
    _panel(draw, (width - 84, 20, width - 70, 660), _GLASS)
    _panel(draw, (0, 660, width, 660 + depth), body, round_by=20, line=_shade(body, -70))
    for place, port in enumerate(("port", "port", "socket", "vent")):
        _part(draw, 120 + place * 230, 660, depth, port)
    return ImageOps.mirror(picture) if hinge == "left" else picture


def _rim(long: int, depth: int, body: Any, parts: tuple[str, ...]) -> Image.Image:
    """A side: a long narrow face with the buttons and openings that are there."""
    picture, draw = _layer(long, depth)
    _panel(draw, (0, 0, long, depth), body, round_by=min(38, depth // 2), line=_shade(body, -60))
    _panel(draw, (26, depth // 5, long - 26, depth // 5 + 5), _shade(body, 60))
    for place, part in enumerate(parts):
        _part(draw, long * (2 * place + 1) // (2 * len(parts)), 0, depth, part)
    return picture


def _part(draw: ImageDraw, x: int, top: int, depth: int, part: str) -> None:
    """One button or opening at `x`, in the middle of a face that starts at `top`."""
    y, dark, pale = top + depth // 2, (18, 18, 20), (196, 198, 202)
    if part in {"button", "key", "slot", "notch", "hinge"}:
        wide = {"button": 60, "key": 90, "slot": 70, "notch": 120, "hinge": 140}[part]
        fill = dark if part in {"slot", "hinge"} else pale
        _panel(draw, (x - wide, y - 13, x + wide, y + 13), fill, round_by=13, line=(60, 60, 64))
    if part in {"port", "socket"}:
        wide = 46 if part == "port" else 24
        _panel(draw, (x - wide, y - 18, x + wide, y + 18), dark, round_by=16, line=pale)
    if part in {"dot", "grille", "vent"}:
        holes = {"dot": 1, "grille": 6, "vent": 9}[part]
        for hole in range(holes):
            _disc(draw, x + (2 * hole - holes + 1) * 12, y, 7, dark, pale)


def _strap(body: Any, *, holes: bool) -> Image.Image:
    picture, draw = _layer(260, 980)
    _panel(draw, (0, 0, 260, 980), _shade(body, 40), round_by=70, line=_shade(body, -40))
    _panel(draw, (30, 16, 230, 90), _METAL, round_by=20, line=_METAL_DARK)
    for hole in range(9 if holes else 3):
        y = (300 if holes else 700) + hole * 66
        _disc(draw, 130, y, 15, (20, 20, 22), (190, 192, 196))
    if not holes:
        _panel(draw, (10, 130, 250, 230), _METAL, round_by=24, line=_METAL_DARK)
        _panel(draw, (60, 155, 200, 205), (60, 60, 64), round_by=12)
    return picture


def _front(width: int, height: int, body: Any) -> Image.Image:
    picture, draw = _layer(width, height)
    _panel(draw, (0, 0, width, height), body, round_by=60, line=_shade(body, -70))
    _panel(draw, (50, 50, width - 50, height * 3 // 5), _shade(body, -60), round_by=30, line=_shade(body, 50))
    for row in range(4):
        for column in range((width - 200) // 40):
            _disc(draw, 110 + column * 40, 100 + row * 44, 11, (20, 20, 22), _shade(body, 20))
    _disc(draw, 110, height - 90, 34, (210, 60, 60), _METAL)
    _words(draw, 190, height - 112, "Returnable One", 40, _shade(body, 110 if sum(body) < 380 else -150))
    return picture


def _open_parcel() -> Image.Image:
    picture, draw = _layer(1240, 860)
    _panel(draw, (0, 0, 1240, 860), (178, 138, 92), round_by=8, line=(108, 78, 48))
    _panel(draw, (70, 70, 1170, 790), (138, 102, 64), line=(90, 64, 40))
    for row in range(6):
        for column in range(9):
            shade = (row * 5 + column * 3) % 4 * 9
            fill = (214 + shade, 216 + shade, 214 + shade)
            _disc(draw, 140 + column * 122, 130 + row * 122, 58, fill, (168, 170, 172))
    _panel(draw, (400, 190, 850, 680), (58, 84, 120), round_by=40, line=(24, 36, 56))
    _words(draw, 440, 400, "wrapped device", 44, (220, 228, 240))
    return picture


def _parcel(number: str | None) -> Image.Image:
    picture, draw = _layer(1300, 900)
    _panel(draw, (0, 0, 1300, 900), (192, 150, 102), round_by=8, line=(120, 88, 54))
    _panel(draw, (0, 400, 1300, 490), (222, 196, 152), line=(170, 136, 92))
    if number:
        _panel(draw, (200, 120, 1100, 780), (236, 236, 232), round_by=6, line=(150, 150, 148))
        _words(draw, 240, 150, "RETURN SERVICE  ·  PREPAID", 40)
        _words(draw, 240, 220, "SHIP TO: Returns desk, 1 Seller Street", 30)
        _words(draw, 240, 268, "TRACKING #", 26)
        _code(picture, number, (650, 500), (820, 300))
        _words(draw, 240, 690, number, 44)
    else:
        _words(draw, 120, 130, "FRAGILE", 120, (150, 40, 36))
        _words(draw, 120, 600, "THIS SIDE UP", 96, (60, 44, 30))
    return picture


def _imei_box(imei: str) -> Image.Image:
    picture, draw = _layer(1300, 800)
    _panel(draw, (0, 0, 1300, 800), (236, 236, 236), round_by=6, line=(140, 140, 144))
    _words(draw, 70, 60, "Returnable R1, 128 GB, Blue", 52)
    _words(draw, 70, 160, "Designed and boxed in a sandbox", 30)
    _words(draw, 70, 300, f"IMEI {imei}", 40)
    _code(picture, imei, (560, 500), (980, 240))
    _words(draw, 70, 700, "Serial No. SBX0000001", 30)
    return picture


def _code(picture: Image.Image, text: str, centre: tuple[int, int], room: tuple[int, int]) -> None:
    """A Code 128, as large as fits into `room` with whole pixels for a bar."""
    import zxingcpp
    from PIL import Image

    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128)
    bars = Image.fromarray(zxingcpp.write_barcode_to_image(barcode, scale=1, add_quiet_zones=True))
    times = max(1, room[0] * _FINER // bars.width)
    drawn = bars.resize((bars.width * times, room[1] * _FINER), Image.Resampling.NEAREST)
    drawn = drawn.point(lambda level: level * 236 // 255)  # paper, as the rest of the label
    left, top = (4 + middle * _FINER - side // 2 for middle, side in zip(centre, drawn.size, strict=True))
    picture.paste(drawn.convert("RGB"), (left, top))


def _screenshot(kind: str) -> Image.Image:
    """The settings page of a device from which every account has been taken off."""
    from PIL import Image

    picture, draw = _layer(540, 1100)
    _panel(draw, (-4, -4, 548, 1108), (244, 244, 248))
    _words(draw, 40, 30, "10:24", 24)
    _words(draw, 40, 100, "Accounts", 44)
    for row, words in enumerate(
        ("No account on this device", "Sign in", "Find my device: off", f"Device: {kind}")
    ):
        _panel(draw, (30, 200 + row * 110, 510, 290 + row * 110), (255, 255, 255), round_by=18)
        _words(draw, 54, 228 + row * 110, words, 26, (30, 90, 200) if row == 1 else (30, 30, 32))
    return picture.convert("RGB").resize((1080, 2200), Image.Resampling.LANCZOS)


def _shade(colour: tuple[int, int, int], by: int) -> tuple[int, ...]:
    return tuple(max(0, min(255, part + by)) for part in colour)
