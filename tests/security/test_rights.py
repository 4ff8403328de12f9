"""Every cell of the README's table of rights, through the real bot: what it allows works, everything else is refused.

Commands that Discord does not offer in a place are sent there all the same, as if Discord had let them through; except
for operators, whose rights over shared artists do not depend on the place.
"""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.discord_app.commands import COMMANDS
from bot.discord_app.running import BUTTONS
from bot.store.artists import EVERYONE
from tests.discord_stand_in import MANAGE_GUILD, Channel, DiscordStandIn, Interaction, Member, NotOfferedError, User
from tests.discord_stand_in.interactions import COMMAND
from tests.discord_stand_in.registered_commands import descend
from tests.security.rights_table import PLACES, ROLES, Row, rows
from tests.security.stage import CORPUS, Stage, opened, said_in_the_end

TABLE = rows()
REFUSED = re.compile(
    r"Only members with Manage Server|operators can|only works in a server|"
    r"no longer stored|already been deleted|There is no (artist|training)|can delete it"
)
WENT_WRONG = re.compile("Something went wrong")

Who = Member | User
Act = Callable[[Stage, Who, Channel], Awaitable[Interaction]]


def command(path: str, **options: object) -> Act:
    async def act(stage: Stage, who: Who, channel: Channel) -> Interaction:
        values = {name: await value(stage, who) if callable(value) else value for name, value in options.items()}
        try:
            return await stage.discord.slash(who, path, values, channel=channel)
        except NotOfferedError:
            if _user(who) in stage.operators:
                raise
            return await unoffered(stage, who, path, values, channel)

    return act


async def unoffered(stage: Stage, who: Who, path: str, values: dict[str, object], channel: Channel) -> Interaction:
    """Send a command where Discord does not offer it."""
    acts = stage.discord._acts
    name, *inner = path.split()
    known = stage.discord.commands.named(name, stage.guild)
    data = acts._command_data(known, inner, descend(known, inner), values)
    return await acts._send(COMMAND, who, channel, data)


async def a_changeable_artist(stage: Stage, who: Who) -> str:
    """Name an artist that this role may change: a shared one for operators, otherwise one of the server."""
    return (await stage.artist(EVERYONE if _user(who) in stage.operators else stage.guild.id))[1]


async def its_id(stage: Stage, who: Who) -> int:
    return (await stage.artist(EVERYONE if _user(who) in stage.operators else stage.guild.id))[0]


async def new_artist(stage: Stage, who: Who) -> str:
    await stage.clear_queue()
    return stage.new_name()


async def a_job(stage: Stage, who: Who) -> int:
    await stage.clear_queue()
    return await stage.job(stage.guild)


def button(custom_id: Callable[[Stage, Who, Channel], Awaitable[str]]) -> Act:
    async def act(stage: Stage, who: Who, channel: Channel) -> Interaction:
        return await stage.press(who, channel, await custom_id(stage, who, channel))

    return act


def of_own_song(prefix: str, suffix: str = "") -> Act:
    async def custom_id(stage: Stage, who: Who, channel: Channel) -> str:
        song = await stage.song(who, channel)
        return f"{prefix}:{song.request_id}{suffix.format(user=_user(who).id)}"

    return button(custom_id)


def fixed(custom_id: str) -> Act:
    async def same(stage: Stage, who: Who, channel: Channel) -> str:
        return custom_id

    return button(same)


async def _cancel_id(stage: Stage, who: Who, channel: Channel) -> str:
    return f"job:cancel:{await a_job(stage, who)}"


async def _text_id(stage: Stage, who: Who, channel: Channel) -> str:
    return f"job:text:{await a_job(stage, who)}"


async def _forget_id(stage: Stage, who: Who, channel: Channel) -> str:
    return f"artist:forget:id:{await its_id(stage, who)}"


async def _use_id(stage: Stage, who: Who, channel: Channel) -> str:
    """Return the id of the button for a version that was held back."""
    artist_id, _ = await stage.artist(EVERYONE if _user(who) in stage.operators else stage.guild.id)

    def transaction(connection) -> int:
        job = connection.execute(
            """INSERT INTO jobs (artist_id, guild_id, state, minutes, random_seed, queued_at, ended_at)
            VALUES (?, ?, 'succeeded', 1, 0, '2026-01-01', '2026-01-01') RETURNING id""",
            (artist_id, stage.guild.id),
        ).fetchone()[0]
        connection.execute("UPDATE versions SET job_id = ? WHERE artist_id = ? AND number = 1", (job, artist_id))
        return job

    return f"job:use:{await stage.services.database.write(transaction)}"


async def sing_this(stage: Stage, who: Who, channel: Channel) -> Interaction:
    message = stage.discord.messages.said(_user(who), channel, "I walk alone")
    return await stage.discord._acts.on_message(who, "Sing this", message)


async def train_shipped(stage: Stage, who: Who, channel: Channel) -> Interaction:
    """Press the button that an operator in the server was shown."""
    await stage.clear_queue()
    operator = stage.guild.join(stage.operators[0], 0)
    asked = await stage.discord.slash(operator, "train", {"artist": "anna", "corpus": CORPUS}, checked=False)
    (train, _) = (await asked.message()).buttons
    return await stage.press(who, channel, train["custom_id"])


