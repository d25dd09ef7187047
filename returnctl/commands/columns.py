"""The columns of a batch's file: the options of the eight steps, read off their commands, so that one list serves both.

A column is called after its option (`reason`, `sent-on`), after its step and option where two steps share one
(`label.carrier`), or `photos`, `proof`, `imei` for what these steps take as words. Lists are split at `;`.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

import click

from returnctl.commands.common import COMMON, File, _Command
from returnctl.errors import Usage
from returnctl.vocabulary import STEPS

#: What stands for a step's words: files, or the number.
_WORDS = {"photos": "photos", "proof": "disconnect-proof", "imei": "imei"}
#: Options that a row can't have: they ask or read a secret, wait, judge only, or would not be the same a second time.
_NEVER = {
    "open": {"new"},
    "photos": {"check", "device", "sheet"},
    "imei": {"show"},
    "slip": {"unlock_code", "unlock_code_stdin"},
    "track": {"every", "until", "timeout"},
}
_OF_A_PURCHASE = {"max_price", "weight", "size", "sender", "receiver", "form"}
_YES, _NO = {"yes", "y", "true", "1", "x"}, {"no", "n", "false", "0"}


class Columns:
    """What a row may say, and how it becomes the Options of a step. `buy` is the batch's --buy."""

    def __init__(self, root: click.Group, context: click.Context, *, buy: bool = False) -> None:
        self._buy = buy
        self._commands: dict[str, _Command] = {}
        self._params: dict[tuple[str, str], click.Parameter] = {}
        self._defaults: dict[str, dict[str, Any]] = {}
        common = {param.name for param in COMMON} | {"words", "help"}
        for step in STEPS:
            command = root.get_command(context, step)
            assert isinstance(command, _Command)
            self._commands[step] = command
            never = common | _NEVER.get(step, set())
            plain = command.make_context(step, [], resilient_parsing=True).params
            own = [param for param in command.params if param.name not in never]
            self._defaults[step] = {str(param.name): plain[str(param.name)] for param in own}
            self._params |= {(step, _named(param)): param for param in own}

    def find(self, header: str) -> tuple[str, str]:
        """The step and option that a column stands for. Raises Usage for one that is none, or might be several."""
        name = header.strip().lower().replace("_", "-")
        if name in _WORDS:
            return _WORDS[name], name
        step, _, option = name.rpartition(".")
        found = [key for key in self._params if key[1] == option and step in ("", key[0])]
        if not found:
            near = get_close_matches(name, [*(option for _, option in self._params), *_WORDS, "return"], 1)
            raise Usage(
                f"The column “{header[:40]}” is no option of a step.",
                hint=(f"did you mean `{near[0]}`? " if near else "")
                + "a column of your own has a name that begins with _",
            )
        if len(found) > 1:
            names = ", ".join(f"{step}.{option}" for step, option in found)
            raise Usage(f"Several steps have an option {option}.", hint=f"name the column {names}")
        param = self._params[found[0]]
        if not self._buy and found[0][0] == "label" and param.name in {*_OF_A_PURCHASE, "buy"}:
            raise Usage(
                f"The column “{header[:40]}” belongs to a purchase.",
                hint="--buy, with --max-spend, allows it",
            )
        return found[0]

    def options(self, step: str, cells: Mapping[str, Any]) -> Any:
        """The step's Options for one row; `cells` are its values by option, as they came. Raises Usage."""
        command = self._commands[step]
        values = dict(self._defaults[step])
        words: tuple[str, ...] = ()
        if step == "label":
            values["buy"] = self._buy
        for option, given in cells.items():
            if _WORDS.get(option) == step:
                words = _several(given) if option != "imei" else (_text(given),)
                if option != "imei":
                    words = tuple(str(_existing(option, File().convert(word, None, None))) for word in words)
                continue
            param = self._params[step, option]
            values[str(param.name)] = _value(option, param, given)
        parse = command.parse
        assert parse is not None
        return parse(words, **values)


def _named(param: click.Parameter) -> str:
    return next(word for word in param.opts if word.startswith("--")).removeprefix("--")


def _value(option: str, param: click.Parameter, given: Any) -> Any:
    try:
        if isinstance(param, click.Option) and param.is_flag:
            return param.flag_value if _yes(option, given) else param.get_default(_NO_CONTEXT)
        if param.multiple:
            return tuple(_one(option, param, word) for word in _several(given))
        return _one(option, param, _text(given))
    except click.UsageError as error:
        raise Usage(f"{option}: {error.message}") from None


def _one(option: str, param: click.Parameter, text: str) -> Any:
    value = param.type.convert(text, param, None)
    if option == "view":
        view, equals, file = text.partition("=")
        return f"{view}={_existing(option, File().convert(file, None, None))}" if equals and file else text
    return _existing(option, value) if isinstance(param.type, File) else value


def _existing(option: str, path: Any) -> Any:
    if not path.exists():
        raise Usage(
            f"{option}: there is no file or folder {path}.",
            hint="a path is seen from the folder that one stands in",
        )
    return path.absolute()


def _yes(option: str, given: Any) -> bool:
    word = _text(given).lower()
    if word not in _YES | _NO:
        raise Usage(f"{option}: “{word[:20]}” is neither yes nor no.", hint="yes, no, or an empty cell")
    return word in _YES


def _text(given: Any) -> str:
    if isinstance(given, list | dict):
        raise Usage("A list stands where one value is wanted.", hint="give a text, a number, true or false")
    return ("yes" if given else "no") if isinstance(given, bool) else str(given).strip()


def _several(given: Any) -> tuple[str, ...]:
    parts = given if isinstance(given, list) else str(given).split(";")
    return tuple(text for part in parts if (text := _text(part)))


_NO_CONTEXT = click.Context(click.Command("batch"))
