"""The dossier of a whole case, and the same PDF by a bare program that knows beforehand where everything goes."""

from __future__ import annotations

import io
import random
from typing import Any

from PIL import Image, ImageOps
from pypdf import PdfReader, PdfWriter, Transformation
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from returnctl.documents import dossier_pages
from returnctl.documents.dossier import draw_dossier
from returnctl.documents.dossier_facts import DossierFacts, Moment, Saying, Shot, Witness
from returnctl.documents.dossier_seal import hashes_of
from returnctl.documents.label_file import LabelFile

PHOTOS = 12
_DRAWING = (
    "setFont", "drawString", "setLineWidth", "setDash", "line", "rect", "circle", "setFillGray", "drawImage",
    "showPage",
)  # fmt: skip


def _photo(seed: int) -> bytes:
    """A picture of 12 megapixels with some detail, as a phone's is."""
    dice = random.Random(seed)
    small = Image.effect_noise((504, 378), 40).convert("RGB")
    small.paste((dice.randrange(256), dice.randrange(256), 90), (120, 60, 380, 320))
    out = io.BytesIO()
    small.resize((4032, 3024), Image.Resampling.BILINEAR).save(out, "JPEG", quality=85)
    return out.getvalue()


def _label() -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(288, 432), invariant=1)
    canvas.rect(6, 6, 276, 420)
    canvas.drawString(20, 390, "RETURN SERVICE")
    canvas.save()
    return out.getvalue()


class Case:
    """Twelve photos with their originals, a label, forty events and some messages."""

    def __init__(self) -> None:
        photos = [_photo(seed) for seed in range(PHOTOS)]
        self.label = _label()
        self.files = {f"photos/{n}.jpg": photo for n, photo in enumerate(photos)}
        self.files |= {f"originals/{n:012x}-IMG_{n}.jpg": photo for n, photo in enumerate(photos)}
        self.files["documents/label.pdf"] = self.label
        digest = "0123456789abcdef" * 4
        self.record = b'{"n":1}\n' * 4000
        shots = tuple(
            Shot(
                title=f"view-{n}",
                verdict="accepted",
                notes=("Kept 2026-11-24 21:42",),
                hashes=(("Original", digest), ("As sent", digest)),
                data=photo,
            )
            for n, photo in enumerate(photos)
        )
        self.facts = DossierFacts(
            return_="10000001",
            made_at="2026-11-28T09:00:00+00:00",
            made_on="2026-11-28 09:00",
            device="Apple iPhone 13 (smartphone)",
            head=digest,
            events=40,
            summary=tuple((f"Fact {n}", "Αλέξανδρος Παπαδόπουλος") for n in range(12)),
            description="The screen goes black after ten minutes.",
            deadlines=(("A claim for loss or damage, at UPS", "2027-01-26, 60 days from sending"),),
            scans=(
                ("picked-up", "2026-11-25 10:00"),
                ("in-transit", "2026-11-26 08:00"),
                ("delivered", "2026-11-28 11:00"),
            ),
            timeline=tuple(
                Moment(at="2026-11-24 21:42", words=f"Photo view-{n} kept: accepted") for n in range(40)
            ),
            photos=shots,
            label_rows=(("Carrier", "UPS"), ("Tracking number", "1Z999AA10123456784")),
            label=LabelFile(kind="pdf", data=self.label, pages=1, extension="pdf"),
            messages=tuple(
                Saying(at="2026-11-24 21:42", author="buyer", text="Here are the photos.\nAll of them.")
                for _ in range(8)
            ),
            witnesses=(Witness(at="2026-11-24 21:42", anchor=digest[:16], event=30, how="photos"),),
        )
        self.photos = photos
        self.calls = self._recorded()

    def ours(self) -> bytes:
        return draw_dossier(self.facts, record=self.record, files=self.files, paper="a4").data

    def bare(self) -> bytes:
        """The same drawing calls, thumbnails, label and attachments, with nothing measured, wrapped or hashed."""
        out = io.BytesIO()
        canvas = Canvas(out, pagesize=(595.28, 841.89), invariant=1, pageCompression=1)
        photos = iter(self.photos)
        for name, args, options in self.calls:
            if name == "drawImage":
                args = (ImageReader(_thumbnail(next(photos))), *args[1:])
            getattr(canvas, name)(*args, **options)
        canvas.save()
        writer = PdfWriter(clone_from=PdfReader(out))
        page = PdfReader(io.BytesIO(self.label)).pages[0]
        writer.pages[self.spot.page].merge_transformed_page(
            page, Transformation().translate(self.spot.x, self.spot.y)
        )
        writer.add_attachment("return.json", self.record)
        for name, content in self.files.items():
            writer.add_attachment(name, content)
        done = io.BytesIO()
        writer.write(done)
        return done.getvalue()

    def _recorded(self) -> list[tuple[str, tuple[Any, ...], dict[str, Any]]]:
        """What our own pages call on the canvas, in order."""
        calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        pen = dossier_pages.Pen("a4", "Case file")
        canvas = pen._canvas
        for name in _DRAWING:
            setattr(canvas, name, _spy(calls, name, getattr(canvas, name)))
        pages = dossier_pages.DossierPages(pen, self.facts, self.files, hashes_of(self.files))
        pages.draw()
        assert pages.label_spot is not None
        self.spot = pages.label_spot
        return calls[:-1] if calls[-1][0] == "showPage" else calls


def _spy(calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]], name: str, draw: Any) -> Any:
    def called(*args: Any, **options: Any) -> Any:
        calls.append((name, args, options))
        return draw(*args, **options)

    return called


def _thumbnail(data: bytes) -> io.BytesIO:
    out = io.BytesIO()
    with Image.open(io.BytesIO(data)) as picture:
        picture.draft("RGB", (960, 616))
        small = ImageOps.exif_transpose(picture).convert("RGB")
        small.thumbnail((480, 308))
        small.save(out, "JPEG", quality=82)
    return out
