"""What a batch may spend: each purchase is taken from it beforehand, whichever worker makes it.

What was taken for a purchase that then came to nothing is not put back: the next run counts anew, from the records.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from returnctl.errors import Refused
from returnctl.returns import shared

if TYPE_CHECKING:
    from returnctl.carriers.base import Money


class Purse:
    """`most` is for all labels of the batch's returns, `assumed` stands for a price that no carrier tells."""

    def __init__(self, root: Path, run: str, most: Decimal | None, assumed: Decimal | None) -> None:
        self._root = root
        self._name = f"spent-{run}"
        self._most = most
        self._assumed = assumed

    def begin(self, spent: dict[str, Decimal]) -> None:
        """Count what these returns' labels have cost before. Raises Refused for several currencies."""
        known = {currency: amount for currency, amount in spent.items() if amount}
        if len(known) > 1:
            raise Refused(
                f"These returns have labels in {' and '.join(sorted(known))}; one budget holds one currency.",
                hint="give each currency a batch of its own",
            )
        with shared.opened(self._root, self._name) as content:
            content.clear()
            for currency, amount in known.items():
                content.update(amount=str(amount), currency=currency)

    def take(self, price: Money | None) -> None:
        """Before a purchase. Raises Refused where it is beyond the budget, or its price is not known."""
        if self._most is None:
            return
        if price is None and self._assumed is None:
            raise Refused(
                "The carrier names no price before the purchase, so --max-spend can't be kept.",
                hint="--assume-price AMOUNT counts each such label with that",
            )
        with shared.opened(self._root, self._name) as content:
            before = Decimal(content.get("amount", "0"))
            currency = content.get("currency")
            amount = Decimal(price.amount) if price else self._assumed or Decimal(0)
            if price and currency not in (None, price.currency):
                raise Refused(
                    f"The label costs {price.currency}, and the budget is in {currency}.",
                    hint="give the rows of each currency a batch of their own",
                )
            if before + amount > self._most:
                raise Refused(
                    f"The budget is used up: {before} of {self._most}, and this label costs {amount}.",
                    hint="--max-spend allows more; nothing was bought for this return",
                )
            content["amount"] = str(before + amount)
            if price:
                content["currency"] = price.currency

    def end(self) -> None:
        """Forget the count: the records hold what was paid."""
        shared.forget(self._root, self._name)
