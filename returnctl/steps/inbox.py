"""The seller's inbox: each Care folder with what the buyer asks for, what is missing, and until when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from msgspec import Struct

from returnctl import desk, opening, proposals
from returnctl.app import App
from returnctl.carriers.reading import moment
from returnctl.desk import Found
from returnctl.marketplaces.backmarket import BackMarket
from returnctl.marketplaces.backmarket_cases import chosen_label
from returnctl.marketplaces.backmarket_values import CareMessage
from returnctl.marketplaces.backmarket_words import wish_of, word
from returnctl.output import Table, days_left
from returnctl.result import Result
from returnctl.returns import policy, progress
from returnctl.returns.events import Device
from returnctl.returns.policy import Policy
from returnctl.returns.state import State
from returnctl.settings import Profile

#: Folders are read side by side: each takes several answers of a service far away.
READERS = 6
STATES = {"open": 0, "closed": 9, "all": None}
#: What a buyer has to send, in the order of the steps.
EVIDENCE = ("photos", "imei", "disconnect-proof")

_PICTURE = (".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif")


class Options(Struct, frozen=True, kw_only=True):
    """`since` keeps the folders that somebody has written in after it."""

    state: str = "open"
    since: datetime | None = None


class Waiting(Struct, frozen=True, kw_only=True, rename={"return_": "return"}):
    """A folder. `issue` is the marketplace's word; `lacks` are steps; `due` is when the one it waits on is due."""

    return_: str
    case: str
    open: bool
    device: Device
    issue: str | None
    wish: str | None
    warranty_answer: str | None
    last_message_at: str | None
    waiting_on: str
    lacks: tuple[str, ...]
    due: str | None
    directory: str | None


class InboxResult(Result, kw_only=True):
    returns: tuple[Waiting, ...] = ()
    today: str = ""

    def document(self) -> dict[str, object]:
        content = super().document()
        del content["today"]
        return content

    def for_people(self) -> Iterable[str | Table]:
        if not self.returns:
            yield "Nothing in the inbox."
            return
        rows = [_row(one, date.fromisoformat(self.today)) for one in self.returns]
        yield Table(("return", "device", "issue", "wish", "warranty", "waits on", "lacks", "due"), rows)


def run(app: App, options: Options) -> InboxResult:
    """Read the folders, the most urgent first. Raises Refused for a buyer's profile."""
    profile = app.chosen_profile()
    marketplace = desk.sellers(app.marketplace(profile), profile.name)
    now = app.now(profile)
    cases = [one.case for one in marketplace.folders(state=STATES[options.state], since=options.since)]
    returns = [_waiting(app, profile, found, now) for found in _read(marketplace, cases)]
    returns.sort(key=lambda one: (one.due is None, moment(one.due), moment(one.last_message_at)))
    return InboxResult(role="seller", returns=tuple(returns), today=now.date().isoformat())


def _read(marketplace: BackMarket, cases: list[str]) -> list[Found]:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(max_workers=READERS) as readers:
        return list(readers.map(lambda case: desk.look(marketplace, case), cases))


def _waiting(app: App, profile: Profile, found: Found, now: datetime) -> Waiting:
    folder, line = found.folder, found.line
    reference = desk.known(app, folder.order, folder.case)
    state = app.workspace.state(reference) if reference else None
    device = state.device if state else Device(kind=line.kind, brand=line.brand, model=line.model)
    rules = desk.rules(found.order, profile)
    waiting_on = _waiting_on(folder.messages)
    return Waiting(
        return_=str(reference or desk.name_for(app, found)),
        case=folder.case,
        open=folder.open,
        device=device,
        issue=", ".join(folder.issues) or None,
        wish=wish_of(folder.resolution),
        warranty_answer=word(folder.warranty) or None,
        last_message_at=folder.last_message_at,
        waiting_on=waiting_on,
        lacks=_lacks(found, device, rules, state),
        due=_due(found, rules, state, waiting_on, now) if folder.open else None,
        directory=str(app.workspace.folder(reference).absolute()) if reference else None,
    )


def _waiting_on(messages: Iterable[CareMessage]) -> str:
    """Who has to write next: whoever did not write last. A new case waits on the seller."""
    authors = [one.author for one in messages if one.author in ("buyer", "seller") and not one.informative]
    return "buyer" if authors and authors[-1] == "seller" else "seller"


def _lacks(found: Found, device: Device, rules: Policy, state: State | None) -> tuple[str, ...]:
    """The steps that are not done: by our record where there is one, else by what the conversation seems to hold."""
    if state:
        standing = progress.steps(state)
        done = {name for name, step in standing.items() if step.state in ("done", "not-needed", "skipped")}
        return tuple(step for step in (*EVIDENCE, "label") if step not in done)
    said = [message for message in found.folder.messages if message.author == "buyer"]
    pictures = sum(file.name.lower().endswith(_PICTURE) for message in said for file in message.files)
    asked = opening.asked_for(device, rules, "seller")
    views = len(asked["views"])
    label = chosen_label(found.folder)
    has = {
        "photos": pictures >= views,
        "imei": not asked["needed"]["imei"] or any(proposals.imeis(message.text) for message in said),
        "disconnect-proof": not asked["needed"]["disconnect-proof"] or pictures > views,
        "label": found.case.label is not None and (label is None or label.state != "EXPIRED"),
    }
    return tuple(step for step, there in has.items() if not there)


def _due(found: Found, rules: Policy, state: State | None, waiting_on: str, now: datetime) -> str | None:
    """When the seller has to have answered; or until when the buyer can send the device."""
    if waiting_on == "seller":
        asked = [message.at for message in found.folder.messages if message.author == "buyer" and message.at]
        since = asked[-1] if asked else found.folder.opened_at
        if since is None:
            return None
        local = datetime.fromisoformat(since).astimezone(now.tzinfo)
        return policy.reply_due(local, rules).isoformat()
    if state:
        return progress.deadline(state)
    label = chosen_label(found.folder)
    if label and label.at and label.state == "ALIVE":
        return policy.label_ends(label.at, rules)
    return None


def _row(one: Waiting, today: date) -> tuple[object, ...]:
    device = " ".join(part for part in (one.device.brand, one.device.model) if part) or one.device.kind
    due = days_left((date.fromisoformat(one.due[:10]) - today).days) if one.due else ""
    return (
        one.return_,
        device,
        one.issue,
        one.wish,
        one.warranty_answer,
        one.waiting_on,
        ", ".join(one.lacks),
        due,
    )
