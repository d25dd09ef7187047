"""The end of a return, in a person's words."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

from returnctl import standing
from returnctl.app import App
from returnctl.errors import Refused, Usage
from returnctl.output import Table
from returnctl.result import Result
from returnctl.returns.events import Closed, Reopened
from returnctl.returns.reference import Reference
from returnctl.vocabulary import OUTCOMES

STEP = "close"


class Options(Struct, frozen=True, kw_only=True):
    outcome: str | None = None
    amount: str | None = None
    note: str | None = None


class CloseResult(Result, kw_only=True):
    outcome: str | None = None
    amount: str | None = None
    closed_at: str | None = None

    def for_people(self) -> Iterable[str | Table]:
        yield f"Return {self.return_}: {f'closed, {self.outcome}' if self.outcome else 'open again'}."


def run(app: App, reference: Reference, options: Options) -> CloseResult:
    if options.amount and not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,2})?", options.amount):
        raise Usage(f"--amount {options.amount[:20]}: not an amount.", hint="such as 389.00")
    with standing.working(app, reference, lambda held: standing.result(CloseResult, app, held, STEP)) as held:
        if app.options.reopen:
            if held.state.closed and not app.options.dry_run:
                held.note(Reopened())
        else:
            outcome = options.outcome or app.ask("How did it end?", "--outcome", choices=OUTCOMES)
            closed = Closed(outcome=outcome, amount=options.amount, note=options.note)
            if held.state.closed and held.state.closed != closed:
                raise Refused(
                    f"It was closed as {held.state.closed.outcome} before.",
                    hint="--reopen first, then close it anew",
                )
            if not held.state.closed and not app.options.dry_run:
                held.note(closed)
        state = held.state
        return standing.result(
            CloseResult,
            app,
            held,
            STEP,
            outcome=state.closed.outcome if state.closed else None,
            amount=state.closed.amount if state.closed else None,
            closed_at=state.closed_at,
        )
