"""Labels of one's own: read, compared with the number, kept, printed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from msgspec.structs import replace

from returnctl.app import App
from returnctl.carriers import tracking_number
from returnctl.digest import hex_of
from returnctl.documents.label_file import LabelFile
from returnctl.errors import Failed, Refused, Usage
from returnctl.marketplaces.base import RemoteLabel
from returnctl.returns.events import LabelKept
from returnctl.returns.held import Return

MAX_BYTES = 20_000_000


def take(
    app: App,
    held: Return,
    *,
    file: Path | None,
    number: str | None,
    carrier: str | None,
    carrier_name: str | None,
    original: bool,
) -> None:
    """Take a label file, or a number alone. The same again changes nothing.

    Raises Refused where the return has another one and --again was not given, Usage for what is no number.
    """
    content = _read(file) if file else None
    label = _accepted(content) if content is not None else None
    number = _number(app, held, number, label)
    carrier = carrier or _recognised(app, number)
    before = held.state.label
    same_file = content is None or (before is not None and before.original_sha256 == hex_of(content))
    if before and (before.tracking_number, before.carrier) == (number, carrier) and same_file:
        return
    if before and before.tracking_number not in (None, number) and not app.options.again:
        raise Refused(
            f"This return has the label {before.tracking_number}, and {number} is another.",
            hint="use --again to replace it",
        )
    if app.options.dry_run:
        return
    if file and content and original:
        held.keep_original(file, content)
    unnumbered = before is not None and before.source == "purchased" and before.tracking_number is None
    keep(
        held,
        content,
        label,
        source="purchased" if unnumbered else "file" if file else "own",
        carrier=carrier,
        carrier_name=carrier_name,
        tracking_number=number,
    )


def keep(held: Return, content: bytes | None, label: LabelFile | None, **facts: Any) -> None:
    """Keep a label's file, made harmless as `label`, and record it."""
    file = digest = original = None
    if content is not None and label is not None:
        file = held.keep(f"documents/label.{label.extension}", label.data)
        digest, original = hex_of(label.data), hex_of(content)
    held.note(LabelKept(file=file, sha256=digest, original_sha256=original, **facts))


def keep_remote(held: Return, content: bytes, remote: RemoteLabel, valid_until: str | None = None) -> None:
    """Keep the marketplace's label. What the marketplace does not say of it is read from the file itself."""
    before, digest = held.state.label, hex_of(content)
    same = before if before and before.source == "marketplace" and before.original_sha256 == digest else None
    lost = same is None or same.file is None or not (held.folder / same.file).is_file()
    label = _accepted(content) if lost else None
    read = _numbers_on(label)
    if remote.tracking_number and (other := _other_number(remote.tracking_number, read)):
        raise Refused(
            f"The barcode of the seller's label says {other}, the marketplace {remote.tracking_number}.",
            hint="ask the seller which is right (`returnctl message`); `label --file` takes a label all the same",
        )
    number = remote.tracking_number or (same.tracking_number if same else read[0] if len(read) == 1 else None)
    carrier = remote.carrier
    if carrier == "other" and number:
        carrier = tracking_number.recognition(number).carrier or "other"
    facts: dict[str, Any] = {
        "source": "marketplace",
        "state": remote.state,
        "carrier": carrier,
        "tracking_number": number,
        "valid_until": remote.valid_until or valid_until,
    }
    if label is not None:
        keep(held, content, label, **facts)
    elif same is not None and (now := replace(same, **facts)) != same:
        held.note(now)


def compare(app: App, held: Return) -> None:
    """Warn where a bought label's own barcode is not its number's: it is paid for, so it is kept all the same."""
    label = held.state.label
    if not (label and label.file and label.tracking_number):
        return
    try:
        other = _other_number(label.tracking_number, _numbers_on(_accepted(held.read(label.file))))
    except Refused as error:
        app.warn(f"The label is bought and kept as it came, but it could not be looked at: {error.message}")
        return
    if other:
        app.warn(
            f"The label is bought as {label.tracking_number}, but its barcode says {other}: ask the carrier first."
        )


def lay_out(held: Return, paper: Literal["a4", "letter", "4x6"], *, spare: bool) -> str:
    """The label on that paper, as PDF; the name of the file. Raises Refused where it does not fit at full size."""
    from returnctl.documents.label import accept_label, fit_label

    label = held.state.label
    assert label is not None
    assert label.file is not None
    content = fit_label(accept_label(held.read(label.file)), paper=paper, spare=spare)
    return held.keep(f"documents/label-{paper}.pdf", content)


def print_file(path: Path) -> None:
    """Hand a file to the system's printer, ZPL as it is. Raises Failed where there is none, or it refuses."""
    import shutil
    import subprocess

    program = shutil.which("lp") or shutil.which("lpr")
    if not program:
        raise Failed("There is no printing program (lp or lpr) here.", hint=f"print {path} by hand")
    # Left alone, CUPS makes a page fit between the printer's margins. An lpr without CUPS knows no such words.
    how = ["-o", "raw" if path.suffix == ".zpl" else "print-scaling=none"] if program.endswith("lp") else []
    try:
        done = subprocess.run([program, *how, str(path)], capture_output=True, check=False, timeout=60)  # noqa: S603 - found on PATH, fixed arguments
    except (OSError, subprocess.TimeoutExpired):
        raise Failed(f"{program} did not answer.", hint=f"print {path} by hand") from None
    if done.returncode:
        words = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise Failed(
            f"Printing failed: {words[0] if words else 'no reason given'}.", hint=f"print {path} by hand"
        )


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Refused(
                f"{path.name}: no label is larger than {MAX_BYTES // 1_000_000} MB.",
                hint="give the label's own file",
            )
        return path.read_bytes()
    except OSError as error:
        raise Usage(
            f"{path}: {(error.strerror or 'unreadable').lower()}.", hint="--file takes the label's file"
        ) from None


def _number(app: App, held: Return, given: str | None, label: LabelFile | None) -> str | None:
    own = {*held.state.imeis, held.state.identified.imei if held.state.identified else None}
    read = [found for found in _numbers_on(label) if found not in own]
    if given is not None:
        number = tracking_number.checked(given)
        if other := _other_number(number, read):
            raise Refused(
                f"The label's barcode says {other}, not {number}.",
                hint="leave --number out, and the label's own is taken",
            )
        if read and number not in read:
            app.warn(f"The label's barcode says {', '.join(read[:3])}, not {number}: compare them once more.")
        return number
    if len(read) == 1:
        return read[0]
    if not app.may_ask:
        app.warn("No tracking number could be read from the label; give it with --number.")
        return None
    return tracking_number.checked(app.ask("The tracking number on the label", "--number"))


def _other_number(number: str, read: Sequence[str]) -> str | None:
    """A good number of the same carrier that the label bears, where it does not bear this one."""
    if number in read:
        return None
    carrier = tracking_number.recognition(number).carrier
    found = map(tracking_number.recognition, read)
    return next((one.number for one in found if one.check == "right" and one.carrier == carrier), None)


def _accepted(content: bytes) -> LabelFile:
    from returnctl.documents.label import accept_label

    return accept_label(content, read=True)


def _numbers_on(label: LabelFile | None) -> tuple[str, ...]:
    """What on the label looks like a tracking number; nothing where there is no label."""
    from returnctl.documents.label import label_numbers

    return label_numbers(label) if label else ()


def _recognised(app: App, number: str | None) -> str:
    if number is None:
        return "other"
    found = tracking_number.recognition(number)
    if found.warning:
        app.warn(found.warning)
    return found.carrier or "other"
