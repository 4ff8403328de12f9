"""The languages that people are answered in: English, in which everything is written, and translations of it.

A front end sets the asker's language at the beginning of a request; whatever is said on their behalf is then
translated, also in tasks that the request starts (PEP 567).
"""

import re
import string
import tomllib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from importlib import resources

LANGUAGES = ("de", "es", "fr")
"""Languages with translations."""

_spoken: ContextVar[str] = ContextVar("spoken", default="en")

_PLACEHOLDER = re.compile(r"\{(\w+(?::[^{}]*)?)\}")
_FIGURE = r"[\d.,]+(?:%| bytes?| [KM]B)?"
_LONGEST_SENTENCE = 1_000

_GROUPS = {"de": ".", "es": "\u202f", "fr": "\u202f"}
"""What separates thousands. In Spanish it is a thin space, because a point would be a decimal point in Mexico."""


@dataclass(frozen=True)
class Catalogue:
    """The translations into one language."""

    commands: Mapping[str, str]
    """Names of commands and options."""
    texts: Mapping[str, str]
    """English texts, with `{placeholders}`, and their translations.

    A figure has a format, like `{count:,}`; `{size:s}` if it is already written out, in English.
    """


def speak(locale: str) -> None:
    """Answer in the language of a locale like "de" or "es-419" from now on; in English if it has no translation."""
    language = locale.partition("-")[0].casefold()
    _spoken.set(language if language in LANGUAGES else "en")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak another language for a while: "en", or one of `LANGUAGES`."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def language_of(english: str, shown: Collection[str]) -> str | None:
    """Return the language in which a text is one of those shown; None if in none."""
    for language in ("en", *LANGUAGES):
        with speaking(language):
            if tr(english) in shown:
                return language
    return None


def tr(english: str, /, **values: object) -> str:
    """Translate a text into the current language, and fill in its placeholders."""
    language = _spoken.get()
    text = english if language == "en" else catalogue(language).texts.get(english, english)
    return _FORMATTER.format(text, **values) if values else text


def figure(value: float | str, how: str = "s") -> str:
    """Write a number in the current language; `how` is Python's format of it in English, like ",.1f"."""
    return _localised(format(value, how))


def tr_name(command: str) -> str:
    """Return the name of a command or an option in the current language."""
    language = _spoken.get()
    return command if language == "en" else catalogue(language).commands.get(command, command)


def tr_sentence(filled_in: str) -> str:
    """Translate a sentence of a service, whose placeholders are already filled in; an unknown one stays as it is."""
    language = _spoken.get()
    if language == "en" or len(filled_in) > _LONGEST_SENTENCE:
        return filled_in
    known = catalogue(language).texts
    if filled_in in known:
        return known[filled_in]
    for pattern, translation in _patterns(language):
        if (found := pattern.fullmatch(filled_in)) is not None:
            return _FORMATTER.vformat(translation, (), found.groupdict())
    return filled_in


@cache
def catalogue(language: str) -> Catalogue:
    """Return the translations into one of `LANGUAGES`."""
    file = resources.files("bot").joinpath("translations", f"{language}.toml")
    tables = tomllib.loads(file.read_text(encoding="utf-8"))
    return Catalogue(tables["commands"], tables["texts"])


@cache
def _patterns(language: str) -> list[tuple[re.Pattern[str], str]]:
    """Return what filled-in sentences look like, with their translations.

    A sentence may fit several patterns, so those with the longest text of their own come first.
    """
    texts = [(english, translation) for english, translation in catalogue(language).texts.items() if "{" in english]
    texts.sort(key=lambda text: -len(_PLACEHOLDER.sub("", text[0])))
    return [(_pattern(english), translation) for english, translation in texts]


def _pattern(template: str) -> re.Pattern[str]:
    parts = _PLACEHOLDER.split(template)  # text, placeholder, text, placeholder, ..., text
    shown = [_shown(part) if place % 2 else re.escape(part) for place, part in enumerate(parts)]
    return re.compile("".join(shown), re.DOTALL)


def _shown(placeholder: str) -> str:
    name, _, how = placeholder.partition(":")
    return f"(?P<{name}>{_FIGURE if how else '.*?'})"


class _Formatter(string.Formatter):
    """Writes figures, which are the values that have a format, in the current language."""

    def format_field(self, value: object, format_spec: str) -> str:
        text = value if isinstance(value, str) else format(value, format_spec)
        return _localised(text) if format_spec else text


_FORMATTER = _Formatter()


def _localised(english: str) -> str:
    """Rewrite an English figure, like "1,234.5", "50%" or "1.2 MB", in the current language."""
    language = _spoken.get()
    if language == "en":
        return english
    if language == "es":
        english = re.sub(r"^(\d),(\d{3})\b(?!,)", r"\1\2", english)  # four digits are not separated
    marks = {ord(","): _GROUPS[language], ord("."): ",", ord("%"): "\u00a0%"}
    return english.translate(marks)
