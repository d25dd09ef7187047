"""UPS's way to write an address, and a party of a shipment."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from returnctl.sandbox import wire

_Country = Annotated[str, Meta(min_length=2, max_length=2)]


class Address(msgspec.Struct, frozen=True, rename="pascal"):
    """A shipment's address; a single line may stand for a list of one."""

    address_line: list[str] | str
    country_code: _Country
    city: Annotated[str, Meta(max_length=30)] = ""
    state_province_code: str = ""
    postal_code: str = ""


class Party(msgspec.Struct, frozen=True, rename="pascal"):
    """Shipper, sender or receiver."""

    address: Address
    name: Annotated[str, Meta(max_length=35)] = ""
    shipper_number: str = ""

    def neutral(self) -> dict[str, Any]:
        """As the marketplace's contract has it."""
        return wire.address(
            name=self.name,
            street=wire.as_list(self.address.address_line),
            city=self.address.city,
            state=self.address.state_province_code,
            postcode=self.address.postal_code,
            country=self.address.country_code,
        )


class Code(msgspec.Struct, frozen=True, rename="pascal"):
    """One of UPS's many things that have a code."""

    code: str


class Weight(msgspec.Struct, frozen=True, rename="pascal"):
    """A package's weight, as text."""

    unit_of_measurement: Code
    weight: Annotated[str, Meta(pattern=r"^[0-9]{1,5}(\.[0-9]{1,2})?\Z")]

    @property
    def pounds(self) -> float:
        """In pounds."""
        return float(self.weight) * (2.20462 if self.unit_of_measurement.code == "KGS" else 1)
