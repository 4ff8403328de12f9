"""What the stand-in refuses, including what discord.py would not even send."""

from typing import Any

import pytest

from tests.discord_stand_in.attachments import Upload
from tests.discord_stand_in.command_limits import check_commands
from tests.discord_stand_in.errors import ApiError
from tests.discord_stand_in.message_limits import check_choices, check_message


def button(**changes: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "Press", "custom_id": "press", **changes}


def rows(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"components": [{"type": 1, "components": list(buttons)}]}


def option(**changes: Any) -> dict[str, Any]:
    return {"name": "seed", "description": "How it begins", "type": 3, **changes}


def command(*options: dict[str, Any], **changes: Any) -> list[dict[str, Any]]:
    return [{"name": "lyrics", "description": "Sing", "options": list(options), **changes}]


@pytest.mark.parametrize(
    "payload",
    [
        {"content": "x" * 2000},
        {"embeds": [{"title": "t" * 256, "description": "d" * 4096, "color": 0xFFFFFF}]},
        {"embeds": [{"description": "d" * 3000}] * 2},
        {"content": None, "embeds": [], "components": []},
        rows(*(button(custom_id=str(number)) for number in range(5))),
        rows(button(custom_id="c" * 100)),
        rows({"type": 2, "style": 5, "label": "Link", "url": "https://example.org"}),
        {"allowed_mentions": {"parse": []}},
    ],
)
def test_takes_messages_within_the_limits(payload: dict[str, Any]) -> None:
    check_message(payload, {})


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        ({"content": "x" * 2001}, "content"),
        ({"content": 7}, "content"),
        ({"embeds": "x"}, "embeds"),
        ({"embeds": [{"description": "d"}] * 11}, "embeds"),
        ({"embeds": [{"description": "d" * 3001}, {"description": "d" * 3000}]}, "embeds"),
        ({"embeds": [{"footer": {"text": "f" * 2049}}]}, "embeds"),
        ({"embeds": [{"fields": [{"name": "", "value": "v"}]}]}, "embeds"),
        ({"embeds": [{"color": 0x1000000}]}, "embeds"),
        ({"embeds": [{"image": {"url": "file:///etc/passwd"}}]}, "embeds"),
        ({"flags": 1 << 14}, "flags"),
        ({"components": [button()]}, "components"),
        (rows(), "components"),
        (rows(*(button(custom_id=str(number)) for number in range(6))), "components"),
        ({"components": [rows(button())["components"][0]] * 6}, "components"),
        (rows(button(custom_id="c" * 101)), "components"),
        (rows(button(custom_id="")), "components"),
        (rows(button(), button()), "components"),
        (rows(button(label="l" * 81)), "components"),
        (rows(button(label=None)), "components"),
        (rows(button(style=9)), "components"),
        ({"allowed_mentions": {"parse": ["everybody"]}}, "allowed_mentions"),
        ({"attachments": [{"id": "0"}]}, "attachments"),
        ({"tts": "no"}, "tts"),
    ],
)
def test_refuses_messages_beyond_the_limits(payload: dict[str, Any], field: str) -> None:
    with pytest.raises(ApiError) as refusal:
        check_message(payload, {})
    assert refusal.value.code == 50035
    assert refusal.value.errors is not None
    assert list(refusal.value.errors) == [field]


def layout(*parts: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"flags": 1 << 15, "components": list(parts), **changes}


def text(characters: int = 3) -> dict[str, Any]:
    return {"type": 10, "content": "t" * characters}


def section(*children: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"type": 9, "components": list(children), "accessory": button(), **changes}


def container(*children: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"type": 17, "components": list(children), **changes}


def picture(url: str = "attachment://curve.png") -> dict[str, Any]:
    return {"type": 12, "items": [{"media": {"url": url}}]}


CURVE = {"0": Upload("curve.png", b"png")}


