"""What the seller API is told: messages and problems, each sent once; and what it can not be told."""

from __future__ import annotations

import email.parser
import email.policy
from collections.abc import Iterator

import pytest
import responses

from returnctl import errors
from returnctl.http import was_refused, was_sent
from returnctl.marketplaces.base import Can, NewCase, RemoteTracking, Upload
from tests.marketplaces.care import (
    CASE,
    ORDER,
    SAV,
    TOKEN,
    client,
)

PICTURE = Upload(name="01-back.jpg", media_type="image/jpeg", content=b"\xff\xd8\xff picture")


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def parts(wire: responses.RequestsMock) -> list[tuple[str, str | None, str, bytes]]:
    """Name, file name, type and content of each part of the last body."""
    request = wire.calls[-1].request
    head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
    assert isinstance(request.body, bytes)
    read = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + request.body)
    return [
        (
            str(part.get_param("name", header="content-disposition")),
            part.get_filename(),
            part.get_content_type(),
            part.get_payload(decode=True).removesuffix(b"\r\n"),  # type: ignore[union-attr]  # bytes of one part
        )
        for part in read.iter_parts()
    ]


class TestMessage:
    def test_goes_out_as_a_form(self, wire: responses.RequestsMock) -> None:
        wire.post(f"{SAV}/{CASE}/msg", status=201, json={"id": 601, "message": "Hello"})
        one = client()
        prepared = one.prepare_message(
            str(CASE), "Hello\n\n[rc message 1/1 0a1b2c3d]", [PICTURE, PICTURE], "m"
        )
        assert one.send(prepared).facts == {"message": "601"}
        assert prepared.marker == "m"
        assert prepared.key is None
        assert TOKEN not in repr(prepared)
        assert parts(wire) == [
            ("message", None, "text/plain", b"Hello\n\n[rc message 1/1 0a1b2c3d]"),
            ("attachment", "01-back.jpg", "image/jpeg", PICTURE.content),
            ("attachment", "01-back.jpg", "image/jpeg", PICTURE.content),
        ]

    def test_ten_files_of_three_megabytes(self) -> None:
        largest = Upload(name="a.jpg", media_type="image/jpeg", content=bytes(3_000_000))
        client().prepare_message(str(CASE), "x", [largest], "m")
        client().prepare_message(str(CASE), "x", [PICTURE] * 10, "m")

    def test_a_byte_or_a_file_more(self) -> None:
        larger = Upload(name="a.jpg", media_type="image/jpeg", content=bytes(3_000_001))
        for files in ([larger], [PICTURE] * 11):
            with pytest.raises(errors.Refused):
                client().prepare_message(str(CASE), "x", files, "m")

    def test_an_answer_that_says_nothing_leaves_it_open(self, wire: responses.RequestsMock) -> None:
        wire.post(f"{SAV}/{CASE}/msg", status=201, body="<html>…", content_type="text/html")
        one = client()
        with pytest.raises(errors.Unavailable) as caught:
            one.send(one.prepare_message(str(CASE), "x", [], "m"))
        assert not was_refused(caught.value)

    @pytest.mark.parametrize(
        ("status", "refused"), [(400, True), (404, True), (429, True), (500, False), (504, False)]
    )
    def test_never_sent_again(self, wire: responses.RequestsMock, status: int, refused: bool) -> None:
        wire.post(f"{SAV}/{CASE}/msg", status=status)
        one = client()
        with pytest.raises(errors.ReturnctlError) as caught:
            one.send(one.prepare_message(str(CASE), "x", [], "m"))
        assert was_refused(caught.value) is refused
        assert len(wire.calls) == 1

    def test_prepared_for_another_host(self, wire: responses.RequestsMock) -> None:
        prepared = client("na", "staging").prepare_message(str(CASE), "x", [], "m")
        with pytest.raises(errors.Usage) as caught:
            client().send(prepared)
        assert caught.value.exit == 2
        assert not was_sent(caught.value)
        assert not wire.calls


class TestProblem:
    def test_goes_out_as_a_form(self, wire: responses.RequestsMock) -> None:
        wire.post(f"{SAV}/{CASE}/problem", status=201)
        one = client()
        one.send(one.prepare_problem(str(CASE), "DAMAGED_PACKAGE", "Torn open.", [PICTURE], "m"))
        assert parts(wire) == [
            ("problem_type", None, "text/plain", b"DAMAGED_PACKAGE"),
            ("message", None, "text/plain", b"Torn open."),
            ("attachment", "01-back.jpg", "image/jpeg", PICTURE.content),
        ]

    @pytest.mark.parametrize("kind", ["DAMAGED_PACKAGE", "ITEM_NOT_RECEIVED", "OOW_ITEM"])
    def test_proof_is_wanted(self, kind: str) -> None:
        with pytest.raises(errors.Usage, match="at least one file"):
            client().prepare_problem(str(CASE), kind, "x", [], "m")

    @pytest.mark.parametrize("kind", ["ACCOUNT_LOCKED", "CODE_LOCKED", "MISSING_PART", "WRONG_ITEM", "OTHER"])
    def test_no_proof_is_wanted(self, kind: str) -> None:
        assert client().prepare_problem(str(CASE), kind, None, [], None).body

    def test_a_kind_that_is_none(self) -> None:
        with pytest.raises(errors.Usage):
            client().prepare_problem(str(CASE), "LOST", "x", [], "m")

    @pytest.mark.parametrize(
        ("kind", "text", "files"), [("WRONG_ITEM", None, []), ("OTHER", "x", []), ("OTHER", None, [PICTURE])]
    )
    def test_an_older_folder_takes_other_alone(
        self, kind: str, text: str | None, files: list[Upload]
    ) -> None:
        with pytest.raises(errors.Refused):
            client().prepare_problem("99999999", kind, text, files, None)

    def test_both_generations_of_folders(self, wire: responses.RequestsMock) -> None:
        one = client()
        for case in ("99999999", "100000000", "100000001"):
            wire.post(f"{SAV}/{case}/problem", status=201)
            one.send(one.prepare_problem(case, "OTHER", None, [], None))
            assert [part[0] for part in parts(wire)] == ["problem_type"]
        assert one.prepare_problem("100000000", "WRONG_ITEM", "x", [], "m")


class TestWhatItCanNot:
    def test_is_declared(self) -> None:
        assert client().can == {Can.READ_ORDER, Can.POST, Can.FETCH_LABEL}

    def test_is_said(self, wire: responses.RequestsMock) -> None:
        new = NewCase(order="1", line="1", reason="faulty", wants="refund", damage=(), description="")
        one = client()
        for refused in (
            lambda: one.prepare_open(new),
            lambda: one.prepare_label_request(str(CASE), "expired"),
            lambda: one.prepare_tracking(str(CASE), RemoteTracking(carrier="ups", tracking_number="1Z")),
            lambda: one.invoice(str(ORDER)),
        ):
            with pytest.raises(errors.Refused, match="seller API can't"):
                refused()
        assert not wire.calls

    def test_nothing_patches_an_orderline(self) -> None:
        """A wrong IMEI there can never be corrected."""
        from pathlib import Path

        from returnctl import marketplaces

        for file in Path(marketplaces.__file__).parent.glob("backmarket*.py"):
            assert "PATCH" not in file.read_text()
            assert "/ws/orderlines" not in file.read_text()
