"""Addresses in both spellings that are about: the schema has the one, the tables and integrators the other."""

from __future__ import annotations

from typing import Any

from returnctl.sandbox.backmarket import ids


def snake(address: dict[str, Any]) -> dict[str, Any]:
    """An address of the contract, as `first_name`, `postal_code`, `phone`."""
    first, _, last = address["name"].rpartition(" ")
    return {
        **_shared(address),
        "first_name": first,
        "last_name": last,
        "postal_code": address["postcode"],
        "phone": address["phone"],
        "email": address["email"],
    }


def camel(address: dict[str, Any]) -> dict[str, Any]:
    """The same as `firstName`, `postalCode`, `phoneNumber`."""
    first, _, last = address["name"].rpartition(" ")
    return {
        **_shared(address),
        "id": ids.small(address["name"]),
        "firstName": first,
        "lastName": last,
        "postalCode": address["postcode"],
        "phoneNumber": f"+1{address['phone']}",
    }


def _shared(address: dict[str, Any]) -> dict[str, Any]:
    street: list[str] = address["street"]
    return {
        "company": address["company"] or "",
        "street": street[0],
        "street2": ", ".join(street[1:]),
        "city": address["city"],
        "state": address["state"],
        "country": address["country"],
    }
