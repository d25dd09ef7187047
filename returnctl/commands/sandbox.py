"""`returnctl sandbox`: a marketplace and three carriers on this machine, to try everything out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from returnctl import output
from returnctl.commands.common import EXIT_CODES, InOrder

FAULTS_HELP = """\
\b
FAULTS are separated by commas:
  429:0.1                  one request in ten gets it (any 4xx or 5xx)
  drop:0.02                the connection closes before the request is handled
  lost-answer:0.02         it is handled, then the connection closes
  slow:200                 each request waits 200 ms longer
  quirks                   the services' known deviations from their specs
  no-attachments, no-label the seller has not answered, or sent no label, yet
  seed:7, retry-after:0    the source of chance; the seconds in Retry-After

\b
At Back Market alone:
  cloudflare:0.1           the firewall's page, 403; also cloudflare-429
  bot-challenge:0.1        403 for who can't prove to be no robot
  envelope-v2              errors as v1, v2, v3, problem, e009, html, empty
  camel, cdn               addresses in camelCase; files on another host
  edge-limit:200           so many requests in 10 seconds, then none for 10
  care-limits:1            per cent of each minute's and day's limits; 0: none

\b
What chance or a flag rules may be limited, but for quirks, camel and cdn:
  lost-answer@POST/v1/returns:1x1  to a method, a path, one time
  no-label@10000001                            to an order
"""


def _exits(*codes: int, before: str = "") -> str:
    listed = "\n".join(f"  {code:<4}{EXIT_CODES[code]}" for code in sorted({0, 2, *codes}))
    return f"{before}\b\nExit status:\n{listed}\n"


def _wants_json(here: bool | None) -> bool:
    """After the command's name, before it, or in the environment."""
    from returnctl.settings import Settings

    common = click.get_current_context().find_root().obj or {}
    return bool(here or common.get("json")) or Settings().flag("RETURNCTL_JSON")


_json = click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
_faults = click.option("--faults", default="", metavar="FAULTS", help="What shall go wrong; see below.")
_orders = click.option(
    "--orders", type=click.IntRange(0), default=0, help="Add N smartphones, 20000001 and up."
)
_latency = click.option(
    "--latency", "latency_ms", type=click.IntRange(0), default=0, help="Milliseconds an answer takes."
)


@click.group("sandbox", cls=InOrder)
def command() -> None:
    """Practise against an embedded marketplace.

    It has three carriers too, and is on this machine alone.
    RETURNCTL_SANDBOX_URL says where it listens; http://127.0.0.1:8377 unless set.
    """


@command.command(epilog=_exits(1, before=FAULTS_HELP))
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8377, show_default=True, help="0 takes a free one."
)
@click.option(
    "--data", type=click.Path(file_okay=False, path_type=Path), help="The folder of its SQLite file."
)
@click.option(
    "--ready-file", type=click.Path(dir_okay=False, path_type=Path), help="Gets the URL once it listens."
)
@_orders
@_latency
@_faults
def serve(
    port: int, data: Path | None, ready_file: Path | None, orders: int, latency_ms: int, faults: str
) -> None:
    """Serve until Ctrl-C, on this machine alone.

    Prints `ready URL` once it listens.
    """
    from returnctl.sandbox import server, store

    def ready(url: str) -> None:
        if ready_file:
            server.announce(ready_file, url)
        output.data(f"ready {url}")

    folder = data or store.default_folder()
    server.serve(folder, ready=ready, port=port, orders=orders, latency_ms=latency_ms, faults=faults)


