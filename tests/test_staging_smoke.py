"""scripts/staging-smoke, against the sandbox: what is proven, what is skipped and why, and its exit codes."""

from __future__ import annotations

import importlib.util
import re
import shutil
import sys
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from returnctl.errors import BadConfig
from returnctl.sandbox.market import routes
from tests.commands.world import Sandbox
from tests.test_scripts import SCRIPTS, program, run

CARRIERS = ("UPS", "USPS", "FedEx")
PROOFS = ("token", "track", "points", "price", "label", "void")


@pytest.fixture(scope="module")
def smoke() -> ModuleType:
    spec = importlib.util.spec_from_file_location("_smoke", SCRIPTS / "_smoke.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["_smoke"] = module
    spec.loader.exec_module(module)
    return module


class Told:
    """What a run printed, and its exit code."""

    def __init__(self, exit: int, out: str, err: str) -> None:
        self.exit, self.out, self.err = exit, out, err

    def line(self, what: str, after: str = "") -> str:
        """The first line of that proof, below the title that begins with `after`."""
        found = re.search(rf"^{after}.*?^  {what} +(.*?)$", self.out, re.M | re.S)
        assert found, f"{what} of {after} is not in\n{self.out}"
        return found[1]


class Runs:
    def __init__(
        self, module: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ):
        self._module, self._monkeypatch, self._capsys = module, monkeypatch, capsys

    def __call__(self, *words: str, **environ: str) -> Told:
        self._monkeypatch.setattr(sys, "argv", ["staging-smoke", *words])
        for name, value in environ.items():
            self._monkeypatch.setenv(f"RETURNCTL_{name}", value)
        try:
            code = self._module.main()
        except SystemExit as exit:
            code = exit.code
        return Told(code, *self._capsys.readouterr())


@pytest.fixture
def runs(smoke: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runs:
    return Runs(smoke, monkeypatch, capsys)


@pytest.fixture
def staging(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> str:
    """The sandbox giving itself out as a staging marketplace, which goes by the real clock."""
    monkeypatch.delenv("RETURNCTL_NOW")
    sandbox.reset()
    answer = routes.json_answer

    def disguised(value: dict[str, Any], *more: Any, **named: Any) -> Any:
        return answer(value | {"environment": "staging"} if "environment" in value else value, *more, **named)

    monkeypatch.setattr(routes, "json_answer", disguised)
    return sandbox.url


class TestOnTheSandbox:
    def test_everything_is_proven(self, runs: Runs, sandbox: Sandbox) -> None:
        told = runs("--sandbox")
        assert told.exit == 0
        assert "21 proven, 0 skipped, 0 failed" in told.out
        for carrier in CARRIERS:
            for what in PROOFS:
                assert told.line(what, carrier).startswith("proven")
        assert "pdf" in told.line("label", "UPS")
        assert told.line("open") == "proven   would send: open a return of order 10000001"
        assert sandbox.ledger("10000001")["returns"] == 0

    def test_one_of_its_own_where_none_is_named(self, runs: Runs) -> None:
        assert runs("--sandbox", "usps").out.endswith("6 proven, 0 skipped, 0 failed\n")

    @pytest.mark.parametrize("carrier", CARRIERS)
    def test_a_wrong_secret_is_4_and_the_rest_is_not_tried(
        self, runs: Runs, sandbox: Sandbox, carrier: str
    ) -> None:
        sandbox.faults(f"401@/{carrier.lower()}/*token")
        told = runs("--sandbox", carrier.lower())
        assert told.exit == 4
        assert told.line("token").startswith(f"failed   exit 4: {carrier} (sandbox) refused the credentials")
        assert told.line("the rest") == "skipped  there is no token to ask with"

    def test_it_never_sees_a_secret_of_the_user(self, runs: Runs, sandbox: Sandbox) -> None:
        told = runs("--sandbox", "ups", UPS_CLIENT_ID="wrong", UPS_CLIENT_SECRET="canary")
        assert told.line("token") == "proven"

    def test_nobody_there_is_75(self, runs: Runs) -> None:
        assert runs("--sandbox", SANDBOX_URL="http://127.0.0.1:1").exit == 75

    def test_a_refusal_is_6(self, runs: Runs, sandbox: Sandbox) -> None:
        sandbox.faults("400@/fedex/location/*")
        told = runs("--sandbox", "fedex")
        assert told.exit == 6
        assert told.line("points").startswith("failed   exit 6: FedEx said no (HTTP 400)")
        assert told.line("label").startswith("proven")

    def test_failures_that_differ_are_3(self, runs: Runs, sandbox: Sandbox) -> None:
        sandbox.faults("400@/fedex/location/*, 401@/fedex/rate/*")
        told = runs("--sandbox", "fedex")
        assert (told.exit, told.out.splitlines()[-1]) == (3, "4 proven, 0 skipped, 2 failed")


class TestOnStaging:
    def test_without_anything_all_is_skipped_and_said(self, runs: Runs) -> None:
        told = runs()
        assert (told.exit, told.out.splitlines()[-1]) == (0, "0 proven, 4 skipped, 0 failed")
        for carrier in CARRIERS:
            assert f"RETURNCTL_{carrier.upper()}_CLIENT_ID" in told.line("all", carrier)
        assert told.line("all", "Marketplace") == "skipped  RETURNCTL_MARKETPLACE_URL is not set"

    def test_a_marketplace(self, runs: Runs, staging: str) -> None:
        told = runs("marketplace", MARKETPLACE_URL=staging, MARKETPLACE_TOKEN="t", SMOKE_ORDER="10000001")
        assert told.exit == 0
        assert told.out.startswith(f"Marketplace, staging, {staging}\n")
        assert told.line("about").startswith(f"proven   {staging}: 10 files")
        assert told.line("open").startswith("proven   would send")

    def test_without_an_order_one_that_nobody_made_is_asked_for(self, runs: Runs, staging: str) -> None:
        told = runs("marketplace", MARKETPLACE_URL=staging, MARKETPLACE_TOKEN="t")
        assert told.exit == 0
        assert told.line("order").startswith("proven   999999999999 is not found")
        assert told.line("open") == "skipped  RETURNCTL_SMOKE_ORDER names no order"

    @pytest.mark.parametrize(
        ("environ", "code"),
        [
            ({}, 4),
            ({"MARKETPLACE_TOKEN": "expired"}, 4),
            ({"MARKETPLACE_TOKEN": "t", "SMOKE_ORDER": "10009999"}, 5),
            ({"MARKETPLACE_TOKEN": "t", "ENVIRONMENT": "production"}, 2),
        ],
        ids=["no-token", "expired", "unknown-order", "production"],
    )
    def test_exit_codes(self, runs: Runs, staging: str, environ: dict[str, str], code: int) -> None:
        assert runs("marketplace", MARKETPLACE_URL=staging, **environ).exit == code

    def test_a_marketplace_of_another_environment(self, runs: Runs, sandbox: Sandbox) -> None:
        told = runs("marketplace", MARKETPLACE_URL=sandbox.url, MARKETPLACE_TOKEN="t")
        assert told.exit == 2
        assert told.line("about").startswith("failed   exit 2")

    def test_no_label_without_the_account_that_pays(self, smoke: ModuleType) -> None:
        environ = {
            "RETURNCTL_USPS_CLIENT_ID": "a",
            "RETURNCTL_USPS_CLIENT_SECRET": "b",
            "RETURNCTL_USPS_MID": "1",
        }
        one = smoke.Smoke(environ, None)
        client = one._client("usps")
        assert client.base == "https://apis-tem.usps.com"
        with pytest.raises(smoke.Skip, match="RETURNCTL_USPS_EPS_ACCOUNT, RETURNCTL_USPS_CRID not set"):
            one._order_of_label(client)

    @pytest.mark.parametrize("environment", ["production", "test", "sandbox"])
    def test_staging_alone_is_asked(self, smoke: ModuleType, environment: str) -> None:
        with pytest.raises(BadConfig):
            smoke.Smoke({"RETURNCTL_ENVIRONMENT": environment}, None)


def test_a_service_that_is_none(runs: Runs) -> None:
    told = runs("dhl")
    assert told.exit == 2
    assert "dhl: no such service (one of ups, usps, fedex, marketplace)" in told.err


@pytest.mark.parametrize(
    ("day", "found"),
    [(10, 11), (11, 14), (12, 14), (13, 14), (14, 15)],
    ids=["thu", "fri", "sat", "sun", "mon"],
)
def test_labels_are_for_a_day_on_which_mail_goes(smoke: ModuleType, day: int, found: int) -> None:
    assert smoke.next_weekday(date(2026, 12, day)) == date(2026, 12, found)


@pytest.mark.parametrize(
    ("script", "behind"), [("staging-smoke", "_smoke.py"), ("conformance-prism", "_prism.py")]
)
def test_the_script_hands_over_to_the_checkout_s_own_python(tmp_path: Path, script: str, behind: str) -> None:
    root = tmp_path / "a checkout"
    shutil.copytree(SCRIPTS, root / "scripts")
    (root / "scripts" / "_environment.py").write_text("")
    program(root / ".venv" / "bin" / "python", 'echo "$@"')
    ran = run([root / "scripts" / script, "--sandbox", "a b"], PYTHON=sys.executable)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.endswith(f"/scripts/{behind} --sandbox a b\n")