SONG = "generated, in the style of"
ACTS: dict[str, tuple[Act, str]] = {
    "/lyrics": (command("lyrics", seed="I walk", lines=2), SONG),
    "Sing this": (sing_this, SONG),
    "/artists": (command("artists"), "anna"),
    "/artist": (command("artist", name="anna"), "anna"),
    "/history": (command("history"), "not asked for a song here"),
    "/mydata export": (command("mydata export"), "Everything stored about you"),
    "/mydata delete": (command("mydata delete"), "can't be undone"),
    "/about": (command("about"), "LSTM"),
    "/help": (command("help"), "What you can do"),
    "/top": (command("top"), "last seven days"),
    "/train": (command("train", artist=new_artist, corpus=CORPUS), "Number 1 in the queue"),
    "/jobs": (command("jobs"), "Training jobs|No training jobs"),
    "/cancel": (command("cancel", job=a_job), "has been cancelled"),
    "/rollback": (command("rollback", artist=a_changeable_artist), "Version 1 of"),
    "/forget": (command("forget", artist=a_changeable_artist), "This deletes"),
    "/settings": (command("settings"), "This server's settings"),
    "Again": (of_own_song("song:again"), SONG),
    "Continue": (of_own_song("song:continue"), SONG),
    "👍": (of_own_song("song:like"), SONG),
    "Whole song": (of_own_song("song:whole"), r"\*\*"),
    "Card": (of_own_song("song:card"), SONG),
    "Show": (of_own_song("song:show"), SONG),
    "Sing": (fixed("artist:sing:anna"), SONG),
    "Details": (fixed("artist:details:anna"), "parameters"),
    "Back": (fixed("artists:page:1"), "anna"),
    "More": (fixed("history:page:1"), "not asked for a song here"),
    "Delete": (of_own_song("song:delete", ":{user}"), r"\(deleted\)"),
    "Delete everything": (fixed("mydata:delete"), "deleted"),
    "Keep": (fixed("confirmation:keep"), "Nothing was changed"),
    "Cancel": (button(_cancel_id), "has been cancelled"),
    "Show cleaned text": (button(_text_id), "The text used for training"),
    "Use it anyway": (button(_use_id), "sings from now on"),
    "Train a new version": (train_shipped, "Number 1 in the queue"),
    "Forget this artist": (button(_forget_id), "has been deleted, with"),
    "Sing in every channel": (fixed("settings:every-channel"), "This server's settings"),
    "Use the default": (fixed("settings:filter-by-default"), "This server's settings"),
}


def test_the_table_has_every_command_and_every_button() -> None:
    named = {row.name for row in TABLE}
    offered = set()
    for each in COMMANDS:
        inner = getattr(each, "commands", None)
        offered |= {f"{each.name} {sub.name}" for sub in inner} if inner else {each.name}
    # A message command is not a slash command.
    assert {name.removeprefix("/") for name in named if name.startswith("/") or name == "Sing this"} == offered
    templates = [re.compile(item.__discord_ui_compiled_template__.pattern) for item in BUTTONS]
    pressed = {
        "song:again:1", "song:continue:1", "song:like:1", "song:whole:1", "song:card:1", "song:show:1",
        "song:interrupted:1",
        "artist:sing:a", "artist:details:a", "artists:page:1", "history:page:1", "song:delete:1:1", "mydata:delete",
        "confirmation:keep", "job:cancel:1", "job:text:1", "job:use:1", "artist:forget:id:1", "settings:every-channel",
        "settings:filter-by-default",
        "train:shipped:1",
    }  # fmt: skip
    assert all(any(template.fullmatch(custom_id) for custom_id in pressed) for template in templates)
    assert len(templates) == len(pressed)
    assert set(ACTS) == named


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
async def test_rights(row: Row, discord: DiscordStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    act, success = ACTS[row.name]
    succeeded = re.compile(success)
    wrong = []
    async with opened(discord, tmp_path, monkeypatch, operators=len(PLACES)) as stage:
        for role in ROLES:
            for number, place in enumerate(PLACES):
                user = stage.operators[number] if role == "operator" else discord.user(f"{role} {place}")
                user.installed_app = True
                who, channel = at(stage, user, place, MANAGE_GUILD if role == "manager" else 0)
                try:
                    interaction = await act(stage, who, channel)
                except NotOfferedError:
                    said = "not offered"
                else:
                    said = await said_in_the_end(interaction, succeeded, REFUSED, WENT_WRONG)
                is_allowed = succeeded.search(said) is not None and not REFUSED.search(said)
                if WENT_WRONG.search(said) or is_allowed is not (place in row.allowed[role]):
                    wrong.append((role, place, said))
    assert wrong == []


def at(stage: Stage, user: User, place: str, permissions: int) -> tuple[Who, Channel]:
    """Return somebody in a place, and the channel."""
    if place == "DM":
        return user, stage.discord.direct_messages(user)
    guild = stage.guild if place == "server" else stage.elsewhere
    return guild.join(user, permissions), guild.channels[0]


def _user(who: Who) -> User:
    return who.user if isinstance(who, Member) else who
