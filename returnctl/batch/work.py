"""One row through its steps. The same code in every engine; a second run of it is a no-op by the return's record."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from returnctl.app import App, Options
from returnctl.batch import left
from returnctl.batch.outcome import Outcome
from returnctl.batch.purse import Purse
from returnctl.batch.rows import Row
from returnctl.errors import DiskTrouble, NotFound, Pending, ReturnctlError
from returnctl.pace import Turns
from returnctl.result import Result, Would
from returnctl.returns import files, progress
from returnctl.returns.reference import Reference
from returnctl.returns.state import State
from returnctl.vocabulary import STEPS

if TYPE_CHECKING:
    from returnctl.carriers.base import Money
    from returnctl.evidence.eyes import Eyes
    from returnctl.marketplaces.base import Marketplace
    from returnctl.settings import Profile

#: What can't be done before the label has come.
_AFTER_LABEL = ("ship", "track")


class Setup(Struct, frozen=True, kw_only=True):
    """What a worker is told of the whole batch; on another machine the rest comes from its own configuration.

    `run` is the batch's own name: a worker that lives long begins anew with each. `most` is --max-spend.
    """

    run: str
    options: Options
    most: Decimal | None = None
    assumed: Decimal | None = None


class Desk(App):
    """What the steps of a batch work with; may be shared between threads. Nobody is spoken to or asked."""

    def __init__(self, setup: Setup, at_once: int | None = None) -> None:
        """`at_once` is how many requests may be on their way together."""
        super().__init__(setup.options)
        self.gate = Turns(at_once) if at_once else None
        self._shared: dict[str, Marketplace] = {}
        if not setup.options.dry_run:
            files.ensure_folder(
                self.workspace.root / ".returnctl"
            )  # where the pace is kept, before the first request
        self._purse = Purse(self.workspace.root, setup.run, setup.most, setup.assumed)

    def say(self, text: str) -> None:
        """Nothing: what the steps say is for one return."""

    def warn(self, text: str) -> None:
        """Nothing, as `say`: the record holds what matters."""

    @functools.cached_property
    def eyes(self) -> Eyes:
        """Many strangers' pictures: in a process with little memory and time."""
        from returnctl.evidence.eyes import Apart

        return Apart()

    def close(self) -> None:
        """Let go of the processes that look at pictures, where there are any."""
        if "eyes" in self.__dict__:
            self.eyes.close()

    def spend(self, price: Money | None) -> None:
        self._purse.take(price)

    def marketplace(self, profile: Profile) -> Marketplace:
        """One client for all rows where it remembers nothing of a case."""
        if profile.marketplace != "returns-api":
            return super().marketplace(profile)
        if profile.name not in self._shared:
            self._shared[profile.name] = super().marketplace(profile)
        return self._shared[profile.name]


def chunk(setup: Setup, rows: Iterable[Row]) -> list[Outcome]:
    """Work on some rows, on another machine."""
    desk = _desk(setup)
    return [work(desk, row) for row in rows]


@functools.lru_cache(maxsize=4)
def _desk(setup: Setup) -> Desk:
    return Desk(setup)


def work(app: App, row: Row) -> Outcome:
    """The row's steps, one after the other, until one fails. Never raises but for what ends the process."""
    done = Outcome(line=row.line, name=row.name)
    for step in STEPS:
        if step not in row.wishes or (done.pending and step in _AFTER_LABEL):
            continue
        tried = _try(app, row, step)
        done = replace(
            tried,
            sent=done.sent or tried.sent,
            would=(*done.would, *tried.would),
            due=tried.due or done.due,
            **({} if tried.exit or not done.exit else _how(done)),
        )
        if done.failed:
            break
    return _with_record(app, row, done)


def _how(pending: Outcome) -> dict[str, Any]:
    """A row waits where one of its steps waits, whatever else could be done."""
    return {name: getattr(pending, name) for name in ("step", "exit", "code", "message", "hint")}


def _try(app: App, row: Row, step: str) -> Outcome:
    plain = Outcome(line=row.line, name=row.name, step=step)
    try:
        state = _state(app, row.reference)
        if state is None and app.options.dry_run and step != "open":
            return replace(plain, would=(_would_later(step, row.wishes[step]),))
        if state is not None and not app.options.again and left.is_done(state, step, row.wishes[step]):
            return plain
        result = _RUN[step](app, row.reference, row.wishes[step])
        return replace(plain, sent=result.sent, would=result.would, due=_due(result))
    except Pending as error:
        sent = error.result is not None and error.result.sent
        would = error.result.would if error.result else ()
        return replace(_failed(plain, error), sent=sent, would=would)
    except ReturnctlError as error:
        return _failed(plain, error)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return _failed(plain, DiskTrouble(f"{where}{(error.strerror or type(error).__name__).lower()}."))
    except Exception as error:  # noqa: BLE001 - one row's defect is said, and is not the others'
        return replace(
            plain, exit=70, code="defect", message=f"A defect in returnctl: {type(error).__name__}: {error}"
        )


def _failed(plain: Outcome, error: ReturnctlError) -> Outcome:
    return replace(plain, exit=error.exit, code=error.code, message=error.message, hint=error.hint)


def _state(app: App, reference: Reference) -> State | None:
    try:
        return app.workspace.state(app.workspace.find(reference))
    except NotFound:
        return None


def _due(result: Result) -> str | None:
    coverage = getattr(result, "coverage", None)
    return getattr(coverage, "window_ends", None)


def _would_later(step: str, wish: Any) -> Would:
    """In a dry run, for a return that is not open yet: what the step would be given."""
    given = [*getattr(wish, "files", ()), *getattr(wish, "explicit", {}).values()]
    given += (
        path for name in ("file", "inside", "outside", "receipt") if (path := getattr(wish, name, None))
    )
    names = (entry.name for path in given for entry in (sorted(path.iterdir()) if path.is_dir() else [path]))
    return Would(service="", method="", target="", summary=f"go on with {step}", files=tuple(names))


def _with_record(app: App, row: Row, done: Outcome) -> Outcome:
    """The outcome with what the record says now: number, price, next step, doubts."""
    try:
        found = app.workspace.find(row.reference)
        state = app.workspace.state(found)
    except (ReturnctlError, OSError):
        return done
    label = state.label
    following = progress.next_step(state, app.workspace.name(found))
    return replace(
        done,
        name=str(found),
        tracking_number=state.sent.get("ship", {}).get("tracking_number")
        or (label.tracking_number if label else None),
        price=label.price if label else None,
        next=" ".join(following.command) if following else None,
        due=progress.deadline(state) or done.due,
        doubt=any("bought" in doubt.covers.items for doubt in state.doubts),
    )


def _runs(step: str, name: str = "run") -> Callable[[App, Reference, Any], Result]:
    """The step's function; its room is entered when it is first used."""

    def run(app: App, reference: Reference, wish: Any) -> Result:
        import importlib

        module = importlib.import_module(f"returnctl.steps.{step.replace('-', '_')}")
        result: Result = getattr(module, name)(app, reference, wish)
        return result

    return run


_RUN = {step: _runs(step, "of_return" if step == "track" else "run") for step in STEPS}
