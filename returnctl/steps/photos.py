"""Step 2: put each picture to its view, judge it, keep what passes, and send the set once it is whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from returnctl import asking, conversation, doubts, handover, likeness, received, standing, verdicts
from returnctl.app import App
from returnctl.choosing import Choice, choose
from returnctl.conversation import Saying
from returnctl.digest import hex_of
from returnctl.errors import Refused
from returnctl.evidence.judge import Judgement
from returnctl.evidence.problems import NOT_OVERRULABLE
from returnctl.marketplaces.base import Upload
from returnctl.output import Table
from returnctl.result import Result
from returnctl.returns import devices, policy, progress
from returnctl.returns.events import PhotoKept, ViewLeftOut
from returnctl.returns.files import write_atomic
from returnctl.returns.held import Return
from returnctl.returns.reference import Reference
from returnctl.uploads import say_encoded

STEP = "photos"


class Options(Choice, frozen=True, kw_only=True):
    """`accept` are codes and views that a person takes as they are."""

    accept: tuple[str, ...] = ()
    keep_time: bool = False
    originals: bool = True
    sheet: Path | None = None
    ask: bool = False


class PhotosResult(Result, kw_only=True):
    photos: tuple[verdicts.Photo, ...] = ()
    missing: tuple[str, ...] = ()
    unassigned: tuple[str, ...] = ()
    reply_due: str | None = None
    messages: int = 0

    def for_people(self) -> Iterable[str | Table]:
        yield from self.plan()
        yield from verdicts.table(self.photos)
        if self.missing:
            yield f"Still missing: {', '.join(self.missing)}"
        if self.sent and self.role == "seller":
            yield "The buyer was asked."
        elif self.sent:
            yield f"Sent to the seller in {self.messages} message{'s' if self.messages > 1 else ''}."
        elif not (self.missing or self.dry_run):
            yield "The set is complete."


class CheckResult(Result, kw_only=True):
    """What `photos --check` finds, without any return."""

    device: str
    photos: tuple[verdicts.Photo, ...] = ()
    missing: tuple[str, ...] = ()
    unassigned: tuple[str, ...] = ()

    def for_people(self) -> Iterable[str | Table]:
        yield from verdicts.table(self.photos)
        if self.missing:
            yield f"Missing: {', '.join(self.missing)}"


def check(app: App, kind: str, options: Options, held: Return | None = None) -> CheckResult:
    """Judge pictures only: the ones given, or at the seller's desk those that the buyer of a return sent.

    Raises Refused, with the result, where a picture is rejected or a view is missing.
    """
    assignment = choose(app, kind, _from_buyer(held, options, known=()) if held else options)
    judged = app.eyes.judge_set(assignment.by_view)
    if options.sheet:
        _draw_sheet(app, judged, f"Photos of a {kind}", options.sheet)
    missing = tuple(
        view for view in devices.views(kind) if view not in judged and view not in options.without
    )
    result = CheckResult(
        device=kind,
        photos=tuple(map(verdicts.photo, judged.values())),
        missing=missing,
        unassigned=tuple(str(path) for path in assignment.unassigned),
    )
    _check_passes(judged, options, result)
    if missing:
        raise Refused(
            f"The set is not complete: {', '.join(missing)} missing.",
            hint="add them, or --without VIEW for one that can't be taken",
            result=result,
        )
    return result


def run(app: App, reference: Reference, options: Options) -> PhotosResult:
    """Judge, keep what passes, and send what the seller does not have yet, once the set is whole."""
    judged: dict[str, Judgement] = {}
    others: list[str] = []
    with standing.working(app, reference, lambda held: _result(app, held, judged, others)) as held:
        standing.check_open(app, held)
        doubts.settle(app, held, "open", STEP)
        if app.options.done and not (options.files or options.explicit):
            handover.confirm(held, STEP)
            return _result(app, held)
        known = () if app.options.again else tuple(held.state.sent.get(STEP, ()))
        chosen = _from_buyer(held, options, known)
        assignment = choose(app, held.state.device.kind, chosen)
        others += map(str, assignment.unassigned)
        judged |= app.eyes.judge_set(assignment.by_view, known=likeness.known(held))
        if options.sheet:
            market = held.state.market
            _draw_sheet(app, judged, f"Order {held.state.order}", options.sheet, market=market)
        with asking.instead(app, held, options.ask, lambda: _to_retake(held, judged, options)):
            fresh = _keep(app, held, judged, chosen)
            _check_passes(judged, options, _result(app, held, judged, others))
            return _send(app, held, judged, fresh, others)


def _from_buyer(held: Return, options: Options, known: tuple[str, ...]) -> Options:
    """At the seller's desk, where no file is given: what `pull` brought, without the views that are known."""
    if held.state.role != "seller" or options.files or options.explicit:
        return options
    named, others = received.by_view(held, held.state.views, known)
    if options.in_order:
        return replace(options, files=(*named.values(), *others), originals=False)
    return replace(options, explicit=named, files=tuple(others), ignore_others=True, originals=False)


def _to_retake(held: Return, judged: Mapping[str, Judgement], options: Options) -> list[str]:
    """What the buyer has to do about the pictures: which to take again and how, which to take at all."""
    missing = [view for view in progress.missing_views(held.state) if view not in judged]
    return asking.retake_words(held.state.order, judged.values(), options.accept, missing)


