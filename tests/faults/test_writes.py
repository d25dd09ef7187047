"""What is written at a marketplace is written once, whatever befalls the request: the same command again ends it."""

from __future__ import annotations

import pytest
from msgspec import Struct

from tests.commands.pictures import Pictures
from tests.commands.running import Names, Runner
from tests.commands.world import IMEI, NUMBER, Sandbox
from tests.faults.gate import Gate

OPEN = "open 10000001 --reason faulty --wants refund"


class Write(Struct, frozen=True, kw_only=True):
    """A command that writes. `counts` is what the ledger has once it is done, beyond what it had before."""

    line: str
    route: str
    counts: dict[str, int]
    before: tuple[str, ...] = (OPEN,)
    order: str = "10000001"


WRITES = {
    "opening": Write(line=OPEN, route="POST/v1/returns", counts={"returns": 1, "labels": 1}, before=()),
    "photos": Write(
        line="photos 10000001 {phone}",
        route="POST/v1/returns/*/messages",
        counts={"messages": 1, "attachments": 7},
    ),
    "imei": Write(line=f"imei 10000001 {IMEI}", route="POST/v1/returns/*/messages", counts={"messages": 1}),
    "proof": Write(
        line="disconnect-proof 10000001 {proof}",
        route="POST/v1/returns/*/messages",
        counts={"messages": 1, "attachments": 1},
    ),
    "no proof": Write(
        line="disconnect-proof 10000001 --none never",
        route="POST/v1/returns/*/messages",
        counts={"messages": 1},
    ),
    "message": Write(
        line="message 10000001 Hello.", route="POST/v1/returns/*/messages", counts={"messages": 1}
    ),
    "correction": Write(
        line="open 10000001 --wants exchange --again",
        route="POST/v1/returns/*/messages",
        counts={"messages": 1},
    ),
    "label": Write(
        line="label 10000010 --again",
        route="POST/v1/returns/*/label",
        counts={"labels": 1},
        before=("open 10000010 --reason faulty --wants repair",),
        order="10000010",
    ),
    "number": Write(
        line="ship 10000001 --battery ok --sent",
        route="PUT/v1/returns/*/tracking",
        counts={"tracking_numbers": 1},
        before=(OPEN, f"label 10000001 --number {NUMBER}"),
    ),
}
#: Those that judge no picture: quick enough for every fault.
LIGHT = ("opening", "message", "label", "number")
FAULTS = ("lost-answer", "drop", "500", "502", "503", "429")


def gained(sandbox: Sandbox, order: str, before: dict[str, int]) -> dict[str, int]:
    now = sandbox.ledger(order)
    return {name: now[name] - before[name] for name in now if now[name] != before[name]}


@pytest.fixture
def names(pictures: Pictures) -> Names:
    return {"phone": pictures.phone, "proof": pictures.phone / "disconnect-proof.png"}


def prepare(run_line: Runner, sandbox: Sandbox, write: Write, names: Names) -> dict[str, int]:
    for line in write.before:
        run_line(line, **names)
    return sandbox.ledger(write.order)


@pytest.mark.parametrize(
    ("write", "fault"),
    [
        pytest.param(write, fault, id=f"{name}-{fault}")
        for name, write in WRITES.items()
        for fault in (FAULTS if name in LIGHT else FAULTS[:3])
    ],
)
def test_the_same_command_again(
    run_line: Runner, sandbox: Sandbox, names: Names, write: Write, fault: str
) -> None:
    before = prepare(run_line, sandbox, write, names)
    sandbox.faults(f"{fault}@{write.route}:1x1")
    ran = run_line(f"{write.line} --json", 75, **names)
    assert ran.error["code"] == "unavailable"
    assert ran.error["hint"]
    assert gained(sandbox, write.order, before) == (write.counts if fault == "lost-answer" else {})

    again = run_line(f"{write.line} --json", **names)
    assert again.json["return"] == write.order
    assert gained(sandbox, write.order, before) == write.counts
    run_line(write.line, **names)
    assert gained(sandbox, write.order, before) == write.counts
    assert run_line(f"status {write.order} --json").json["returns"][0]["in_doubt"] == []


@pytest.mark.parametrize("fault", ["lost-answer", "drop", "500"])
@pytest.mark.parametrize("write", [WRITES[name] for name in LIGHT], ids=LIGHT)
def test_it_goes_wrong_three_times(
    run_line: Runner, sandbox: Sandbox, names: Names, write: Write, fault: str
) -> None:
    before = prepare(run_line, sandbox, write, names)
    sandbox.faults(f"{fault}@{write.route}:1x3")
    for _ in range(3):
        run_line(write.line, 75, **names)
    run_line(write.line, **names)
    assert gained(sandbox, write.order, before) == write.counts


@pytest.mark.parametrize("write", WRITES.values(), ids=list(WRITES))
def test_a_dry_run_of_something_in_doubt_sends_nothing(
    run_line: Runner, sandbox: Sandbox, names: Names, write: Write
) -> None:
    before = prepare(run_line, sandbox, write, names)
    sandbox.faults(f"drop@{write.route}:1x1")
    run_line(write.line, 75, **names)
    run_line(f"{write.line} --dry-run", **names)
    assert gained(sandbox, write.order, before) == {}


