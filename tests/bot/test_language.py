"""Every text that members read is there in every language, and fits where Discord shows it."""

import ast
import contextvars
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from discord import app_commands

from bot import language
from bot.discord_app import artist_message
from bot.discord_app.commands import COMMANDS
from bot.discord_app.running import BUTTONS
from bot.services import JobState
from bot.store.job_records import HeldBack

settings = importlib.import_module("bot.discord_app.commands.settings")

BOT = Path(__file__).parents[2] / "bot"
PLACEHOLDER = re.compile(r"\{\w+\}")


def trees(*folders: str) -> Iterator[ast.Module]:
    for folder in folders:
        path = BOT / folder
        for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
            yield ast.parse(file.read_text(encoding="utf-8"))


def template(node: ast.expr, constants: dict[str, str]) -> str | None:
    """The text of an expression: a literal, an f-string with a placeholder for every value, a constant."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Name(id=name):
            return constants.get(name)
        case ast.JoinedStr(values=parts):
            shown = [part.value if isinstance(part, ast.Constant) else "{}" for part in parts]
            return "".join(map(str, shown))
    return None


def arguments_of(function: str, *folders: str) -> set[str]:
    """The texts that a function is called with first."""
    found: set[str] = set()
    for tree in trees(*folders):
        constants = {
            node.targets[0].id: node.value.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
            if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        }
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == function
                and node.args
            ):
                choices = [node.args[0]]
                if isinstance(node.args[0], ast.IfExp):
                    choices = [node.args[0].body, node.args[0].orelse]
                found |= {text for choice in choices if (text := template(choice, constants)) is not None}
    return found


def said() -> set[str]:
    """Everything that the Discord front end says itself."""
    return arguments_of("tr", "discord_app", "wording.py")


def refused() -> set[str]:
    """Every sentence of a refusal, with `{}` for what is filled in."""
    return arguments_of("Refusal", "services", "discord_app")


def offered() -> tuple[set[str], set[str]]:
    """The names, and the descriptions and choices, of all commands."""
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
    """Every text that has to be translated, with `{}` for what is filled in."""
    _, texts = offered()
    labels = {button.label for button in BUTTONS if button.label}
    looked_up = {state.value for state in JobState if state.has_ended} | {reason.value for reason in HeldBack}
    looked_up |= set(settings._FILTER.values()) | {words for _, words in artist_message._QUALITIES}
    return {PLACEHOLDER.sub("{}", text) for text in texts | labels | said() | refused() | looked_up}


@pytest.fixture(params=language.LANGUAGES)
def catalogue(request: pytest.FixtureRequest) -> language.Catalogue:
    return language.catalogue(request.param)


def test_every_text_is_translated_and_no_translation_is_left_over(catalogue: language.Catalogue) -> None:
    translated = {PLACEHOLDER.sub("{}", text) for text in catalogue.texts}
    assert translated == everything()
    assert catalogue.commands.keys() == offered()[0]


def test_translations_have_the_placeholders_and_marks_of_the_english(catalogue: language.Catalogue) -> None:
    for english, translation in catalogue.texts.items():
        assert sorted(PLACEHOLDER.findall(translation)) == sorted(PLACEHOLDER.findall(english)), english
        for mark in ("**", "`", "👍"):
            assert translation.count(mark) == english.count(mark), english
        assert translation, english
        assert translation.strip() == translation, english


def test_translations_fit_where_discord_shows_them(catalogue: language.Catalogue) -> None:
    _, descriptions = offered()
    for description in descriptions:
        assert len(catalogue.texts[description]) <= 100, description
    for button in BUTTONS:
        assert len(catalogue.texts.get(button.label, "")) <= 38, button.label  # what a phone shows
    assert len(set(catalogue.commands.values())) == len(catalogue.commands)
    for name in catalogue.commands.values():
        assert re.fullmatch(r"[-_\w]{1,32}", name), name
        assert name == name.lower(), name


def test_commands_are_called_what_the_texts_call_them(catalogue: language.Catalogue) -> None:
    """A text that names a command names it as Discord does in that language."""
    for english, translation in catalogue.texts.items():
        named = re.findall(r"(?<!\w)/([a-z]+)", english)
        assert re.findall(r"(?<![\w/])/([\w-]+)", translation) == [catalogue.commands[name] for name in named], english


@pytest.mark.parametrize(
    ("sentence", "german"),
    [
        ("Only members with Manage Server can train artists.", "Nur Mitglieder mit „Server verwalten“ können"),
        ("A song has 2 to 40 lines.", "Ein Lied hat 2 bis 40 Zeilen."),
        ("There is no artist “{x}” here. /artists lists who can sing.", "Hier gibt es keinen Interpreten „{x}“."),
        ("“burns” has no version before the one that sings.", "„burns“ hat keine Version vor der, die singt."),
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
