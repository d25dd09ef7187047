"""FedEx's way to write an address, and a party of a shipment."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from returnctl.sandbox import wire


class Address(msgspec.Struct, frozen=True, rename="camel"):
    """A street address."""

    street_lines: Annotated[list[str], Meta(min_length=1, max_length=3)]
    city: Annotated[str, Meta(min_length=1, max_length=35)]
    country_code: Annotated[str, Meta(min_length=2, max_length=2)]
    state_or_province_code: str = ""
    postal_code: str = ""


class Contact(msgspec.Struct, frozen=True, rename="camel"):
    """Who is there."""

    phone_number: Annotated[str, Meta(min_length=10, max_length=15)]
    person_name: str = ""
    company_name: str = ""


class Party(msgspec.Struct, frozen=True, rename="camel"):
    """A sender or receiver."""

    address: Address
    contact: Contact

    def neutral(self) -> dict[str, Any]:
        """As the marketplace's contract has it."""
        return wire.address(
            name=self.contact.person_name or self.contact.company_name,
            street=self.address.street_lines,
            city=self.address.city,
            state=self.address.state_or_province_code,
            postcode=self.address.postal_code,
            country=self.address.country_code,
        )


class Account(msgspec.Struct, frozen=True, rename="camel"):
    """Who pays."""

    value: Annotated[str, Meta(min_length=1)]


class Weight(msgspec.Struct, frozen=True, rename="camel"):
    """A package's weight."""

    units: str
    value: Annotated[float, Meta(gt=0)]

    @property
    def pounds(self) -> float:
        """In pounds."""
        return self.value * (2.20462 if self.units == "KG" else 1)