@pytest.mark.parametrize(
    "payload",
    [
        layout(text(4000)),
        layout(*[text()] * 40),
        layout(container(text(), section(text()), {"type": 14}, rows(button(custom_id="b"))["components"][0])),
        layout(container(picture(), {"type": 13, "file": {"url": "attachment://curve.png"}})),
        layout(text(), content=None, embeds=[]),
    ],
)
def test_takes_layouts_within_the_limits(payload: dict[str, Any]) -> None:
    check_message(payload, CURVE)


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        (layout(text(2000), container(text(2001))), "components"),
        (layout(*[text()] * 41), "components"),
        (
            layout(container(*[section(text(), text(), accessory=button(custom_id=f"{n}")) for n in range(10)])),
            "components",
        ),
        (layout(text(0)), "components"),
        (layout(container()), "components"),
        (layout(container(container(text()))), "components"),
        (layout(container(text(), accent_color=1 << 24)), "components"),
        (layout(section()), "components"),
        (layout(section(text(), accessory=None)), "components"),
        (layout(section(*[text()] * 4)), "components"),
        (layout(button()), "components"),
        (layout(picture("attachment://other.png")), "components"),
        (layout({"type": 13, "file": {"url": "https://example.org/a.txt"}}), "components"),
        (layout(text(), content="also this"), "content"),
        (layout(text(), embeds=[{"description": "also this"}]), "embeds"),
        ({"components": [text()]}, "components"),
    ],
)
def test_refuses_layouts_beyond_the_limits(payload: dict[str, Any], field: str) -> None:
    with pytest.raises(ApiError) as refusal:
        check_message(payload, CURVE)
    assert refusal.value.code == 50035
    assert refusal.value.errors is not None
    assert list(refusal.value.errors) == [field]


def test_a_layout_cannot_become_an_ordinary_message_again() -> None:
    with pytest.raises(ApiError):
        check_message({"content": "only text"}, {}, is_layout=True)


def test_refuses_large_files() -> None:
    with pytest.raises(ApiError) as refusal:
        check_message({}, {"0": Upload("large.bin", bytes(10 * 1024 * 1024 + 1))})
    assert refusal.value.code == 40005


def test_takes_25_choices_and_no_more() -> None:
    choices = [{"name": f"{number}", "value": number} for number in range(26)]
    check_choices({"choices": choices[:25]})
    with pytest.raises(ApiError):
        check_choices({"choices": choices})
    with pytest.raises(ApiError):
        check_choices({"choices": [{"name": "", "value": "v"}]})


@pytest.mark.parametrize(
    "commands",
    [
        command(option()),
        command(option(required=True), option(name="lines", type=4, min_value=2, max_value=40)),
        command({"name": "export", "description": "d", "type": 1, "options": [option()]}),
        command(option(description_localizations={"de": "Womit es beginnt"}, name_localizations={"fr": "début"})),
        [{"name": "Sing this", "type": 3}, *command()],
    ],
)
def test_registers_commands_within_the_limits(commands: list[dict[str, Any]]) -> None:
    assert check_commands(commands) == commands


@pytest.mark.parametrize(
    "commands",
    [
        {"name": "lyrics"},
        command(name="Lyrics"),
        command(name=""),
        command(description=""),
        command() + command(),
        command(option(), option()),
        command(option(), option(name="artist", required=True)),
        command(option(type=99)),
        command(option(choices=[{"name": "n", "value": "v"}] * 26)),
        command(option(choices=[{"name": "n", "value": "v"}], autocomplete=True)),
        command(option(min_value=1)),
        command(option(type=4, max_length=5)),
        command(option(max_length=6001)),
        command(contexts=[3]),
        command(name_localizations={"de": "Lied Text"}),
        command(option(description_localizations={"de": "d" * 101})),
        command(description_localizations={"de-AT": "Singen"}),
        [{"name": "Sing this", "type": 3, "description": "not here"}],
        [{"name": "Sing this", "type": 3}] * 2,
        command(integration_types=[2]),
        command(
            *(
                option(name=f"o{number}", description="d" * 100, choices=[{"name": "n" * 100, "value": "v" * 100}] * 2)
                for number in range(20)
            )
        ),
    ],
)
def test_refuses_commands_beyond_the_limits(commands: Any) -> None:
    with pytest.raises(ApiError) as refusal:
        check_commands(commands)
    assert refusal.value.code == 50035
