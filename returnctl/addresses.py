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

from returnctl.app import App
from returnctl.carriers.base import Address
from returnctl.errors import Usage
from returnctl.forms import ready
from returnctl.marketplaces.base import Can
from returnctl.returns.held import Return

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
        form = msgspec.convert(tomllib.loads(path.read_bytes().decode()), ready(_Form))
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
        raise Usage(f"{path} is no address: it has neither name nor company.", hint="add `name` or `company`")
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


def of_customer(app: App, held: Return, file: Path | None, option: str) -> Address:
    """Where the parcel comes from: a file, else the order. Raises Usage, naming the option, where neither says."""
    if file:
        return read_address(file)
    marketplace = app.marketplace_of(held)
    address = marketplace.order(held.state.order).address if Can.READ_ORDER in marketplace.can else None
    if address is None:
        raise Usage("Your address is not known.", hint=f"give it with {option} FILE, a TOML file")
    return address


def of_seller(app: App, held: Return, file: Path | None) -> Address:
    """Where the parcel goes: a file, else the profile's returns address, else what the marketplace's case says."""
    profile = app.profile_of(held.state)
    if file:
        return read_address(file)
    if profile.returns_address:
        return read_address(app.settings.config_path.parent / profile.returns_address)
    marketplace = app.marketplace_of(held)
    known = held.state.case if Can.OPEN in marketplace.can else None
    address = marketplace.case(known).send_to if known else None
    if address is None:
        raise Usage("The seller's address is not known.", hint="give it with --to FILE, a TOML file")
    return address
