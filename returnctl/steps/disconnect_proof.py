"""Steps 4 and 5: the back-up on record, and the proof that the device's accounts are disconnected."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from returnctl import asking, conversation, doubts, handover, likeness, received, standing
from returnctl.app import App
from returnctl.conversation import Saying, Told
from returnctl.digest import hex_of
from returnctl.errors import Pending, Refused, Usage
from returnctl.evidence.copies import CleanCopy
from returnctl.evidence.judge import Judgement
from returnctl.marketplaces.base import Upload
from returnctl.output import Table
from returnctl.result import Result
from returnctl.returns import devices, progress
from returnctl.returns.events import BackedUp, ProofKept, ProofNotPossible
from returnctl.returns.held import Return
from returnctl.returns.reference import Reference
from returnctl.uploads import say_encoded
from returnctl.vocabulary import ACCOUNTS

STEP = "disconnect-proof"


class Options(Struct, frozen=True, kw_only=True):
    """`none` is why no account can be disconnected: never signed in, or the device is dead."""

    files: tuple[Path, ...] = ()
    account: str | None = None
    none: str | None = None
    backed_up: str | None = None
    originals: bool = True
    ask: bool = False


class Proof(Struct, frozen=True, kw_only=True):
    account: str
    file: str


class ProofResult(Result, kw_only=True):
    proofs: tuple[Proof, ...] = ()
    accounts_needed: tuple[str, ...] = ()
    accounts_missing: tuple[str, ...] = ()
    guide: tuple[str, ...] = ()

    def for_people(self) -> Iterable[str | Table]:
        yield from self.plan()
        yield from self.guide
        if not self.needed:
            yield "This device has no account that could lock it; no proof is asked for."
        for proof in self.proofs:
            yield f"Proof for {proof.account}: {proof.file}"
        if self.accounts_missing:
            yield f"Still to prove: {', '.join(self.accounts_missing)}"
        if self.sent:
            yield "The buyer was asked." if self.role == "seller" else "Sent to the seller."


class _Taken(Struct, frozen=True, kw_only=True):
    """A proof that passed: under which name it goes out, and what is kept of it."""

    name: str
    account: str
    source: Path
    copy: CleanCopy


def run(app: App, reference: Reference, options: Options) -> ProofResult:
    with standing.working(app, reference, lambda held: _result(app, held)) as held:
        standing.check_open(app, held)
        doubts.settle(app, held, "open", STEP)
        if options.backed_up and not app.options.dry_run and held.state.backed_up != options.backed_up:
            held.note(BackedUp(answer=options.backed_up))
        if options.none is not None:
            return _without_proof(app, held, options.none)
        chosen = _from_buyer(held, options)
        with asking.instead(app, held, options.ask, lambda: _to_ask(held), lambda: _result(app, held)):
            if not chosen.files:
                return _without_input(app, held, options)
            return _take(app, held, chosen)


def _from_buyer(held: Return, options: Options) -> Options:
    """At the seller's desk, where no file is given: the pictures that are named for an account, not recorded yet."""
    if held.state.role != "seller" or options.files:
        return options
    received.check_pulled(held)
    known = {proof.original_sha256 for proof in held.state.proofs}
    digests = held.state.received
    files = tuple(
        path
        for path, name in received.pictures(held)
        if _named(name) and digests.get(path.relative_to(held.folder).as_posix()) not in known
    )
    return replace(options, files=files, originals=False)


def _to_ask(held: Return) -> list[str]:
    missing = progress.missing_accounts(held.state)
    if not missing:
        return []
    guide = [line for account in missing for line in _guide(account)]
    return [f"Please disconnect the device of order {held.state.order} and show it:", *guide]


def _without_input(app: App, held: Return, options: Options) -> ProofResult:
    if app.options.done:
        handover.confirm(held, STEP)
    missing = progress.missing_accounts(held.state)
    guide = tuple(line for account in missing for line in _guide(account))
    result = _result(app, held, guide=guide)
    standing.finish(app, held, STEP, result)
    if not missing or options.backed_up or not result.needed:
        return result
    raise Pending(
        f"The proof is still to come: {', '.join(missing)}.",
        hint=f"then `returnctl disconnect-proof {held.name} PICTURE`",
        result=result,
    )


def _guide(account: str) -> Iterable[str]:
    title, steps = devices.guide(account)
    yield f"{title}:"
    yield from (f"  {number}. {step}" for number, step in enumerate(steps, 1))


def _without_proof(app: App, held: Return, reason: str) -> ProofResult:
    items = conversation.changes(held.state, STEP, {"none": reason}, again=app.options.again)
    if held.state.proof_not_possible != reason and not app.options.dry_run:
        held.note(ProofNotPossible(reason=reason))
    told = Told()
    if items and not _waits(held, items):
        text = f"The device of order {held.state.order}.\nNo account to disconnect: {reason}"
        told = conversation.tell(app, held, Saying(step=STEP, text=text, items=items))
    return _finish(app, held, told)


