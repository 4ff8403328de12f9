"""Every text that members read exists in every language, and fits where Discord shows it."""

import ast
import contextvars
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from discord import app_commands

from bot import language, version
from bot.discord_app import artist_message, running
from bot.discord_app.commands import COMMANDS
from bot.discord_app.running import BUTTONS
from bot.services import JobState, StoreError
from bot.store import jobs
from bot.store.job_records import HeldBack
from bot.training import attempt
from lstm import shipped
from lstm.text import refused_formats
from lstm.text.dresses import CONTAINERS, DRESSES, chat

settings = importlib.import_module("bot.discord_app.commands.settings")

ROOT = Path(__file__).parents[2]
PLACEHOLDER = re.compile(r"\{\w+((?::[^{}]*)?)\}")


def trees(*paths: str) -> Iterator[ast.Module]:
    for path in (ROOT / name for name in paths):
        for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
            yield ast.parse(file.read_text(encoding="utf-8"))


def constants_of(tree: ast.Module) -> dict[str, str]:
    return {
        node.targets[0].id: node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }


def templates(node: ast.expr, constants: dict[str, str]) -> set[str]:
    """Return the texts that a literal, f-string, constant or choice may have, with `{}` or `{:,}` for each value."""
    match node:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.Name(id=name) if name in constants:
            return {constants[name]}
        case ast.JoinedStr(values=parts):
            return {"".join(str(part.value) if isinstance(part, ast.Constant) else value(part) for part in parts)}
        case ast.IfExp(body=body, orelse=orelse):
            return templates(body, constants) | templates(orelse, constants)
        case ast.Call(func=ast.Attribute(value=template, attr="format")):
            return templates(template, constants)
    return set()


def value(part: ast.expr) -> str:
    """Return what stands for a value of an f-string: `{}`, or `{:,}` with its format."""
    match part:
        case ast.FormattedValue(format_spec=ast.JoinedStr(values=[ast.Constant(value=how)])):
            return f"{{:{how}}}"
    return "{}"


def unnamed(text: str) -> str:
    """Return a text without the names of its placeholders."""
    return PLACEHOLDER.sub(r"{\1}", text)


def placeholders(text: str) -> list[str]:
    return sorted(found[0] for found in PLACEHOLDER.finditer(text))