@pytest.mark.parametrize("handled", [True, False])
@pytest.mark.parametrize("write", WRITES.values(), ids=list(WRITES))
def test_the_sandbox_has_moved_to_another_port(
    run_line: Runner,
    sandbox: Sandbox,
    gate: Gate,
    names: Names,
    monkeypatch: pytest.MonkeyPatch,
    write: Write,
    handled: bool,
) -> None:
    """The same sandbox, by the instance in its file: what is in doubt there is settled there."""
    before = prepare(run_line, sandbox, write, names)
    method, _, path = write.route.partition("/")
    gate.cut(method, f"/{path}", handled=handled)
    run_line(write.line, 75, **names)
    monkeypatch.setenv("RETURNCTL_SANDBOX_URL", sandbox.url)
    run_line(write.line, **names)
    assert gained(sandbox, write.order, before) == write.counts


@pytest.mark.parametrize("handled", [True, False])
def test_the_second_of_two_messages(
    run_line: Runner, sandbox: Sandbox, gate: Gate, pictures: Pictures, handled: bool
) -> None:
    run_line(OPEN)
    further = " ".join(f"--view defect-{n}={{d{n}}}" for n in range(1, 5))
    views = ("back-case", "left-open", "right-open", "front-closed")
    names: Names = {f"d{n}": pictures.of("computer") / f"{view}.jpg" for n, view in enumerate(views, 1)}
    line = f"photos 10000001 {{phone}} {further} --json"
    gate.cut("POST", "/v1/returns/*/messages", handled=handled, nth=2)
    run_line(line, 75, phone=pictures.phone, **names)
    run_line(line, phone=pictures.phone, **names)
    assert (sandbox.ledger()["messages"], sandbox.ledger()["attachments"]) == (2, 11)


class TestReading:
    """Nothing is written, so nothing is in doubt: the same command simply goes on."""

    @pytest.mark.parametrize("line", [OPEN, "label 10000001", "messages 10000001"])
    def test_is_tried_again_at_once(self, run_line: Runner, sandbox: Sandbox, line: str) -> None:
        if line != OPEN:
            run_line(OPEN)
        sandbox.faults("503@GET/v1/*:1x2,drop@GET/v1/*:1x1,retry-after:0")
        run_line(line)

    @pytest.mark.parametrize("line", [OPEN, "label 10000001", "messages 10000001", "track 10000001"])
    def test_stays_unavailable(self, run_line: Runner, sandbox: Sandbox, line: str) -> None:
        if line != OPEN:
            run_line(OPEN)
        if line == "track 10000001":
            run_line(f"label 10000001 --number {NUMBER}")
        sandbox.faults("503@GET*,500@/ups/*,retry-after:0")
        ran = run_line(f"{line} --json", 75)
        assert (ran.error["code"], ran.stdout) == ("unavailable", "")
        sandbox.faults("none")
        run_line(line)
        assert sandbox.ledger()["returns"] == 1

    def test_long_waits_are_left_to_the_user(self, run_line: Runner, sandbox: Sandbox) -> None:
        sandbox.faults("429@GET/v1/*,retry-after:3600")
        error = run_line(f"{OPEN} --json", 75).error
        assert "3600" in error["hint"]


class TestRefusals:
    """A service that says no has done nothing: no doubt is left."""

    @pytest.mark.parametrize(
        ("status", "exit"),
        [("400", 6), ("401", 4), ("403", 4), ("404", 5), ("409", 6), ("413", 6), ("422", 6)],
    )
    @pytest.mark.parametrize(
        "write",
        [WRITES["opening"], WRITES["message"], WRITES["number"]],
        ids=["opening", "message", "number"],
    )
    def test_a_no(
        self,
        run_line: Runner,
        sandbox: Sandbox,
        names: Names,
        write: Write,
        status: str,
        exit: int,
    ) -> None:
        before = prepare(run_line, sandbox, write, names)
        sandbox.faults(f"{status}@{write.route}:1x1")
        run_line(write.line, exit, **names)
        assert run_line(f"status {write.order} --json").json["returns"][0]["in_doubt"] == []
        run_line(write.line, **names)
        assert gained(sandbox, write.order, before) == write.counts

    def test_closed_by_the_seller(self, run_line: Runner, sandbox: Sandbox) -> None:
        run_line(OPEN)
        sandbox.close("10000001")
        ran = run_line("message 10000001 Hello. --json", 6)
        assert "closed" in ran.error["message"]
        assert ran.json["sent"] is False

    @pytest.mark.parametrize("write", WRITES.values(), ids=list(WRITES))
    def test_a_no_to_what_is_in_doubt_proves_nothing(
        self, run_line: Runner, sandbox: Sandbox, names: Names, write: Write
    ) -> None:
        """A token that has run out since says nothing of the first attempt: it stays in doubt, and is done once."""
        before = prepare(run_line, sandbox, write, names)
        sandbox.faults(f"lost-answer@{write.route}:1x1")
        run_line(write.line, 75, **names)
        sandbox.faults(f"401@{write.route}:1x1")
        run_line(write.line, 4, **names)
        sandbox.faults("none")
        run_line(write.line, **names)
        assert gained(sandbox, write.order, before) == write.counts
