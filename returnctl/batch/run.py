"""A whole batch: rows read and checked, worked on by deadline, reported. Resuming is running it again."""

from __future__ import annotations

import contextlib
import functools
import sys
import uuid
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal

from msgspec import Struct, field
from msgspec.structs import replace

from returnctl import output, rubbish
from returnctl.app import App
from returnctl.batch import engine, source
from returnctl.batch.ending import put_off
from returnctl.batch.engine import Engine, Flow
from returnctl.batch.outcome import Outcome
from returnctl.batch.progress import Progress
from returnctl.batch.purse import Purse
from returnctl.batch.report import Report, as_row
from returnctl.batch.rows import Bad, Columns, Rows
from returnctl.batch.work import Desk, Setup, chunk, work
from returnctl.errors import Declined, Pending, SomeFailed, Usage
from returnctl.output import Table
from returnctl.result import Result, Would

if TYPE_CHECKING:
    from returnctl.batch.forecast import ForecastResult

#: Failures that the result holds; the report holds all.
MOST_FAILURES = 1_000
EngineName = Literal["threads", "processes", "dask"]


class Options(Struct, frozen=True, kw_only=True):
    """`steps` None: those that the columns name. `most` and `assumed` are --max-spend and --assume-price."""

    steps: tuple[str, ...] | None = None
    jobs: int = 16
    engine: EngineName = "threads"
    scheduler: str | None = None
    buy: bool = False
    most: Decimal | None = None
    assumed: Decimal | None = None
    fail_fast: bool = False
    in_doubt: int = 10
    report: Path | None = None


class Plan(Struct, frozen=True, kw_only=True, rename={"return_": "return"}):
    """What a dry run found for one return."""

    return_: str
    deadline: str | None
    would: tuple[Would, ...]


class BatchResult(Result, kw_only=True):
    """`returns` counts the rows: those `left` were not begun. `failures` are the first thousand; the report has all."""

    returns: int = 0
    done: int = 0
    pending: int = 0
    failed: int = 0
    left: int = 0
    failures: list[dict[str, object]] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)
    report: str | None = None

    def document(self) -> dict[str, object]:
        content = super().document()
        if not self.dry_run:
            del content["plans"]
        return content

    def for_people(self) -> Iterable[str | Table]:
        if self.failures:
            rows = [(one["return"], one["step"], one["exit"], one["message"]) for one in self.failures]
            yield Table(("return", "step", "exit", "what to do"), rows)
        if self.failed > len(self.failures):
            yield f"… and {self.failed - len(self.failures)} more."
        parts = [f"{self.done} {'planned' if self.dry_run else 'done'}"]
        parts += [f"{self.pending} waiting"] if self.pending else []
        parts += [f"{self.failed} failed"] if self.failed else []
        parts += [f"{self.left} not begun"] if self.left else []
        yield f"{self.returns} return{'s' if self.returns != 1 else ''}: {', '.join(parts)}."
        if self.report:
            yield f"Report: {self.report}"


def foretell(app: App, columns: Columns, file: str, options: Options) -> ForecastResult:
    """How long it would take. Raises Usage for a fault of the file."""
    from returnctl.batch import forecast

    with _checked(app, columns, file, options) as rows:
        return forecast.run(app, rows)


@contextlib.contextmanager
def _checked(app: App, columns: Columns, file: str, options: Options) -> Iterator[Rows]:
    with Rows(columns, app.workspace, app.chosen_profile(), options.steps) as rows:
        with _opened(file) as stream:
            rows.check(source.read(stream, _name(file)))
        yield rows


