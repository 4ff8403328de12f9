"""What Discord refuses when an application registers its commands."""

import re
from typing import Any

from tests.discord_stand_in.errors import FormErrors

CHAT_INPUT, USER_COMMAND, MESSAGE_COMMAND = 1, 2, 3
SUB_COMMAND, SUB_COMMAND_GROUP, STRING, INTEGER, BOOLEAN, NUMBER, ATTACHMENT = 1, 2, 3, 4, 5, 10, 11
NAME = re.compile(r"[-_'\w]{1,32}")
LOCALES = set(
    "id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR ro fi sv-SE vi tr cs el bg ru uk hi th zh-CN ja "
    "zh-TW ko".split()
)


def check_commands(commands: object) -> list[dict[str, Any]]:
    """Return the commands of a bulk overwrite; raise 50035 where Discord would not register them."""
    wrong = FormErrors()
    checked = wrong.items("", commands, 110)
    names: set[tuple[int, object]] = set()
    for index, command in enumerate(checked):
        if not wrong.is_a(str(index), command, dict):
            continue
        kind = command.get("type", CHAT_INPUT)
        if kind == CHAT_INPUT:
            _check_name(wrong, str(index), command)
        else:
            _check_menu_entry(wrong, str(index), command)
        if (kind, command.get("name")) in names:
            wrong.add(str(index), "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
        names.add((kind, command.get("name")))
        _check_options(wrong, str(index), command.get("options"), depth=0)
        for field, allowed in (("contexts", {0, 1, 2}), ("integration_types", {0, 1})):
            if not set(wrong.items(f"{index}.{field}", command.get(field), 3)) <= allowed:
                wrong.add(f"{index}.{field}", "BASE_TYPE_CHOICES", f"Must be of {sorted(allowed)}.")
        if characters(command) > 8000:
            wrong.add(str(index), "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)")
    wrong.raise_if_any()
    return checked


def characters(command: dict[str, Any]) -> int:
    """Return what counts towards Discord's 8,000: names, descriptions and values, also of options and choices.

    Of a name or description in several languages, only the longest counts.
    """
    own = len(str(command.get("value", "")))
    for key in ("name", "description"):
        own += max(map(len, [str(command.get(key) or ""), *(command.get(f"{key}_localizations") or {}).values()]))
    return own + sum(characters(part) for key in ("options", "choices") for part in command.get(key) or [])


def _check_name(wrong: FormErrors, path: str, named: dict[str, Any]) -> None:
    name = named.get("name")
    if wrong.length(f"{path}.name", name, 1, 32):
        assert isinstance(name, str)
        if not NAME.fullmatch(name) or name != name.lower():
            wrong.add(f"{path}.name", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    wrong.length(f"{path}.description", named.get("description"), 1, 100)
    for locale, text in _localised(wrong, f"{path}.name_localizations", named):
        if wrong.length(f"{path}.name_localizations.{locale}", text, 1, 32) and (
            not NAME.fullmatch(text) or text != text.lower()
        ):
            wrong.add(f"{path}.name_localizations.{locale}", "APPLICATION_COMMAND_INVALID_NAME", "Name is invalid")
    for locale, text in _localised(wrong, f"{path}.description_localizations", named):
        wrong.length(f"{path}.description_localizations.{locale}", text, 1, 100)


def _check_menu_entry(wrong: FormErrors, path: str, command: dict[str, Any]) -> None:
    """User and message commands have a name of any characters, but no description and no options."""
    wrong.length(f"{path}.name", command.get("name"), 1, 32)
    for locale, text in _localised(wrong, f"{path}.name_localizations", command):
        wrong.length(f"{path}.name_localizations.{locale}", text, 1, 32)
    for field in ("description", "options"):
        if command.get(field):
            wrong.add(f"{path}.{field}", "APPLICATION_COMMAND_MENU_INVALID", f"No {field} for commands of this kind")


def _localised(wrong: FormErrors, path: str, named: dict[str, Any]) -> list[tuple[str, str]]:
    texts = named.get(path.rpartition(".")[2]) or {}
    for locale in texts.keys() - LOCALES:
        wrong.add(path, "BASE_TYPE_CHOICES", f"{locale} is no locale of Discord's.")
    return list(texts.items())


def _check_options(wrong: FormErrors, path: str, options: object, depth: int) -> None:
    names: set[str] = set()
    optional_seen = False
    for index, option in enumerate(wrong.items(f"{path}.options", options, 25)):
        where = f"{path}.options.{index}"
        _check_name(wrong, where, option)
        if option.get("name") in names:
            wrong.add(where, "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option names must be unique")
        names.add(option.get("name"))
        if option.get("type") in (SUB_COMMAND, SUB_COMMAND_GROUP):
            if depth >= (2 if option["type"] == SUB_COMMAND else 1):
                wrong.add(f"{where}.type", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-commands too deep")
            _check_options(wrong, where, option.get("options"), depth + 1)
            continue
        if option.get("required") and optional_seen:
            message = "Required options must be placed before non-required options"
            wrong.add(where, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
        optional_seen = optional_seen or not option.get("required")
        _check_value_option(wrong, where, option)


def _check_value_option(wrong: FormErrors, path: str, option: dict[str, Any]) -> None:
    kind = option.get("type")
    if kind not in range(STRING, ATTACHMENT + 1):
        wrong.add(f"{path}.type", "BASE_TYPE_CHOICES", "Value of field 'type' must be one of (1 to 11).")
    for index, choice in enumerate(wrong.items(f"{path}.choices", option.get("choices"), 25)):
        wrong.length(f"{path}.choices.{index}.name", choice.get("name"), 1, 100)
        for locale, text in _localised(wrong, f"{path}.choices.{index}.name_localizations", choice):
            wrong.length(f"{path}.choices.{index}.name_localizations.{locale}", text, 1, 100)
        if kind == STRING:
            wrong.length(f"{path}.choices.{index}.value", choice.get("value"), 1, 100)
    if option.get("choices") and option.get("autocomplete"):
        message = "Autocomplete cannot be set where there are choices"
        wrong.add(path, "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID", message)
    if kind not in (INTEGER, NUMBER) and any(option.get(bound) is not None for bound in ("min_value", "max_value")):
        wrong.add(path, "APPLICATION_COMMAND_OPTIONS_RANGE_INVALID", "min_value and max_value are for numbers")
    for bound in ("min_length", "max_length"):
        length = option.get(bound)
        if length is not None and (kind != STRING or not 0 <= length <= 6000):
            wrong.add(f"{path}.{bound}", "NUMBER_TYPE_MAX", "0 to 6000, for strings")
