"""Labels of one's own: read, compared with the number, kept, printed."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from msgspec.structs import replace

from returnctl.app import App
from returnctl.carriers import tracking_number
from returnctl.digest import hex_of
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
    number = _number(app, held, number, content)
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
    keep(
        held,
        content,
        source="file" if file else "own",
        carrier=carrier,
        carrier_name=carrier_name,
        tracking_number=number,
    )


def keep(held: Return, content: bytes | None, **facts: Any) -> None:
    """Keep a label's file, made harmless, and record it."""
    file = digest = original = None
    if content is not None:
        from returnctl.documents.label import accept_label

        label = accept_label(content)
        file = held.keep(f"documents/label.{label.extension}", label.data)
        digest, original = hex_of(label.data), hex_of(content)
    held.note(LabelKept(file=file, sha256=digest, original_sha256=original, **facts))


def keep_remote(held: Return, content: bytes, remote: RemoteLabel, valid_until: str | None = None) -> None:
    """Keep the marketplace's label. What the marketplace does not say of it is read from the file itself."""
    before, digest = held.state.label, hex_of(content)
    same = before if before and before.source == "marketplace" and before.original_sha256 == digest else None
    number = remote.tracking_number or (same.tracking_number if same else _only_number(content))
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
    if same is None or same.file is None or not (held.folder / same.file).is_file():
        keep(held, content, **facts)
    elif (now := replace(same, **facts)) != same:
        held.note(now)


def _only_number(content: bytes) -> str | None:
    read = _read_numbers(content)
    return read[0] if len(read) == 1 else None


def lay_out(held: Return, paper: Literal["a4", "letter", "4x6"], *, spare: bool) -> str:
    """The label on that paper, as PDF; the name of the file. Raises Refused where it does not fit at full size."""
    from returnctl.documents.label import accept_label, fit_label

    label = held.state.label
    assert label is not None
    assert label.file is not None
    content = fit_label(accept_label(held.read(label.file)), paper=paper, spare=spare)
    return held.keep(f"documents/label-{paper}.pdf", content)


def print_file(path: Path) -> None:
    """Hand a file to the system's printer. Raises Failed where there is none, or it refuses."""
    import shutil
    import subprocess

    program = shutil.which("lp") or shutil.which("lpr")
    if not program:
        raise Failed("There is no printing program (lp or lpr) here.", hint=f"print {path} by hand")
    try:
        done = subprocess.run([program, str(path)], capture_output=True, check=False, timeout=60)  # noqa: S603 - found on PATH, a fixed argument list
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
            raise Refused(f"{path.name}: no label is larger than {MAX_BYTES // 1_000_000} MB.")
        return path.read_bytes()
    except OSError as error:
        raise Usage(f"{path}: {(error.strerror or 'unreadable').lower()}.") from None


def _number(app: App, held: Return, given: str | None, content: bytes | None) -> str | None:
    own = {*held.state.imeis, held.state.identified.imei if held.state.identified else None}
    read = [found for found in _read_numbers(content) if found not in own] if content else []
    if given is not None:
        number = tracking_number.checked(given)
        if read and number not in read:
            app.warn(f"The label's barcode says {', '.join(read[:3])}, not {number}: compare them once more.")
        return number
    if len(read) == 1:
        return read[0]
    if not app.may_ask:
        app.warn("No tracking number could be read from the label; give it with --number.")
        return None
    return tracking_number.checked(app.ask("The tracking number on the label", "--number"))


def _read_numbers(content: bytes) -> tuple[str, ...]:
    from returnctl.documents.label import accept_label, label_numbers

    return label_numbers(accept_label(content))


def _recognised(app: App, number: str | None) -> str:
    if number is None:
        return "other"
    found = tracking_number.recognition(number)
    if found.warning:
        app.warn(found.warning)
    return found.carrier or "other"