def run(app: App, columns: Columns, file: str, options: Options) -> BatchResult:
    """Work on every row. Raises SomeFailed or Pending, with the result; Usage before anything is sent."""
    with _checked(app, columns, file, options) as rows:
        if options.report and file != "-" and options.report.exists() and options.report.samefile(file):
            raise Usage("--report is the file of the rows itself.", hint="give the report a name of its own")
        setup = _setup(app, options, yes=_agreed(app, rows, options))
        purse = Purse(app.workspace.root, setup.run, options.most, options.assumed)
        if options.buy and not app.options.dry_run:
            purse.begin(rows.spent)
        try:
            return _work(app, rows, setup, options)
        finally:
            if options.buy and not app.options.dry_run:
                purse.end()


def _name(file: str) -> str:
    return "standard input" if file == "-" else file


@contextlib.contextmanager
def _opened(file: str) -> Iterator[IO[bytes]]:
    if file == "-":
        if sys.stdin is None or sys.stdin.isatty():
            raise Usage(
                "`-` reads the rows from standard input, and nothing is piped into it.",
                hint="such as `returnctl inbox --json | returnctl batch -`",
            )
        yield sys.stdin.buffer
        return
    try:
        stream = Path(file).open("rb")  # noqa: SIM115 - closed below; only the opening is to be explained
    except OSError as error:
        raise Usage(
            f"{file}: {(error.strerror or 'unreadable').lower()}.", hint="give a file, or -"
        ) from None
    with stream:
        try:
            yield stream
        except IsADirectoryError:
            raise Usage(f"{file} is a folder.", hint="give a file of rows, or -") from None


def _agreed(app: App, rows: Rows, options: Options) -> bool:
    """The person's word for the whole batch; without a terminal it is --yes, and only a purchase needs one."""
    if app.options.yes or app.options.dry_run or not len(rows):
        return app.options.yes
    steps = ", ".join(step for step in _ordered(rows.steps))
    spend = f", and spend up to {options.most} on labels" if options.buy else ""
    if not (app.may_ask or options.buy):
        return False
    if not app.confirm(f"Work on {len(rows)} returns ({steps}){spend}?"):
        raise Declined("Nothing was sent.")
    return True


def _ordered(steps: Iterable[str]) -> list[str]:
    from returnctl.vocabulary import STEPS

    return [step for step in STEPS if step in steps]


def _setup(app: App, options: Options, *, yes: bool) -> Setup:
    of_rows = replace(
        app.options,
        json=False,
        quiet=True,
        no_input=True,
        yes=yes,
        order=None,
        workspace=app.workspace.root.absolute(),
        profile=app.options.profile,
    )
    return Setup(run=uuid.uuid4().hex[:12], options=of_rows, most=options.most, assumed=options.assumed)


# -- the work itself -------------------------------------------------------------------------------------------------


class _Tally:
    """What has come in so far, and when to stop."""

    def __init__(self, app: App, rows: Rows, options: Options, report: Report) -> None:
        self._app = app
        self._options = options
        self._report = report
        self._doubts = 0
        self.progress = Progress(len(rows), shown=not (app.options.quiet or app.options.json))
        self.stopped = ""
        self.result = BatchResult(returns=len(rows) + len(rows.bad), dry_run=app.options.dry_run)
        for bad in rows.bad:
            self._fail(_unusable(bad))

    def add(self, one: Outcome) -> None:
        self.progress.add(one)
        self.result.sent = self.result.sent or one.sent
        if one.failed:
            self._fail(one)
        else:
            self._report.add(one)
        self.result.done = self.progress.done
        self.result.pending = self.progress.pending
        if one.would:
            self._plan(one)
        self._doubts += one.doubt
        if self._doubts > self._options.in_doubt:
            self.stopped = f"{self._doubts} purchases have no known outcome"
        if one.failed and self._options.fail_fast:
            self.stopped = f"{one.name} failed (--fail-fast)"

    def _fail(self, one: Outcome) -> None:
        self._report.add(one)
        self.result.failed += 1
        if len(self.result.failures) < MOST_FAILURES:
            self.result.failures.append(as_row(one))

    def _plan(self, one: Outcome) -> None:
        plan = Plan(return_=one.name, deadline=one.due, would=one.would)
        if self._app.options.json:
            self.result.plans.append(plan)
        elif not self._app.options.quiet:
            self.progress.end()  # the plan begins on a line of its own; the next row shows it again
            output.lines(_plan_lines(plan))


