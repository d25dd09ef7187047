"""USPS's way to write an address."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from returnctl.sandbox import wire


def usps_name(name: str) -> str:
    """A field's name in USPS's JSON: `zip_code` is `ZIPCode`, `first_name` is `firstName`."""
    first, *others = name.split("_")
    words = [first, *(word.capitalize() for word in others)]
    return "".join("ZIP" if word.lower() == "zip" else word for word in words)


Zip = Annotated[str, Meta(pattern=r"^[0-9]{5}\Z")]
State = Annotated[str, Meta(pattern=r"^[A-Z]{2}\Z")]
Line = Annotated[str, Meta(min_length=1, max_length=50)]


class Address(msgspec.Struct, frozen=True, rename=usps_name):
    """A street address; `ZIPCode` and `state` as labels need them."""

    street_address: Line
    city: Annotated[str, Meta(min_length=1, max_length=28)]
    state: State
    zip_code: Zip
    secondary_address: Annotated[str, Meta(max_length=50)] = ""

    def neutral(self, name: str) -> dict[str, Any]:
        """As the marketplace's contract has it."""
        return wire.address(
            name=name,
            street=[self.street_address, self.secondary_address],
            city=self.city,
            state=self.state,
            postcode=self.zip_code,
        )


class LabelAddress(Address, frozen=True, rename=usps_name):
    """One of a label's two: a person with both names, or a firm."""

    first_name: str = ""
    last_name: str = ""
    firm: str = ""

    @property
    def addressee(self) -> str:
        """The name on the label; empty where neither a firm nor both names were given."""
        person = f"{self.first_name} {self.last_name}" if self.first_name and self.last_name else ""
        return person or self.firm
