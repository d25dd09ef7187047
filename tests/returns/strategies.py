"""Any event that can happen, and any order of them, for hypothesis."""

from __future__ import annotations

import typing
from typing import Any

import msgspec
from hypothesis import strategies as st

from returnctl.returns import events as e

TYPES: tuple[type[e.Event], ...] = typing.get_args(e.AnyEvent)

words = st.text(max_size=8)
#: What JSON can hold. Whole numbers as far as every reader keeps them exact.
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=4,
)


def _of(hint: Any) -> st.SearchStrategy[Any]:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return json_values
    if hint is str:
        return words
    if hint is float:
        return st.floats(allow_nan=False, allow_infinity=False)
    if hint is int:
        return st.integers(0, 2**53)
    if origin is tuple:
        return st.lists(_of(arguments[0]), max_size=3).map(tuple)
    if origin is dict:
        return st.dictionaries(_of(arguments[0]), _of(arguments[1]), max_size=3)
    if arguments:
        return st.one_of(*map(_of, arguments))
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return struct(hint)
    return st.from_type(hint)


def struct(form: type[Any]) -> st.SearchStrategy[Any]:
    """Any value of a struct; fields with a default are now and then left out."""
    hints = typing.get_type_hints(form)
    fields = {field.name: _of(hints[field.name]) for field in msgspec.structs.fields(form)}
    needed = {field.name for field in msgspec.structs.fields(form) if field.required}
    return st.fixed_dictionaries(
        {name: value for name, value in fields.items() if name in needed},
        optional={name: value for name, value in fields.items() if name not in needed},
    ).map(lambda values: form(**values))


event = st.one_of(*map(struct, TYPES))


def _consistent(happened: list[e.Event]) -> list[e.Event]:
    """The same events with each Settled about an intent that exists, as the code that writes them has it."""
    open_ones: list[str] = []
    kept: list[e.Event] = []
    for one in happened:
        if isinstance(one, e.Opened):
            open_ones.clear()
        if isinstance(one, e.Intended):
            one = msgspec.structs.replace(one, intent=str(len(kept)))
            open_ones.append(one.intent)
        if isinstance(one, e.Settled):
            if not open_ones:
                continue
            one = msgspec.structs.replace(one, intent=open_ones[len(kept) % len(open_ones)])
            if one.outcome != "unknown":
                open_ones.remove(one.intent)
        kept.append(one)
    return kept


#: Sequences as a return may see them; the outcomes of intents are as likely as everything else together.
histories = (
    st.lists(
        event | st.one_of(struct(e.Intended), struct(e.Settled), struct(e.Queued), struct(e.HandedOver)),
        min_size=1,
        max_size=12,
    )
    .map(_consistent)
    .filter(bool)
)