def _plan_lines(plan: Plan) -> Iterator[str]:
    yield f"{plan.return_}{f', on its way by {plan.deadline[:10]}' if plan.deadline else ''}:"
    for would in plan.would:
        where = f" ({f'{would.method} {would.target}'.strip()})" if would.target else ""
        cost = f", {would.cost['amount']} {would.cost['currency']}" if would.cost else ""
        files = f": {', '.join(would.files)}" if would.files else ""
        yield f"  would {would.summary}{where}{cost}{files}"


def _unusable(bad: Bad) -> Outcome:
    return Outcome(
        line=bad.line,
        name=bad.name or f"line {bad.line}",
        exit=2,
        code="usage",
        message=f"Line {bad.line}: {bad.message}",
        hint=bad.hint,
    )


def _work(app: App, rows: Rows, setup: Setup, options: Options) -> BatchResult:
    report = Report(options.report)
    tally = _Tally(app, rows, options, report)
    try:
        if not (options.fail_fast and rows.bad):
            with rubbish.often_for_now(), _engine(rows, setup, options) as chosen:
                _drive(app, Flow(chosen, tally.progress.tick), rows, tally)
    finally:
        tally.progress.end()
        result = tally.result
        result.would = tuple(would for plan in result.plans for would in plan.would)
        result.left = result.returns - result.done - result.pending - result.failed
        report.close()
    if options.report:
        result.report = str(options.report)
    return _judged(result, tally.stopped)


def _drive(app: App, flow: Flow, rows: Rows, tally: _Tally) -> None:
    with put_off(flow.leave) as signalled:
        try:
            for one in flow.outcomes(rows.by_deadline()):
                tally.add(one)
                if tally.stopped:
                    flow.stop()
        except BaseException:  # a full disk under the report, a defect: what is in flight is not left alone
            signalled.enough = True
            _finish(app, flow, tally)
            raise
        if signalled.number is not None:
            _finish(app, flow, tally)
            signalled.act()


def _finish(app: App, flow: Flow, tally: _Tally) -> None:
    """Let what is in flight end, and say how to go on."""
    flow.stop()
    tally.progress.end()
    if flow.in_flight:
        app.say(f"Finishing what is in flight ({flow.in_flight}); Ctrl-C again leaves at once.")
    for one in flow.rest():
        tally.add(one)
    tally.progress.end()
    app.say(f"Worked on so far: {tally.progress.finished}. The same command goes on with the rest.")


def _judged(result: BatchResult, stopped: str) -> BatchResult:
    if result.failed or stopped:
        why = f" Stopped: {stopped}." if stopped else ""
        raise SomeFailed(
            f"{result.failed} of {result.returns} returns failed.{why}",
            hint="mend these rows and run the same command again: what is done is not done twice",
            result=result,
        )
    if result.pending:
        raise Pending(
            f"{result.pending} of {result.returns} returns wait for somebody.",
            hint="run the same command again later: what is done is not done twice",
            result=result,
        )
    return result


@contextlib.contextmanager
def _engine(rows: Rows, setup: Setup, options: Options) -> Iterator[Engine]:
    ahead = not (options.buy or options.fail_fast)
    if options.engine == "threads":
        with (
            contextlib.closing(Desk(setup, at_once=options.jobs)) as desk,
            engine.threads(lambda row: work(desk, row), options.jobs, ahead=ahead) as chosen,
        ):
            yield chosen
        return
    if options.engine == "processes":
        from returnctl.batch.processes import processes

        with processes(setup, options, ahead=ahead) as chosen:
            yield chosen
        return
    from returnctl.batch import cluster

    with cluster.engine(functools.partial(chunk, setup), options, len(rows)) as chosen:
        yield chosen
