"""The page for the phone's camera, looked at by axe-core in Chromium: every state of it, light and dark.

A single violation is exit 1. Where npm or chromium is missing it is skipped, with the reason; that is exit 1 only
where RETURNCTL_REQUIRE names it (`node`, `chromium`).

    scripts/accessibility [--axe DIR] [--shots DIR]

--axe is a folder in which `npm install axe-core` was run; without it that is done in a temporary folder. --shots
gets a picture of each state at 360, 768 and 1280 pixels.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from PIL import Image, ImageFilter

from returnctl.capture.judging import Judge
from returnctl.capture.serving import served
from returnctl.capture.session import Session
from returnctl.capture.slots import PURPOSES, slots
from returnctl.returns import devices
from returnctl.returns.events import Device
from returnctl.returns.state import State
from returnctl.sandbox.pictures import draw_photos

PACKAGE = "axe-core@4"
WIDTHS = (360, 768, 1280)
IMEI = "356789100000072"
SCHEMES = ("light", "dark")


class Nothing(Exception):
    """There is nothing to run; `needs` is what RETURNCTL_REQUIRE calls it."""

    def __init__(self, needs: str, why: str) -> None:
        super().__init__(why)
        self.needs = needs


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--axe", type=Path, metavar="DIR")
    parser.add_argument("--shots", type=Path, metavar="DIR")
    options = parser.parse_args()
    with ExitStack() as stack:
        try:
            chromium = find_chromium()
            axe = find_axe(options.axe, stack).read_text(encoding="utf-8")
        except Nothing as nothing:
            print(f"skipped, nothing was run: {nothing}")
            return int(nothing.needs in os.environ.get("RETURNCTL_REQUIRE", "").split(","))
        violations = look(chromium, axe, options.shots)
    print(f"{len(violations)} violations")
    for line in violations:
        print(f"  {line}")
    return int(bool(violations))


def find_chromium() -> str:
    found = shutil.which("chromium")
    if found is None:
        raise Nothing("chromium", "there is no chromium here (Debian: apt install chromium)")
    return found


def find_axe(folder: Path | None, stack: ExitStack) -> Path:
    """The script, freshly installed in a temporary folder unless one was named. Raises Nothing."""
    if folder is None:
        npm = shutil.which("npm")
        if npm is None:
            raise Nothing("node", "axe-core comes from npm, and there is no npm here")
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="axe-")))
        command = [npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), PACKAGE]
        if subprocess.run(command, cwd=folder, check=False).returncode:
            raise Nothing("node", f"npm could not install {PACKAGE}; the reason stands above")
    script = folder / "node_modules" / "axe-core" / "axe.min.js"
    if not script.exists():
        raise Nothing("node", f"no axe-core at {script}")
    return script


def look(chromium: str, axe: str, shots: Path | None) -> list[str]:
    """Every state in every scheme at every width; what axe-core finds wrong, in words."""
    from playwright.sync_api import sync_playwright

    found: list[str] = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for state, url in states():
            checks = 0
            for scheme in SCHEMES:
                for width in WIDTHS:
                    size = {"width": width, "height": 740}
                    context = browser.new_context(viewport=size, color_scheme=scheme, bypass_csp=True)  # type: ignore[arg-type]
                    page = context.new_page()
                    page.goto(url)
                    page.evaluate(
                        "document.querySelectorAll('details').forEach((one) => { one.open = true; })"
                    )
                    page.evaluate(axe)
                    report: dict[str, Any] = page.evaluate("axe.run()")
                    checks += len(report["passes"])
                    found += [f"{state}, {scheme}, {width} px: {words}" for words in told(report)]
                    if shots:
                        shots.mkdir(parents=True, exist_ok=True)
                        page.screenshot(path=shots / f"{state}-{width}-{scheme}.png", full_page=True)
                    context.close()
            print(f"{state}: {checks} rules passed")
        browser.close()
    return found


def told(report: dict[str, Any]) -> Iterator[str]:
    for violation in report["violations"]:
        for node in violation["nodes"]:
            yield f"{violation['id']} ({violation['impact']}): {violation['help']}: {node['html'][:160]}"


def states() -> Iterator[tuple[str, str]]:
    """What the page can look like, one after the other, with where it is."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        draw_photos(folder / "pictures", "smartphone", imei=IMEI, imei_box=True)
        pictures = {path.stem: path for path in (folder / "pictures").iterdir()}
        with session(folder / "return") as (taken, url):
            yield "start", url
            yield "this-device", f"{url}?on=this"
            for view in ("screen-on", "screen-off", "right"):
                taken.take(view, pictures[view].read_bytes())
            taken.take(
                "back", spoiled(pictures["back"], folder, lambda it: it.filter(ImageFilter.GaussianBlur(2.6)))
            )
            taken.take(
                "left", spoiled(pictures["left"], folder, lambda it: it.point(lambda level: level * 0.2))
            )
            taken.leave_out("top")
            taken.take("imei", pictures["imei-box"].read_bytes())
            yield "middle", url
            taken.keep("left")
            for view in ("top", "bottom"):
                taken.take(view, pictures[view].read_bytes())
            yield "whole-set", url
            taken.finish()
            yield "end", url


def spoiled(path: Path, folder: Path, how: Any) -> bytes:
    target = folder / "spoiled.jpg"
    how(Image.open(path)).save(target, quality=88)
    return target.read_bytes()


@contextmanager
def session(folder: Path) -> Iterator[tuple[Session, str]]:
    state = State(
        order="10000001",
        device=Device(kind="smartphone", brand="Apple"),
        views=devices.views("smartphone"),
        accounts=("icloud", "google"),
    )
    taken = Session(folder, slots(state, PURPOSES), Judge(state, {}))
    try:
        with served(taken, host="127.0.0.1", port=0, kind="smartphone") as url:
            yield taken, url
    finally:
        taken.close()


if __name__ == "__main__":
    sys.exit(main())
