from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from returnctl.commands.common import FILE, cli_command
from returnctl.errors import Usage
from returnctl.vocabulary import STEPS

if TYPE_CHECKING:
    from decimal import Decimal

    from returnctl.app import App


@cli_command(1, 3, 4, 8, 75, step=True)
@click.argument("file", metavar="FILE|-", type=click.Path())
@click.option("--steps", metavar="A,B", help="Which steps, if not those of the columns.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    default=16,
    show_default=True,
    metavar="N",
    help="How many requests, or pictures, at once.",
)
@click.option("--buy", is_flag=True, help="Buy a label for each row, within --max-spend.")
@click.option("--max-spend", metavar="AMOUNT", help="The most that all labels together may cost.")
@click.option("--assume-price", metavar="AMOUNT", help="Count this where no price is told before.")
@click.option("--fail-fast", is_flag=True, help="Begin nothing more after the first failure.")
@click.option(
    "--in-doubt",
    type=click.IntRange(min=0),
    default=10,
    show_default=True,
    metavar="N",
    help="Stop at more purchases in doubt than this.",
)
@click.option(
    "--engine",
    type=click.Choice(["threads", "processes", "dask"]),
    default="threads",
    metavar="NAME",
    help="threads (if not said), processes or dask.",
)
@click.option("--scheduler", metavar="ADDRESS", help="For dask: tcp:// or tls://HOST:PORT.")
@click.option("--forecast", is_flag=True, help="Say how long it takes; send nothing.")
@click.option("--report", type=FILE, help="What became of each row: .csv or .jsonl.")
def command(
    app: App,
    file: str,
    steps: str | None,
    max_spend: str | None,
    assume_price: str | None,
    forecast: bool,
    **options: Any,
) -> None:
    """Work on many returns from a file.

    The file is CSV or JSON Lines. Columns are the options of the steps (reason, damage, label.number), and photos,
    proof, imei; lists are split at semicolons. All rows are checked before the first request. Run again, it does what
    is left. `returnctl inbox --json` and bare order numbers are taken too, with --steps.

    \b
    Examples:
      returnctl batch returns.csv --dry-run
      returnctl batch returns.csv --report report.csv
      returnctl inbox --json | returnctl batch - --steps open,photos --yes
    """
    from returnctl.batch import run
    from returnctl.commands.columns import Columns

    chosen = run.Options(
        steps=_steps(steps) if steps is not None else None,
        most=_amount("--max-spend", max_spend),
        assumed=_amount("--assume-price", assume_price),
        **options,
    )
    _check(chosen)
    context = click.get_current_context()
    root = context.find_root().command
    assert isinstance(root, click.Group)
    go = run.foretell if forecast else run.run
    app.show(go(app, Columns(root, context, buy=chosen.buy), file, chosen))


def _check(chosen: Any) -> None:
    if chosen.buy and chosen.most is None:
        raise Usage("--buy needs to know how much may be spent.", hint="--max-spend AMOUNT")
    if not chosen.buy and (chosen.most is not None or chosen.assumed is not None):
        raise Usage("--max-spend and --assume-price go with --buy.", hint="nothing is bought without --buy")
    if chosen.scheduler and chosen.engine != "dask":
        raise Usage("--scheduler goes with --engine dask.", hint="add --engine dask, or leave it out")
    if chosen.scheduler and not re.fullmatch(r"(tcp|tls)://[^\s/]+:[0-9]{1,5}", chosen.scheduler):
        raise Usage(
            f"--scheduler {chosen.scheduler[:60]}: not an address.", hint="such as tcp://10.0.0.5:8786"
        )


def _steps(text: str) -> tuple[str, ...]:
    wanted = [word.strip() for word in text.split(",") if word.strip()]
    unknown = [word for word in wanted if word not in STEPS]
    if unknown or not wanted:
        raise Usage(f"--steps {text[:40]}: not steps.", hint=f"of {', '.join(STEPS)}, with commas between")
    return tuple(step for step in STEPS if step in wanted)


def _amount(option: str, text: str | None) -> Decimal | None:
    from decimal import Decimal

    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,8}(\.[0-9]{1,2})?", text):
        raise Usage(f"{option} {text[:20]}: not an amount.", hint="such as 250.00")
    return Decimal(text)
