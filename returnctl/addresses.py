"""Postal addresses from a TOML file.

name = "Jane Doe"            # or company, or both
street = ["12 Elm Street"]
city = "Albany"
state = "NY"
postcode = "12207"
country = "US"
phone = "5185550123"
email = "jane@example.com"
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from returnctl.carriers.base import Address
from returnctl.errors import Usage

_Text = Annotated[str, Meta(min_length=1, max_length=100)]
_Perhaps = Annotated[str, Meta(max_length=100)]


class _Form(Struct, forbid_unknown_fields=True):
    street: Annotated[tuple[_Text, ...], Meta(min_length=1, max_length=3)]
    city: _Text
    postcode: _Text
    state: _Perhaps = ""
    country: Annotated[str, Meta(pattern="^[A-Z]{2}$")] = "US"
    name: _Perhaps = ""
    company: _Perhaps = ""
    phone: _Perhaps = ""
    email: _Perhaps = ""


def read_address(path: Path) -> Address:
    """The address in a TOML file. Raises Usage, naming what is wrong with it."""
    try:
        form = msgspec.convert(tomllib.loads(path.read_bytes().decode()), _Form)
    except OSError as error:
        raise Usage(
            f"{path}: {(error.strerror or 'unreadable').lower()}.", hint="an address is a TOML file"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise Usage(
            f"{path} is no address: {error}.",
            hint="it has street (a list), city, state, postcode, and name or company",
        ) from None
    if not (form.name or form.company):
        raise Usage(f"{path} is no address: it has neither name nor company.")
    return Address(
        name=form.name,
        company=form.company,
        lines=form.street,
        city=form.city,
        state=form.state,
        postal_code=form.postcode,
        country=form.country,
        phone=form.phone,
        email=form.email,
        residential=not form.company,
    )
