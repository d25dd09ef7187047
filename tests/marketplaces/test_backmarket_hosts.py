"""Which host is asked, and who gets the token: nobody but that host, whatever an answer names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import responses

from returnctl import errors
from returnctl.http import Http
from returnctl.marketplaces.backmarket import BackMarket
from returnctl.marketplaces.backmarket_dialect import (
    HOSTS,
    MARKETS,
    address,
    checked_user_agent,
    environment_of,
    sandbox_site,
    site,
)
from tests.carriers.wire import WireServer, reply
from tests.marketplaces.care import (
    AGENT,
    BASE,
    CASE,
    SAV,
    TOKEN,
    attachment,
    claim,
    client,
    folder,
    label,
    listed,
    message,
    page,
)

#: Addresses that a marketplace, or whoever writes into a conversation, could name; none may get the token.
HOSTILE = [
    "https://evil.example.test/label.pdf",
    "http://evil.example.test/label.pdf",
    "//evil.example.test/label.pdf",
    "///evil.example.test/label.pdf",
    "https:////evil.example.test/label.pdf",
    "https:evil.example.test",
    "\\\\evil.example.test\\label.pdf",
    "https:\\\\evil.example.test\\label.pdf",
    "https://www.backmarket.com.evil.example.test/label.pdf",
    "https://www.backmarket.com@evil.example.test/label.pdf",
    "https://www.backmarket.com:443@evil.example.test/label.pdf",
    "https://evil.example.test\\@www.backmarket.com/label.pdf",
    "https://www.backmarket.com\\@evil.example.test/label.pdf",
    "https://evil.example.test#@www.backmarket.com/label.pdf",
    "https://evil.example.test?@www.backmarket.com/label.pdf",
    "https://evil.example.test/https://www.backmarket.com/label.pdf",
    "https://wwwbackmarket.com/label.pdf",
    "https://backmarket.com/label.pdf",
    "https://WWW.BACKMARKET.COM.EVIL.EXAMPLE.TEST/label.pdf",
    "https://www.backmarket.com%2eevil.example.test/label.pdf",
    "https://www.backmarket.com%00.evil.example.test/label.pdf",
    "https://www.backmarket.com\t.evil.example.test/label.pdf",
    "https://www.backmarket.com\n.evil.example.test/label.pdf",
    "https://www.backmarket.com .evil.example.test/label.pdf",
    "https://www。backmarket。com/label.pdf",
    "https://www.bаckmarket.com/label.pdf",
    "https://www.backmarket.com:8443/label.pdf",
    "https://www.backmarket.com:0/label.pdf",
    "https://www.backmarket.com:99999/label.pdf",
    "https://www.backmarket.com:x/label.pdf",
    "https://[::ffff:127.0.0.1]/label.pdf",
    "https://[www.backmarket.com]/label.pdf",
    "https://127.0.0.1/label.pdf",
    "https://169.254.169.254/latest/meta-data/",
    "https://10.0.0.1/label.pdf",
    "https://localhost/label.pdf",
    "http://127.0.0.1:8377/label.pdf",
    "https://user:password@files.example.test/label.pdf",
    "file:///etc/passwd",
    "ftp://www.backmarket.com/label.pdf",
    "data:application/pdf;base64,JVBERi0=",
    "javascript:alert(1)",
    "https://",
    "https://www.backmarket.fr/label.pdf",
    "https://preprod.backmarket.com/label.pdf",
]


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def anything(wire: responses.RequestsMock) -> None:
    """Every other address gives a label."""
    import re

    wire.get(re.compile(".*"), body=b"%PDF-1.7", content_type="application/pdf")


def outcome(fetch: Callable[[], bytes]) -> str:
    """What a person is told: nothing else than our own errors may come."""
    try:
        return repr(fetch())
    except errors.ReturnctlError as error:
        return f"{error.message} {error.hint}"


def check_token(wire: responses.RequestsMock) -> None:
    for call in wire.calls:
        carried = [value for value in call.request.headers.values() if TOKEN in str(value)]
        assert bool(carried) == str(call.request.url).startswith(f"{BASE}/"), call.request.url
        assert TOKEN not in str(call.request.url)


@pytest.mark.parametrize("url", HOSTILE)
class TestHostileAddresses:
    def test_of_a_label(self, wire: responses.RequestsMock, url: str) -> None:
        wire.get(f"{SAV}/{CASE}", json=folder(lines=[claim(return_labels=[label(url=url)])]))
        anything(wire)
        said = outcome(lambda: client().label(str(CASE)))
        assert TOKEN not in said
        check_token(wire)

    def test_of_an_attachment(self, wire: responses.RequestsMock, url: str) -> None:
        wire.get(f"{SAV}/{CASE}", json=folder(messages=[message(attachments=[attachment(url=url)])]))
        anything(wire)
        one = client()
        (said,) = one.messages(str(CASE))
        assert TOKEN not in outcome(lambda: one.attachment(str(CASE), said.attachments[0]))
        check_token(wire)

    def test_of_the_next_page(self, wire: responses.RequestsMock, url: str) -> None:
        wire.get(SAV, json=page(listed(), following=url))
        wire.get(SAV, json=page(listed(CASE + 1)))
        assert len(list(client().folders())) == 2
        assert all(str(call.request.url).startswith(f"{SAV}?") for call in wire.calls)


def test_there_are_forty_of_them() -> None:
    assert len(set(HOSTILE)) >= 40


class TestAddresses:
    @pytest.mark.parametrize(
        ("said", "url"),
        [
            ("/static/a.pdf", f"{BASE}/static/a.pdf"),
            ("static/a.pdf", f"{BASE}/static/a.pdf"),
            ("http://www.backmarket.com/a.pdf", f"{BASE}/a.pdf"),
            ("HTTPS://WWW.BackMarket.com:443/a.pdf?x=1#y", f"{BASE}/a.pdf?x=1"),
            ("http://testserver.example/static/a.pdf", "https://testserver.example/static/a.pdf"),
            ("https://cdn.example.test/a.pdf?sig=a%2Fb", "https://cdn.example.test/a.pdf?sig=a%2Fb"),
            ("https://www.backmarket.com//evil.example.test/x", f"{BASE}//evil.example.test/x"),
        ],
    )
    def test_are_resolved(self, said: str, url: str) -> None:
        assert address(BASE, said) == url

    def test_of_the_sandbox_stay_where_they_are(self) -> None:
        base = "http://127.0.0.1:8377/backmarket"
        assert address(base, "/files/1.jpg") == "http://127.0.0.1:8377/files/1.jpg"
        assert address(base, f"{base}/files/1.jpg") == f"{base}/files/1.jpg"

    def test_a_private_address_is_not_opened(self) -> None:
        """On the wire: the connection is made, and ended before a byte of ours is in it."""
        with WireServer(reply(200, b"secret")) as server:
            port = server.url.rpartition(":")[2]
            with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
                mock.add_passthru(server.url)
                found = folder(lines=[claim(return_labels=[label(url=f"http://127.0.0.1:{port}/x")])])
                mock.get(f"{SAV}/{CASE}", json=found)
                with pytest.raises(errors.Refused, match="private network"):
                    client().label(str(CASE))
            assert not any(server.requests)

    def test_the_sandbox_may_name_its_own_machine(self) -> None:
        with WireServer(reply(200, b"%PDF-1.7", Content_Type="application/pdf")) as files:
            body = folder(lines=[claim(return_labels=[label(url=f"{files.url}/x.pdf")])])
            import json

            with WireServer(reply(200, json.dumps(body).encode())) as server:
                one = BackMarket(sandbox_site(server.url, "en-us"), TOKEN, Http(user_agent="x"))
                assert one.label(str(CASE)) == b"%PDF-1.7"
            assert TOKEN in server.text()
        assert TOKEN not in files.text()

    def test_a_redirect_takes_no_token_along(self, wire: responses.RequestsMock) -> None:
        wire.get(f"{SAV}/{CASE}", json=folder(lines=[claim(return_labels=[label()])]))
        wire.get(f"{BASE}/labels/1.pdf", status=302, headers={"Location": "https://evil.example.test/a"})
        wire.get("https://evil.example.test/a", body=b"%PDF-1.7", content_type="application/pdf")
        assert client().label(str(CASE)) == b"%PDF-1.7"
        check_token(wire)


class TestEnvironments:
    @pytest.mark.parametrize(("platform", "environment"), HOSTS)
    def test_each_has_its_host(self, wire: responses.RequestsMock, platform: str, environment: str) -> None:
        base = HOSTS[platform, environment]
        wire.get(f"{base}/ws/sav/{CASE}", json=folder())
        one = client(platform, environment, MARKETS[platform][0])
        one.folder(str(CASE))
        assert one.identity() == base

    def test_no_host_is_shared(self) -> None:
        assert len(set(HOSTS.values())) == 6
        for (_, environment), base in HOSTS.items():
            assert environment_of(base) == environment

    @pytest.mark.parametrize(("environment", "other"), [("staging", "production"), ("production", "staging")])
    def test_a_file_of_the_other_one_is_not_fetched(
        self, wire: responses.RequestsMock, environment: str, other: str
    ) -> None:
        base = HOSTS["na", environment]
        hosts = [host for (_, kind), host in HOSTS.items() if kind == other]
        named = [f"{host}/a.pdf" for host in (*hosts, f"{hosts[0].upper()}.")]
        files = [attachment(number, url) for number, url in enumerate(named, 1)]
        wire.get(f"{base}/ws/sav/{CASE}", json=folder(messages=[message(attachments=files)]))
        one = client("na", environment)
        (said,) = one.messages(str(CASE))
        for file in said.attachments:
            with pytest.raises(errors.Usage) as caught:
                one.attachment(str(CASE), file)
            assert caught.value.exit == 2
        assert len(wire.calls) == 1

    @pytest.mark.parametrize(("environment", "other"), [("staging", "production"), ("production", "staging")])
    def test_not_even_by_a_redirect(self, wire: responses.RequestsMock, environment: str, other: str) -> None:
        base, there = HOSTS["na", environment], HOSTS["eu", other]
        wire.get(f"{base}/ws/sav/{CASE}", status=301, headers={"Location": f"{there}/ws/sav/{CASE}"})
        wire.get(f"{base}/ws/sav/{CASE + 1}", json=folder(CASE + 1, lines=[claim(return_labels=[label()])]))
        wire.get(f"{base}/labels/1.pdf", status=302, headers={"Location": f"{there}/labels/1.pdf"})
        one = client("na", environment)
        with pytest.raises(errors.Usage) as caught:
            one.folder(str(CASE))
        assert caught.value.exit == 2
        with pytest.raises(errors.Usage):
            one.label(str(CASE + 1))
        assert all(str(call.request.url).startswith(base) for call in wire.calls)

    def test_a_host_is_not_a_front_for_another(self) -> None:
        assert environment_of("https://evil-backmarket.com/") is None
        assert environment_of("https://cdn.backmarket.com/") is None
        assert environment_of("https://a.preprod.backmarket.com/") == "staging"
        assert environment_of("https://backmarket.co.uk/") == "production"


class TestProfiles:
    @pytest.mark.parametrize(
        "words",
        [
            (None, "production", "en-us", AGENT),
            ("us", "production", "en-us", AGENT),
            ("na", "prod", "en-us", AGENT),
            ("na", "sandbox", "en-us", AGENT),
            ("na", "production", "fr-fr", AGENT),
            ("eu", "production", "en-us", AGENT),
            ("na", "production", "en-us", None),
        ],
    )
    def test_nothing_is_guessed(self, words: Any) -> None:
        with pytest.raises(errors.BadConfig) as caught:
            site(*words)
        assert caught.value.exit == 2

    @pytest.mark.parametrize(
        "agent",
        ["BM-Company-returnctl;returns@company.example", "BM-Big Company-Desk 2;a@b.c", "BM-A-b-c;a@b.c"],
    )
    def test_who_calls(self, agent: str) -> None:
        assert checked_user_agent(agent) == agent

    @pytest.mark.parametrize(
        "agent",
        [
            "",
            "returnctl/1.0",
            "BM-Company;returns@company.example",
            "BM--returnctl;returns@company.example",
            "BM-Company-returnctl;nobody",
            "BM-Company-returnctl",
            "BM-Company-returnctl;a@b.c\r\nX: y",
            "BM-Compañía-returnctl;a@b.c",
            "bm-Company-returnctl;a@b.c",
        ],
    )
    def test_who_does_not_say_who_calls(self, agent: str) -> None:
        with pytest.raises(errors.BadConfig):
            checked_user_agent(agent)
