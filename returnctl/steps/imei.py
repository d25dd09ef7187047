"""Step 3: check the IMEI (or serial), compare it with the order's, and send it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from returnctl import asking, conversation, doubts, handover, proposals, received, standing
from returnctl.app import App
from returnctl.conversation import Saying, Told
from returnctl.errors import Pending, Refused, Usage
from returnctl.evidence.imei import parse_imei, shorten
from returnctl.output import Table
from returnctl.result import Result
from returnctl.returns import devices
from returnctl.returns.events import Identified
from returnctl.returns.held import Return
from returnctl.returns.reference import Reference

STEP = "imei"


class Options(Struct, frozen=True, kw_only=True):
    imei: str | None = None
    images: tuple[Path, ...] = ()
    serial: str | None = None
    accept: tuple[str, ...] = ()
    show: bool = False
    ask: bool = False
    originals: bool = True


class ImeiResult(Result, kw_only=True):
    imei: str | None = None
    serial: str | None = None
    valid: bool = True
    source: str | None = None
    matches_order: bool | None = None
    show: bool = False

    def document(self) -> dict[str, object]:
        content = super().document()
        del content["show"]
        return content

    def for_people(self) -> Iterable[str | Table]:
        yield from self.plan()
        if not self.needed:
            yield "The seller asks for no IMEI for this device."
        if self.imei:
            match = {True: "it is the order's", False: "it is NOT the order's", None: "not compared"}
            shown = self.imei if self.show else shorten(self.imei)
            yield f"IMEI {shown}: valid, {match[self.matches_order]}."
        if self.serial:
            yield f"Serial number {self.serial}."
        if self.sent:
            yield "The buyer was asked." if self.role == "seller" else "Sent to the seller."


def run(app: App, reference: Reference, options: Options) -> ImeiResult:
    with standing.working(
        app, reference, lambda held: _result(app, held, held.state.identified, options)
    ) as held:
        standing.check_open(app, held)
        doubts.settle(app, held, "open", STEP)
        given = bool(options.imei or options.images or options.serial)
        if not given and (held.state.role == "buyer" or _is_done(held)):
            return _without_input(app, held, options)
        with asking.instead(
            app, held, options.ask, lambda: _to_ask(held), lambda: _result(app, held, None, options)
        ):
            found = _identify(app, held, options) if given else _from_buyer(app, held, options)
            _check_match(app, held, found, options)
            return _send(app, held, found, options)


def _is_done(held: Return) -> bool:
    return not held.state.needed.get(STEP, True) or bool(held.state.sent.get(STEP))


def _check_match(app: App, held: Return, found: Identified, options: Options) -> None:
    if found.matches_order is False and "mismatch" not in options.accept:
        raise Refused(
            "This is not the number of the device that was sold with this order.",
            hint="is it the right device? --accept mismatch sends it all the same, and records that",
            result=_result(app, held, found, options),
        )


def _from_buyer(app: App, held: Return, options: Options) -> Identified:
    """At the seller's desk: the number that the buyer wrote, else the one in a picture that the buyer sent.

    Raises Pending where there is none yet.
    """
    received.check_pulled(held)
    texts = received.texts(held)
    written = [imei for text in texts for imei in proposals.imeis(text)]
    if written:
        right = next((imei for imei in written if imei in held.state.imeis), written[-1])
        return _compared(held, options, right, "typed")
    serial = held.state.order_serial
    if serial and any(serial.lower() in text.lower() for text in texts):
        return Identified(serial=serial, matches_order=True)
    pictures = tuple(path for path, _ in received.pictures(held))
    try:
        return _read(app, held, replace(options, images=pictures))
    except Refused:
        raise Pending(
            "The buyer has not sent the number of the device yet.",
            hint=f"`returnctl pull {held.name}` fetches what came since; --ask asks for it",
        ) from None


def _to_ask(held: Return) -> list[str]:
    if devices.has_imei(held.state.device.kind):
        how = "its IMEI: type *#06# on the phone, or look in Settings, About; a dead phone has it on its box"
    else:
        how = "its serial number: it is in the settings, or on the device"
    return [
        f"Please check that the device is the one of order {held.state.order},",
        f"and write into this conversation {how}.",
    ]


def _without_input(app: App, held: Return, options: Options) -> ImeiResult:
    before = held.state.identified
    if app.options.done:
        handover.confirm(held, STEP)
    result = _result(app, held, before, options)
    standing.finish(app, held, STEP, result)
    if not result.needed or held.state.sent.get(STEP):
        return result
    app.say(
        "To find it: type *#06# on the phone, or look in Settings, About; a dead phone has it on its box."
    )
    typed = app.ask("The IMEI", "IMEI or --image FILE")
    return _send(app, held, _identify(app, held, Options(imei=typed)), options)


def _identify(app: App, held: Return, options: Options) -> Identified:
    if options.imei:
        try:
            imei = parse_imei(options.imei)
        except Refused as error:
            error.result = _result(app, held, None, options, valid=False)
            raise
        if imei.hint:
            app.warn(imei.hint)
        return _compared(held, options, imei.digits, "typed")
    if options.images:
        return _read(app, held, options)
    serial = (options.serial or "").strip()
    if not serial.isascii() or not serial.isprintable() or not 4 <= len(serial) <= 40 or " " in serial:
        raise Usage(
            f"“{serial[:40]}” is not a serial number.", hint="4 to 40 letters and digits, as on the device"
        )
    known = held.state.order_serial
    return Identified(
        serial=serial,
        matches_order=serial.upper() == known.upper() if known else None,
        accepted=options.accept,
    )


def _read(app: App, held: Return, options: Options) -> Identified:
    expected = held.state.imeis
    read: dict[str, str] = {}
    for path in options.images:
        if not path.is_file():
            raise Usage(
                f"{path}: there is no such picture.",
                hint="give a picture of the box, the label or the screen",
            )
        for reading in app.eyes.read_imeis(path, expected=expected[0] if expected else None):
            read.setdefault(reading.imei.digits, reading.source)
    if not read:
        raise Refused(
            "No IMEI could be read from the picture.",
            hint="take it again, close, straight and without glare; or type the number",
        )
    best = next((imei for imei in read if imei in expected), next(iter(read)))
    return _compared(held, options, best, read[best])


def _compared(held: Return, options: Options, digits: str, source: str) -> Identified:
    known = held.state.imeis
    return Identified(
        imei=digits,
        serial=options.serial,
        source=source,
        matches_order=digits in known if known else None,
        accepted=options.accept,
    )


def _send(app: App, held: Return, found: Identified, options: Options) -> ImeiResult:
    items = {name: value for name in ("imei", "serial") if (value := getattr(found, name))}
    sent = held.state.sent.get(STEP, {})
    if sent.get("imei") and items.get("imei") in held.state.imeis and sent["imei"] in held.state.imeis:
        items["imei"] = sent["imei"]  # the other number of the same device: the seller knows it already
    to_send = conversation.changes(held.state, STEP, items, again=app.options.again)
    if found != held.state.identified and not app.options.dry_run:
        held.note(found)
    told = Told()
    waiting = [item for item in held.state.waiting if item.covers.step == STEP]
    if (
        to_send
        and held.state.needed.get(STEP, True)
        and all(item.covers.items != to_send for item in waiting)
    ):
        told = conversation.tell(app, held, _saying(held, to_send))
    elif waiting and app.options.done:
        handover.confirm(held, STEP)
    result = _result(app, held, found, options, told)
    standing.finish(app, held, STEP, result)
    return result


def _saying(held: Return, items: dict[str, str]) -> Saying:
    names = {"imei": "IMEI", "serial": "Serial number"}
    lines = [f"{names[name]}: {value}" for name, value in items.items()]
    text = "\n".join([f"The device of order {held.state.order}:", *lines])
    return Saying(step=STEP, text=text, items=items)


def _result(
    app: App,
    held: Return,
    found: Identified | None,
    options: Options,
    told: Told | None = None,
    *,
    valid: bool = True,
) -> ImeiResult:
    sent = held.state.sent.get(STEP, {})
    return standing.result(
        ImeiResult,
        app,
        held,
        STEP,
        told,
        imei=found.imei if found else sent.get("imei"),
        serial=found.serial if found else sent.get("serial"),
        source=found.source if found else None,
        matches_order=found.matches_order if found else None,
        valid=valid,
        show=options.show,
    )
