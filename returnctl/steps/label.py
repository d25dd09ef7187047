"""Step 7, first half: the label. The seller's prepaid one, a file, or just a number."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from msgspec import Struct

from returnctl import conversation, standing
from returnctl.app import App
from returnctl.carriers import tracking_number
from returnctl.conversation import Told
from returnctl.digest import hex_of
from returnctl.errors import Failed, Pending, Refused, Usage
from returnctl.marketplaces.base import Can, Case, Marketplace
from returnctl.output import Table
from returnctl.result import Result
from returnctl.returns import policy
from returnctl.returns.events import Covers, LabelAwaited, LabelKept
from returnctl.returns.held import Return
from returnctl.returns.reference import Reference

STEP = "label"


class Options(Struct, frozen=True, kw_only=True):
    file: Path | None = None
    number: str | None = None
    carrier: str | None = None
    carrier_name: str | None = None
    paper: str | None = None
    spare: bool = False
    print: bool = False


class LabelResult(Result, kw_only=True):
    path: str | None = None
    carrier: str | None = None
    tracking_number: str | None = None
    source: str | None = None
    price: dict[str, str] | None = None
    price_basis: str | None = None
    state: str | None = None
    valid_until: str | None = None
    label_due: str | None = None

    def for_people(self) -> Iterable[str | Table]:
        yield from self.plan()
        if self.tracking_number:
            yield (
                f"Label: {(self.carrier or 'carrier unknown').upper()} {self.tracking_number}, {self.state}"
                + (f", valid until {self.valid_until}" if self.valid_until else "")
            )
        if self.path:
            yield f"File: {self.path}"
        if self.label_due:
            yield f"The seller sends it by {self.label_due}."


def run(app: App, reference: Reference, options: Options) -> LabelResult:
    with app.holding(reference) as held, standing.explained(lambda: _result(app, held, Told())):
        standing.check_open(app, held)
        conversation.settle(app, held, "open", STEP)
        own = options.file or options.number
        told = _own(app, held, options) if own else _from_marketplace(app, held)
        result = _result(app, held, told)
        _print(app, held, options, result)
        return result


# -- the seller's label ------------------------------------------------------------------------------------------


def _from_marketplace(app: App, held: Return) -> Told:
    if app.profile_of(held.state).marketplace == "manual":
        if held.state.label:
            return Told()
        raise _awaited(app, held, held.state.label_due or held.state.reply_due)
    if held.state.label and held.state.label.source != "marketplace":
        return Told()
    marketplace = app.marketplace_of(held)
    if held.state.case is None:
        raise Refused(
            f"Return {held.reference} is not open at the marketplace yet.",
            hint=f"run `returnctl open {held.reference}` first",
        )
    case = marketplace.case(held.state.case)
    told = Told()
    if app.options.again and (case.label is None or case.label.state != "alive"):
        told = _ask_for_another(app, held, marketplace, case)
        case = marketplace.case(held.state.case)
    if case.label is None:
        if not case.prepaid:
            raise Pending(
                "The seller does not pay the way back, so there is no prepaid label.",
                hint="send it with a carrier of your choice, then `label --number N --carrier C` or `label --file F`",
                result=_result(app, held, told),
            )
        raise _awaited(app, held, case.label_due)
    _keep_remote(app, held, marketplace, case)
    if case.label.state == "expired":
        raise Refused(
            f"The label {case.label.tracking_number} has expired.",
            hint=f"ask for a new one: `returnctl label {held.reference} --again`",
            result=_result(app, held, told),
        )
    return told


def _ask_for_another(app: App, held: Return, marketplace: Marketplace, case: Case) -> Told:
    if Can.REQUEST_LABEL not in marketplace.can:
        raise Refused(
            "This marketplace takes no requests for a label.", hint="ask for it with `returnctl message`"
        )
    prepared = marketplace.prepare_label_request(case.case, "expired" if case.label else "missing")
    if app.options.dry_run:
        return Told(would=(conversation.would_send(prepared),))
    after = case.label.tracking_number if case.label else "none"
    conversation.send(held, marketplace, prepared, Covers(step=STEP, items={"asked-after": after}))
    return Told(sent=True)


def _keep_remote(app: App, held: Return, marketplace: Marketplace, case: Case) -> None:
    remote = case.label
    assert remote is not None
    before = held.state.label
    if app.options.dry_run or (
        before
        and before.file
        and (before.tracking_number, before.state) == (remote.tracking_number, remote.state)
        and (held.folder / before.file).is_file()
    ):
        return
    content = marketplace.label(case.case)
    _keep(
        held,
        content,
        source="marketplace",
        state=remote.state,
        carrier=remote.carrier,
        tracking_number=remote.tracking_number,
        valid_until=remote.valid_until,
    )


def _awaited(app: App, held: Return, due: str | None) -> Pending:
    if due is None:
        rules = policy.policy(held.state.market)
        now = held.now()
        due = policy.add_business_days(now.date(), rules.label_business_days, rules.country).isoformat()
    if held.state.label_due != due and not app.options.dry_run:
        held.note(LabelAwaited(due=due))
    return Pending(
        f"There is no label yet; the seller sends it by {due}.",
        hint="look again later; one that came by mail goes in with `label --file FILE`",
        result=_result(app, held, Told()),
    )


# -- one's own label ---------------------------------------------------------------------------------------------


def _own(app: App, held: Return, options: Options) -> Told:
    content = _read(options.file) if options.file else None
    number = _number(app, options, content)
    carrier = _carrier(app, options, number)
    before = held.state.label
    same_file = content is None or (before is not None and before.sha256 == hex_of(content))
    if before and before.tracking_number == number and same_file and before.carrier == carrier:
        return Told()
    if before and before.tracking_number not in (None, number) and not app.options.again:
        raise Refused(
            f"This return has the label {before.tracking_number}, and {number} is another.",
            hint="use --again to replace it",
        )
    if app.options.dry_run:
        return Told()
    _keep(
        held,
        content,
        source="file" if options.file else "own",
        state="alive",
        carrier=carrier,
        carrier_name=options.carrier_name,
        tracking_number=number,
    )
    return Told()


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > 20_000_000:
            raise Refused(f"{path.name}: no label is larger than 20 MB.")
        return path.read_bytes()
    except OSError as error:
        raise Usage(f"{path}: {(error.strerror or 'unreadable').lower()}.") from None


def _number(app: App, options: Options, content: bytes | None) -> str | None:
    read = _read_numbers(content) if content else ()
    if options.number:
        number = tracking_number.checked(options.number)
        if read and number not in read:
            app.warn(f"The label's barcode says {', '.join(read[:3])}, not {number}: compare them once more.")
        return number
    if len(read) == 1:
        return read[0]
    if app.options.json or not app.may_ask:
        app.warn("No tracking number could be read from the label; give it with --number.")
        return None
    return tracking_number.checked(app.ask("The tracking number on the label", "--number"))


def _read_numbers(content: bytes) -> tuple[str, ...]:
    from returnctl.documents.label import accept_label, label_numbers

    return label_numbers(accept_label(content))


def _carrier(app: App, options: Options, number: str | None) -> str:
    if options.carrier:
        return options.carrier
    if number is None:
        return "other"
    found = tracking_number.recognition(number)
    if found.warning:
        app.warn(found.warning)
    return found.carrier or "other"


# -- shared ------------------------------------------------------------------------------------------------------


def _keep(held: Return, content: bytes | None, **facts: Any) -> None:
    file = digest = None
    if content is not None:
        from returnctl.documents.label import accept_label

        label = accept_label(content)
        file = held.keep(f"documents/label.{label.extension}", label.data)
        digest = hex_of(content)
    held.note(LabelKept(file=file, sha256=digest, **facts))


def _print(app: App, held: Return, options: Options, result: LabelResult) -> None:
    label = held.state.label
    wants_paper = bool(options.paper or options.spare)
    if not (label and label.file and (wants_paper or options.print)) or app.options.dry_run:
        return
    from returnctl.documents.label import accept_label, fit_label

    content = held.read(label.file)
    name = label.file
    if wants_paper:
        paper = options.paper or policy.policy(held.state.market).paper
        content = fit_label(accept_label(content), paper=paper, spare=options.spare)  # type: ignore[arg-type]  # one of click's choices
        name = held.keep(f"documents/label-{paper}.pdf", content)
        result.path = str((held.folder / name).absolute())
    if options.print:
        _hand_to_printer(held.folder / name)


def _hand_to_printer(path: Path) -> None:
    import shutil
    import subprocess

    program = shutil.which("lp") or shutil.which("lpr")
    if not program:
        raise Failed("There is no printing program (lp or lpr) here.", hint=f"print {path} by hand")
    done = subprocess.run([program, str(path)], capture_output=True, check=False, timeout=60)  # noqa: S603 - found on PATH, a fixed argument list
    if done.returncode:
        words = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise Failed(
            f"Printing failed: {words[0] if words else 'no reason given'}.", hint=f"print {path} by hand"
        )


def _result(app: App, held: Return, told: Told) -> LabelResult:
    label = held.state.label
    expired = bool(label and label.valid_until and held.now().date() > date.fromisoformat(label.valid_until))
    return standing.result(
        LabelResult,
        app,
        held,
        STEP,
        told,
        path=str((held.folder / label.file).absolute()) if label and label.file else None,
        carrier=label.carrier if label else None,
        tracking_number=label.tracking_number if label else None,
        source=label.source if label else None,
        state=("expired" if expired else label.state) if label else None,
        valid_until=label.valid_until if label else None,
        label_due=held.state.label_due if label is None else None,
    )