def _send(
    app: App,
    held: Return,
    judged: Mapping[str, Judgement],
    fresh: Mapping[str, bytes],
    others: Sequence[str],
) -> PhotosResult:
    kept = {view: photo.sha256 for view, photo in held.state.photos.items()}
    kept |= {view: hex_of(content) for view, content in fresh.items()}
    known = {*kept, *held.state.sent.get(STEP, {}), *held.state.left_out}
    missing = tuple(view for view in held.state.views if view not in known)
    if missing:
        raise Refused(
            f"The set is not complete, so nothing was sent: {', '.join(missing)} missing.",
            hint="give the rest only, the others are kept; --without VIEW records that one can't be taken",
            result=_result(app, held, judged, others, missing=missing),
        )
    to_send = conversation.changes(held.state, STEP, kept, again=app.options.again)
    waiting = [item for item in held.state.waiting if item.covers.step == STEP]
    told = conversation.Told()
    if to_send and to_send != {k: v for item in waiting for k, v in item.covers.items.items()}:
        told = conversation.tell(app, held, _saying(held, to_send, fresh))
    elif waiting and app.options.done:
        handover.confirm(held, STEP)
    result = _result(app, held, judged, others, told, missing=())
    standing.finish(app, held, STEP, result)
    return result


def _saying(held: Return, to_send: Mapping[str, str], fresh: Mapping[str, bytes]) -> Saying:
    order = (*held.state.views, *sorted(to_send))
    views = sorted(to_send, key=order.index)
    left_out = f"\nNot possible to take: {', '.join(held.state.left_out)}." if held.state.left_out else ""
    return Saying(
        step=STEP,
        text=f"Photos of the device for order {held.state.order}: {', '.join(views)}.{left_out}",
        items=dict(to_send),
        files=tuple(
            Upload(
                name=f"{view}.jpg",
                media_type="image/jpeg",
                content=fresh[view] if view in fresh else held.read(held.state.photos[view].file),
            )
            for view in views
        ),
        file_items=tuple(views),
    )


def _keep(app: App, held: Return, judged: Mapping[str, Judgement], options: Options) -> dict[str, bytes]:
    """Keep the clean copies of what passes, and record what a person decided. Returns the new copies, by view.

    Raises Refused, with everything as it was, where the seller has another picture of a view.
    """
    new = [judgement for judgement in judged.values() if judgement.passes(options.accept)]
    new = [judgement for judgement in new if not _is_kept(held, judgement)]
    copies = {
        judgement.view: app.eyes.clean_copy(Path(judgement.file), keep_time=options.keep_time)
        for judgement in new
    }
    for judgement in new:
        if copies[judgement.view].source_sha256 != judgement.sha256:
            raise Refused(
                f"{Path(judgement.file).name} changed while it was looked at.", hint="run the command again"
            )
    say_encoded(app, copies)
    fresh = {view: copy.data for view, copy in copies.items()}
    hashes = {view: hex_of(data) for view, data in fresh.items()}
    conversation.changes(held.state, STEP, hashes, again=app.options.again)
    if app.options.dry_run:
        return fresh
    events: list[PhotoKept | ViewLeftOut] = []
    for judgement in new:
        view, source = judgement.view, Path(judgement.file)
        events.append(
            PhotoKept(
                view=view,
                file=held.keep(f"photos/{view}.jpg", fresh[view]),
                sha256=hashes[view],
                original=held.keep_original(source, source.read_bytes()) if options.originals else None,
                original_sha256=copies[view].source_sha256,
                verdict=judgement.verdict,
                problems=verdicts.problems(judgement),
                fingerprint=msgspec.to_builtins(judgement.fingerprint),
                accepted=tuple(word for word in options.accept if _overrules(word, judgement)),
            )
        )
    left_out = [view for view in options.without if view not in (*judged, *held.state.left_out)]
    events += [ViewLeftOut(view=view) for view in left_out]
    if events:
        held.note(*events)
    return fresh


def _is_kept(held: Return, judgement: Judgement) -> bool:
    before = held.state.photos.get(judgement.view)
    return before is not None and before.original_sha256 == judgement.sha256


def _draw_sheet(
    app: App, judged: Mapping[str, Judgement], title: str, path: Path, *, market: str | None = None
) -> None:
    """A page with all pictures of this call, to look at; nothing else depends on it."""
    from returnctl.documents.sheet import contact_sheet

    pictures = []
    for view, judgement in judged.items():
        source = Path(judgement.file)
        pictures.append((view, judgement.verdict, source.read_bytes() if source.is_file() else b""))
    if app.options.dry_run:
        return
    paper = policy.policy(market).paper if market else "a4"
    write_atomic(path.absolute(), contact_sheet(pictures, title, paper=paper))
    app.say(f"Contact sheet: {path}")


def _overrules(word: str, judgement: Judgement) -> bool:
    return word == judgement.view or any(problem.code == word for problem in judgement.problems)


def _check_passes(judged: Mapping[str, Judgement], options: Options, result: Result) -> None:
    bad = [judgement for judgement in judged.values() if not judgement.passes(options.accept)]
    if not bad:
        return
    first = next(problem for problem in bad[0].problems if problem.severity == "reject")
    more = f" (and {len(bad) - 1} more)" if len(bad) > 1 else ""
    raise Refused(
        f"{bad[0].view}: {first.message}{more}",
        hint="take it again; nothing was sent"
        + ("" if first.code in NOT_OVERRULABLE else f". `--accept {first.code}` takes it as it is"),
        result=result,
    )


def _result(
    app: App,
    held: Return,
    judged: Mapping[str, Judgement] | None = None,
    others: Sequence[str] = (),
    told: conversation.Told | None = None,
    missing: tuple[str, ...] | None = None,
) -> PhotosResult:
    return standing.result(
        PhotosResult,
        app,
        held,
        STEP,
        told,
        photos=tuple(map(verdicts.photo, (judged or {}).values())),
        missing=progress.missing_views(held.state) if missing is None else missing,
        unassigned=tuple(others),
        reply_due=None if held.state.attachments_open else held.state.reply_due,
        messages=told.messages if told else 0,
    )