def arguments_of(function: str, *paths: str, index: int = 0) -> set[str]:
    """Return the texts with which a function is called, at that position."""
    found: set[str] = set()
    for tree in trees(*paths):
        constants = constants_of(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and len(node.args) > index and name_of(node.func) == function:
                found |= templates(node.args[index], constants)
    return found


def name_of(function: ast.expr) -> str:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Subscript(value=ast.Name(id=name)):
            return name
    return ""


def said() -> set[str]:
    """Return everything that the Discord front end says itself, or has lstm say in the reader's language."""
    own = arguments_of("tr", "bot/discord_app", "bot/wording.py")
    texts = own | arguments_of("say", "lstm/text/amount.py", "lstm/text/summary.py", "lstm/training/verdict.py")
    return {text for text in texts if re.search("[A-Za-z]", PLACEHOLDER.sub("", text))}


def refused() -> set[str]:
    """Return every sentence of a refusal, including those of texts."""
    refusals = arguments_of("Refusal", "bot/services", "bot/discord_app")
    of_texts = (
        "lstm/text/amount.py",
        "lstm/text/bounds.py",
        "lstm/text/dresses",
        "lstm/text/encodings.py",
        "lstm/text/understanding.py",
    )
    texts = arguments_of("CorpusError", *of_texts, "lstm/training/preparation.py", "lstm/training/split.py")
    texts |= arguments_of("CorpusError", "lstm/text/refused_formats.py", "bot/training")
    texts |= {sentence for _, sentence in (*refused_formats._SIGNATURES, *refused_formats._IN_A_ZIP)}
    texts |= {f"This is a zip archive; {refused_formats._UNPACK}"} - {"This is a zip archive; {}"}
    return (refusals | texts | arguments_of("Unreadable", "bot/training")) - {"This is a zip archive; {}"}


def failed() -> set[str]:
    """Return why a training job failed, and why nothing can be stored."""
    reasons = arguments_of("Unsuitable", "bot/training") | arguments_of("_fail", "bot/training/runner.py", index=2)
    reasons |= {f"It was tried {{}} times; the last time, the training process {how}." for how in attempt.DEATHS}
    faults = arguments_of("StoreError", "bot/store", index=1) | {StoreError("").reason}
    return reasons | faults | {jobs.UNREADABLE}


def understood() -> set[str]:
    """Return what is recognised in a text, what is removed from it, and why training starts where it does."""
    kinds: set[str] = set()
    for tree in trees("lstm/text/dresses", "lstm/text/recurring.py"):
        for node in ast.walk(tree):
            match node:
                case ast.Subscript(value=ast.Name(id="removed"), slice=ast.Constant(value=str(kind))):
                    kinds.add(kind)
                case ast.Call(func=function) if name_of(function) in ("Undressed", "Counter"):
                    keys = [key for each in ast.walk(node) if isinstance(each, ast.Dict) for key in each.keys]
                    kinds |= {str(key.value) for key in keys if isinstance(key, ast.Constant)}
                case ast.Tuple(elts=[ast.Constant(value=str(kind)), ast.Name(id=pattern)]) if pattern.isupper():
                    kinds.add(kind)
    kinds |= {f"{name} names and times" for name, _ in chat._FORMATS}
    starts = arguments_of("StartDecision", "lstm/training/start.py", index=1)
    reasons = {reason for reason in starts if not reason.endswith("as asked.")}  # the bot never asks for one
    return kinds | {dress.name for dress in (*CONTAINERS, *DRESSES)} | reasons


def offered() -> tuple[set[str], set[str]]:
    """Return the names of all commands and options, and their descriptions."""
    names: set[str] = set()
    texts: set[str] = set()
    for command in COMMANDS:
        if isinstance(command, app_commands.ContextMenu):
            texts.add(command.name)
            continue
        leaves = [command, *command.commands] if isinstance(command, app_commands.Group) else [command]
        for leaf in leaves:
            names.add(leaf.name)
            texts.add(leaf.description)
            for parameter in getattr(leaf, "parameters", []):
                names.add(parameter.display_name)
                texts.add(str(parameter.description))
    return names, texts


def everything() -> set[str]:
    """Return every text that must be translated, with `{}` for what is filled in."""
    _, texts = offered()
    labels = {button.label for button in BUTTONS if button.label}
    looked_up = {state.value for state in JobState} | {reason.value for reason in HeldBack} | {version.FROM_SOURCE}
    looked_up |= set(shipped.ARTISTS.values())
    looked_up |= set(settings._FILTER.values()) | {words for _, words in artist_message._QUALITIES}
    found = texts | labels | said() | refused() | failed() | understood() | looked_up
    return {unnamed(text) for text in found}


NOT_SHOWN = set("debug info warning error exception getLogger compile note run_in_background TypeVar".split())
"""Functions whose texts nobody reads on Discord: for the log, names of tasks, regular expressions."""
SHOWN_AS_IT_STANDS = {"NumPy", "Python", "new message", "How many lines; {} by default"}
"""Names, a key, and a description that `offered` has with its number."""
FOR_OPERATORS = {
    "/rollback artist:{} version:{}",
    "; is the bot in server {}, which LYRICS_HOME_GUILD names?",
    running._REFUSED,
}
"""Read at the console, in the log, or when the bot does not start."""


def is_shown(node: ast.AST) -> bool:
    """Return False for docstrings, custom ids of buttons, and what only the log or a developer reads."""
    match node:
        case ast.Call(func=function):
            return name_of(function) not in NOT_SHOWN
        case ast.Raise(exc=ast.Call(func=function)):
            return name_of(function) == "Refusal"
        case ast.keyword(arg="prefix" | "own_id" | "template") | ast.Assert() | ast.Expr(value=ast.Constant()):
            return False
    return True


def shown(node: ast.AST) -> Iterator[str]:
    """Yield the texts in a piece of code that may be shown, with `{}` for what is filled in."""
    if not is_shown(node):
        return
    if isinstance(node, ast.Constant | ast.JoinedStr):
        yield from templates(node, {})
    for child in ast.iter_child_nodes(node):
        if not (isinstance(node, ast.JoinedStr) and isinstance(child, ast.Constant)):
            yield from shown(child)


def written_in_english(node: ast.AST) -> Iterator[str]:
    """Yield the numbers that a piece of code writes as English does, outside of sentences translated as a whole."""
    match node:
        case ast.Call(func=function) if name_of(function) in ("Refusal", "CorpusError"):
            return
        case ast.FormattedValue(format_spec=ast.JoinedStr(values=[ast.Constant(value=str(how))])):
            if re.search(r",|\.\d|[efg%]$", how):
                yield ast.unparse(node.value)
    for child in ast.iter_child_nodes(node):
        yield from written_in_english(child)


@pytest.fixture(params=language.LANGUAGES)
def catalogue(request: pytest.FixtureRequest) -> language.Catalogue:
    return language.catalogue(request.param)


def test_every_text_is_translated_and_no_translation_is_left_over(catalogue: language.Catalogue) -> None:
    translated = {unnamed(text) for text in catalogue.texts}
    assert translated == everything()
    assert catalogue.commands.keys() == offered()[0]


def test_no_words_are_shown_without_a_translation() -> None:
    found = {text for tree in trees("bot/discord_app", "bot/wording.py") for text in shown(tree)}
    texts = {unnamed(text) for text in found} - everything() - SHOWN_AS_IT_STANDS - FOR_OPERATORS
    assert {text for text in texts if re.search("[a-z]{2} [a-z]{2}|^[A-Z][a-z]{2}", text)} == set()


def test_no_numbers_are_shown_as_english_writes_them() -> None:
    """`tr` and `figure` write them in the reader's language, if they are given the number and its format."""
    saying = ("lstm/text/amount.py", "lstm/text/summary.py", "lstm/training/verdict.py")
    found = [
        number for tree in trees("bot/discord_app", "bot/wording.py", *saying) for number in written_in_english(tree)
    ]
    assert not found


def test_translations_have_the_placeholders_and_marks_of_the_english(catalogue: language.Catalogue) -> None:
    for english, translation in catalogue.texts.items():
        assert placeholders(translation) == placeholders(english), english
        for mark in ("**", "`", "👍"):
            assert translation.count(mark) == english.count(mark), english
        assert translation, english
        assert translation.strip() == translation, english


def test_every_placeholder_of_a_translation_has_a_name(catalogue: language.Catalogue) -> None:
    """Without a name, a sentence that is already filled in would not be recognised, and would stay English."""
    assert not [english for english in catalogue.texts if "{}" in english]


@pytest.mark.parametrize("locale", language.LANGUAGES)
def test_sentences_are_recognised_when_they_are_filled_in(locale: str) -> None:
    context = contextvars.copy_context()
    context.run(language.speak, locale)
    for english, translation in language.catalogue(locale).texts.items():
        filled_in = PLACEHOLDER.sub("9", english)
        assert context.run(language.tr_sentence, filled_in) == PLACEHOLDER.sub("9", translation), english


def test_translations_fit_where_discord_shows_them(catalogue: language.Catalogue) -> None:
    _, descriptions = offered()
    for description in descriptions:
        assert len(catalogue.texts[description]) <= 100, description
    for button in BUTTONS:
        assert len(catalogue.texts.get(button.label, "")) <= 38, button.label  # what fits on a phone
    assert len(set(catalogue.commands.values())) == len(catalogue.commands)
    for name in catalogue.commands.values():
        assert re.fullmatch(r"[-_\w]{1,32}", name), name
        assert name == name.lower(), name


def test_commands_are_called_what_the_texts_call_them(catalogue: language.Catalogue) -> None:
    """A text that mentions a command calls it what Discord calls it in that language."""
    for english, translation in catalogue.texts.items():
        named = re.findall(r"(?<!\w)/([a-z]+)", english)
        assert re.findall(r"(?<![\w/])/([\w-]+)", translation) == [catalogue.commands[name] for name in named], english


@pytest.mark.parametrize(
    ("sentence", "german"),
    [
        ("Only members with Manage Server can train artists.", "Nur Mitglieder mit „Server verwalten“ können"),
        ("A song must have 2 to 40 lines.", "Ein Lied muss 2 bis 40 Zeilen haben."),
        ("There is no artist “{x}” here. /artists lists who can sing.", "Hier gibt es keinen Interpreten „{x}“."),
        ("“burns” has no version 7. Kept versions: 1, 2.", "„burns“ hat keine Version 7. Aufbewahrte Versionen: 1, 2."),
        ("A sentence that nobody has translated.", "A sentence that nobody has translated."),
    ],
)
def test_sentences_of_the_services_are_recognised(sentence: str, german: str) -> None:
    context = contextvars.copy_context()
    context.run(language.speak, "de")
    assert context.run(language.tr_sentence, sentence).startswith(german)
    assert language.tr_sentence(sentence) == sentence


@pytest.mark.parametrize(
    ("locale", "again"),
    [
        ("de", "Nochmal"),
        ("es-ES", "Otra vez"),
        ("es-419", "Otra vez"),
        ("fr", "Encore"),
        ("en-GB", "Again"),
        ("ja", "Again"),
    ],
)
def test_speaks_the_language_of_the_locale(locale: str, again: str) -> None:
    context = contextvars.copy_context()
    context.run(language.speak, locale)
    assert context.run(language.tr, "Again") == again


@pytest.mark.parametrize(
    ("locale", "written"),
    [
        ("en", ["1,234", "12,345", "1,234,567.8", "0.65", "50%", "1.2 MB", "999 bytes"]),
        ("de", ["1.234", "12.345", "1.234.567,8", "0,65", "50\u00a0%", "1,2 MB", "999 bytes"]),
        ("es", ["1234", "12\u202f345", "1\u202f234\u202f567,8", "0,65", "50\u00a0%", "1,2 MB", "999 bytes"]),
        ("fr", ["1\u202f234", "12\u202f345", "1\u202f234\u202f567,8", "0,65", "50\u00a0%", "1,2 MB", "999 bytes"]),
    ],
)
def test_numbers_are_written_as_the_language_does(locale: str, written: list[str]) -> None:
    figures: list[tuple[float | str, str]] = [(1234, ","), (12_345, ","), (1_234_567.8, ",.1f"), (0.654, ".2f")]
    figures += [(0.5, ".0%"), ("1.2 MB", "s"), ("999 bytes", "s")]
    with language.speaking(locale):
        assert [language.figure(number, how) for number, how in figures] == written


def test_numbers_in_texts_are_written_as_the_language_does() -> None:
    bits = "{bits:.2f} bits per character"
    assert language.tr(bits, bits=1.5) == "1.50 bits per character"
    with language.speaking("de"):
        assert language.tr(bits, bits=1.5) == "1,50 Bit pro Zeichen"
        assert language.tr("in the style of {artist}", artist="1,234.5") == "im Stil von 1,234.5"  # a name stays


def test_numbers_in_sentences_are_written_as_the_language_does() -> None:
    started = (
        "It started from the base model, which won a short trial: after 12,345 characters each, "
        "2.10 bits per character with it and 2.35 without."
    )
    full = (
        "This server's texts and models would take up 68.2 MB, but it may use only 67.1 MB. "
        "Remove an artist with /forget, or upload less text."
    )
    with language.speaking("fr"):
        assert "après 12\u202f345 caractères" in language.tr_sentence(started)
        assert "2,10" in language.tr_sentence(started)
        assert "2,35" in language.tr_sentence(started)
        assert "68,2 MB" in language.tr_sentence(full)
        assert "67,1 MB" in language.tr_sentence(full)
    with language.speaking("de"):
        named = language.tr_sentence("There is no artist “1,234.5” here. /artists lists who can sing.")
        assert named == "Hier gibt es keinen Interpreten „1,234.5“. /interpreten zeigt, wer singt."
