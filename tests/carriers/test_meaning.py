"""What an answer means to a person, and bodies as exact bytes."""

from __future__ import annotations

import email
import email.policy
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returnctl import errors
from returnctl.http import (
    Answer,
    Http,
    multipart,
    raise_for_status,
    was_refused,
)
from tests.carriers.wire import WireServer, get, post, reply

PAGE = b"<!DOCTYPE html><html><body>Attention Required</body></html>"


class TestMeaning:
    def answer(self, status: int, body: bytes = b"{}", **headers: str) -> Answer:
        return Answer(status=status, headers=headers, body=body, service="Post")

    @pytest.mark.parametrize(
        ("status", "kind", "code"),
        [
            (302, errors.Unavailable, 75),
            (400, errors.Refused, 6),
            (401, errors.AuthFailed, 4),
            (403, errors.AuthFailed, 4),
            (404, errors.NotFound, 5),
            (409, errors.Refused, 6),
            (422, errors.Refused, 6),
            (429, errors.Unavailable, 75),
            (500, errors.Unavailable, 75),
            (503, errors.Unavailable, 75),
        ],
    )
    def test_statuses(self, status: int, kind: type[errors.ReturnctlError], code: int) -> None:
        with pytest.raises(errors.ReturnctlError) as caught:
            raise_for_status(
                self.answer(status, b'{"m":"No such\\u001b[31m thing."}'),
                parse_error=lambda answer: ("E7", answer.json()["m"]),
            )
        assert type(caught.value) is kind
        assert caught.value.exit == code
        assert "Post" in str(caught.value)
        if status != 302:
            assert "No such thing (E7)" in str(caught.value)

    @pytest.mark.parametrize(
        ("said", "message"),
        [
            (
                ("030001", "There are no rates for this mail class."),
                "There are no rates for this mail class (030001)",
            ),
            (("", "No such order"), "No such order"),
            (("E7", ""), "(E7)"),
        ],
    )
    def test_not_found_in_the_services_own_words(self, said: tuple[str, str], message: str) -> None:
        with pytest.raises(errors.NotFound) as caught:
            raise_for_status(self.answer(404), parse_error=lambda _: said)
        assert (caught.value.message, caught.value.hint) == (f"Post: {message}.", None)

    def test_not_found_without_words(self) -> None:
        with pytest.raises(errors.NotFound, match="Post does not know this") as caught:
            raise_for_status(self.answer(404), parse_error=lambda _: None)
        assert caught.value.hint

    @pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 409, 429, 503])
    @pytest.mark.parametrize("body", [b"{}", PAGE])
    def test_a_sentence_begins_with_a_capital(self, status: int, body: bytes) -> None:
        with pytest.raises(errors.ReturnctlError) as caught:
            raise_for_status(self.answer(status, body), "the marketplace")
        assert caught.value.message.startswith("The marketplace ")

    def test_successes(self) -> None:
        for status in (200, 201, 202, 204, 207):
            raise_for_status(self.answer(status))

    @pytest.mark.parametrize("status", [400, 403, 404, 409])
    def test_pages(self, status: int) -> None:
        answer = self.answer(status, PAGE, **{"cf-ray": "8a1f-SEA"})
        with pytest.raises(errors.Unavailable, match="cf-ray 8a1f-SEA") as caught:
            raise_for_status(answer, parse_error=lambda one: ("", one.json()["m"]))
        assert isinstance(caught.value, errors.Blocked) is (status == 403)

    def test_a_page_where_words_were_due_is_no_second_error(self) -> None:
        with pytest.raises(errors.AuthFailed):
            raise_for_status(self.answer(401, PAGE), parse_error=lambda one: ("", one.json()["m"]))

    def test_the_firewall(self, http: Http) -> None:
        raw = reply(403, PAGE, cf_ray="8a1f-SEA").replace(b"application/json", b"text/html")
        with WireServer(raw) as server, pytest.raises(errors.Blocked, match="cf-ray 8a1f-SEA") as caught:
            http.send(post(server.url))
        assert was_refused(caught.value)

    def test_the_services_own_403_behind_the_same_firewall(self, http: Http) -> None:
        with WireServer(reply(403, b'{"error":"no"}', cf_ray="8a1f-SEA")) as server:
            answer = http.send(get(server.url))
        with pytest.raises(errors.AuthFailed):
            raise_for_status(answer)

    @pytest.mark.parametrize(
        "body", [PAGE, b"", b"{", b'{"a":}', b"NaN", b"[" * 100_000, b"\xff\xfe", b'"\\ud800', b"nul"]
    )
    def test_no_json(self, body: bytes) -> None:
        with pytest.raises(errors.Unavailable, match=r"^Post answered .* x-request-id q7"):
            self.answer(200, body, **{"x-request-id": "q7"}).json()

    def test_other_charsets_and_marks(self) -> None:
        assert self.answer(200, '"caf\xe9"'.encode("latin-1")).json() == "caf\xe9"
        assert self.answer(200, b'\xef\xbb\xbf{"a":1}').json() == {"a": 1}

    @given(st.binary(max_size=200))
    def test_any_bytes(self, body: bytes) -> None:
        with suppress(errors.Unavailable):
            self.answer(200, body).json()


class TestMultipart:
    def test_exact_bytes(self) -> None:
        assert multipart([("message", "h\u00e9")], [("f", "a.jpg", "image/jpeg", b"\xff\xd8")], "B") == (
            "multipart/form-data; boundary=B",
            b'--B\r\nContent-Disposition: form-data; name="message"\r\n\r\nh\xc3\xa9\r\n'
            b'--B\r\nContent-Disposition: form-data; name="f"; filename="a.jpg"\r\n'
            b"Content-Type: image/jpeg\r\n\r\n"
            b"\xff\xd8\r\n--B--\r\n",
        )

    def test_names_cannot_break_out(self) -> None:
        content_type, body = multipart([], [("f", 'a"\r\nX: y\r\n\r\n.jpg', "image/jpeg", b"1")], "B")
        parsed = email.message_from_bytes(
            b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body, policy=email.policy.HTTP
        )
        parts = list(parsed.iter_parts())  # type: ignore[attr-defined]
        assert len(parts) == 1
        assert parts[0]["X"] is None
        assert parts[0].get_payload(decode=True) == b"1"

    def test_the_boundary_must_not_occur(self) -> None:
        with pytest.raises(ValueError, match="boundary"):
            multipart([("a", "xBy")], [], "B")