@command.command(epilog=_exits(before=FAULTS_HELP), context_settings={"ignore_unknown_options": True})
@_orders
@_latency
@_faults
@click.argument("cmd", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- CMD ...")
@click.pass_context
def run(context: click.Context, orders: int, latency_ms: int, faults: str, cmd: tuple[str, ...]) -> None:
    """Run CMD with a sandbox of its own.

    The workspace is its own, too, and the profile is the sandbox's. All of it is gone afterwards. Passes CMD's
    exit code.
    """
    from returnctl.sandbox import runner

    context.exit(runner.run(cmd, orders=orders, latency_ms=latency_ms, faults=faults))


@command.command(epilog=_exits(75))
@_json
def orders(as_json: bool) -> None:
    """List the orders: device, IMEI, dates, name."""
    from returnctl.sandbox import client

    rows = client.orders(client.base_url())
    if _wants_json(as_json):
        output.document({"schema": 1, "orders": rows})
        return
    headers = ("order", "device", "imei or serial", "delivered", "name", "postcode")
    output.lines([output.Table(headers=headers, rows=[_order_row(row) for row in rows])])


@command.command(epilog=_exits(1))
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--device", "kind", required=True, metavar="KIND", help="smartphone, tablet, computer, …")
@click.option("--bad", type=click.Choice(["blurry", "dark", "duplicate"]), help="Spoil one on purpose.")
@click.option("--label", metavar="NUMBER", help="The tracking number on the parcel's label.")
@click.option("--imei-box", is_flag=True, help="A picture of the box with the IMEI on it, too.")
@click.option("--imei", help="The IMEI on the box.  [default: that of order 10000001]")
def photos(
    folder: Path, kind: str, bad: str | None, label: str | None, imei_box: bool, imei: str | None
) -> None:
    """Draw a device's pictures into DIR: good, or bad on purpose."""
    from returnctl.sandbox import studio

    for path in studio.draw(folder, kind, bad=bad, label=label, imei_box=imei_box, imei=imei):
        output.data(str(path))


@command.command(epilog=_exits(5, 6, 75))
@click.argument("name", metavar="RETURN")
@click.option(
    "--to", "status", required=True, metavar="STATUS", help="label-created, picked-up, in-transit, …"
)
@_json
def advance(name: str, status: str, as_json: bool) -> None:
    """Move a return's parcel to STATUS.

    RETURN may be a tracking number. STATUS is one of label-created, picked-up, in-transit, out-for-delivery,
    available-for-pickup, delivered, exception, returned, cancelled, unknown. The scans on the way are added.
    """
    from returnctl.sandbox import client

    moved = client.advance(client.base_url(), name, status)
    if _wants_json(as_json):
        output.document({"schema": 1, **moved})
        return
    output.data(f"{moved['carrier']} {moved['tracking_number']}: {moved['status']}")


@command.command(epilog=_exits(5, 75))
@click.argument("order", required=False)
@_json
def ledger(order: str | None, as_json: bool) -> None:
    """Count what the services really received."""
    from returnctl.sandbox import client

    counts = client.ledger(client.base_url(), order)
    if _wants_json(as_json):
        output.document({"schema": 1, "orders": counts})
        return
    names = list(next(iter(counts.values()), {}))
    rows = [(number, *found.values()) for number, found in counts.items() if order or any(found.values())]
    output.lines([output.Table(headers=["order", *(name.replace("_", " ") for name in names)], rows=rows)])


@command.command(epilog=_exits(75, before=FAULTS_HELP))
@click.argument("spec", metavar="FAULTS|none", required=False)
def faults(spec: str | None) -> None:
    """Put FAULTS in force, or say which are."""
    from returnctl.sandbox import client

    output.data(client.faults(client.base_url(), spec))


@command.command(epilog=_exits(5, 75))
@click.argument("order", required=False)
def reset(order: str | None) -> None:
    """Put ORDER, or everything, back as seeded."""
    from returnctl.sandbox import client

    client.reset(client.base_url(), order)
    output.words(f"{order or 'Everything'} is as seeded.")


def _order_row(row: dict[str, Any]) -> tuple[object, ...]:
    name = f"{row['order']}/{row['line']}" if row["line"] != "1" else row["order"]
    device = f"{row['brand']} {row['model']} ({row['kind']})"
    return name, device, row["imei"] or row["serial"], row["delivered_on"], row["name"], row["postcode"]