def _take(app: App, held: Return, options: Options) -> ProofResult:
    taken = [_judge(app, held, options, path) for path in options.files]
    state = held.state
    items = {proof.name: hex_of(proof.copy.data) for proof in taken}
    known = set(state.sent.get(STEP, {}).values())
    items = {name: value for name, value in items.items() if value not in known}
    to_send = conversation.changes(state, STEP, items, again=app.options.again)
    if not app.options.dry_run:
        _keep(held, taken, options)
    told = Told()
    if to_send and not _waits(held, to_send):
        uploads = [proof for proof in taken if proof.name in to_send]
        told = conversation.tell(app, held, _saying(held, uploads, to_send))
    return _finish(app, held, told)


def _finish(app: App, held: Return, told: Told) -> ProofResult:
    if app.options.done and not told.messages:
        handover.confirm(held, STEP)
    result = _result(app, held, told)
    standing.finish(app, held, STEP, result)
    return result


def _waits(held: Return, items: dict[str, str]) -> bool:
    return any(item.covers.step == STEP and item.covers.items == items for item in held.state.waiting)


def _judge(app: App, held: Return, options: Options, path: Path) -> _Taken:
    if not path.is_file():
        raise Usage(f"{path}: there is no such picture.", hint="give a screenshot or a photo of the screen")
    account = options.account or _account_of(held, path)
    judgement = app.eyes.judge_proof(path, others=likeness.known(held))
    _check(app, path, judgement)
    copy = app.eyes.clean_copy(path, keep_png=True)
    say_encoded(app, {path.name: copy})
    return _Taken(name=_name(held, account, copy), account=account, source=path, copy=copy)


def _check(app: App, path: Path, judgement: Judgement) -> None:
    for problem in judgement.problems:
        if problem.severity == "reject":
            raise Refused(f"{path.name}: {problem.message}", hint="take it again; nothing was sent")
        if problem.severity == "warn":
            app.warn(f"{path.name}: {problem.message}")


def _account_of(held: Return, path: Path) -> str:
    needed = held.state.accounts
    named = _named(received.name_of(held, path))
    if named:
        return named[0]
    if len(needed) == 1:
        return needed[0]
    missing = progress.missing_accounts(held.state)
    if len(missing) == 1:
        return missing[0]
    raise Usage(
        f"{path.name}: which account does it prove?",
        hint=f"--account {'|'.join(needed or ACCOUNTS)}, or name the file after it",
    )


def _named(name: str) -> list[str]:
    """The accounts that a file's name speaks of."""
    stem = name.rpartition(".")[0] or name
    return [account for account in ACCOUNTS if account in stem.lower().replace("_", "-")]


def _name(held: Return, account: str, copy: CleanCopy) -> str:
    """The proof's name, `<account>-<n>`: its old one if it is known, else the next free one."""
    digest = hex_of(copy.data)
    for known, value in held.state.sent.get(STEP, {}).items():
        if value == digest:
            return known
    numbers = []
    for proof in held.state.proofs:
        stem = proof.file.rpartition("/")[2].partition(".")[0]
        if proof.original_sha256 == copy.source_sha256:
            return stem
        if proof.account == account:
            numbers.append(int(stem.rpartition("-")[2]))
    return f"{account}-{max(numbers, default=0) + 1}"


def _keep(held: Return, taken: Iterable[_Taken], options: Options) -> None:
    known = {proof.original_sha256 for proof in held.state.proofs}
    for proof in taken:
        if proof.copy.source_sha256 in known:
            continue
        if options.originals:
            held.keep_original(proof.source, proof.source.read_bytes())
        held.note(
            ProofKept(
                account=proof.account,
                file=held.keep(f"proof/{proof.name}{proof.copy.extension}", proof.copy.data),
                sha256=hex_of(proof.copy.data),
                original_sha256=proof.copy.source_sha256,
            )
        )


def _saying(held: Return, taken: Iterable[_Taken], items: dict[str, str]) -> Saying:
    uploads = [
        Upload(
            name=f"{proof.name}{proof.copy.extension}",
            media_type="image/png" if proof.copy.extension == ".png" else "image/jpeg",
            content=proof.copy.data,
        )
        for proof in taken
    ]
    accounts = ", ".join(sorted({name.rpartition("-")[0] for name in items}))
    return Saying(
        step=STEP,
        text=f"Proof that the device of order {held.state.order} is disconnected ({accounts}).",
        items=items,
        files=tuple(uploads),
        file_items=tuple(upload.name.partition(".")[0] for upload in uploads),
    )


def _result(app: App, held: Return, told: Told | None = None, guide: tuple[str, ...] = ()) -> ProofResult:
    state = held.state
    return standing.result(
        ProofResult,
        app,
        held,
        STEP,
        told,
        proofs=tuple(Proof(account=proof.account, file=proof.file) for proof in state.proofs),
        accounts_needed=state.accounts,
        accounts_missing=progress.missing_accounts(state),
        guide=guide,
    )
