"""What is pictured: a bot that runs, asked by members of a stand-in Discord."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.corpora import verse
from tests.discord_stand_in import MANAGE_GUILD, DiscordStandIn, Guild, Member, Message, Upload
from tests.end_to_end.bot_process import BotProcess
from tests.pictures.page import Shown

TRAIN_MINUTES = 2.0
SEED = "I walk alone along the harbour wall"
OTHER_SEEDS = {"neon-static": "The lamp is out", "gravel-and-rain": "Nobody told the rain"}
"""By artist: more songs for the history."""


class Stage:
    """A server with three members, and the bot."""

    def __init__(self, discord: DiscordStandIn) -> None:
        self.discord = discord
        self.guild: Guild = discord.guild("Choir")
        self.anna, self.ben = self.guild.member("anna"), self.guild.member("ben")
        self.chief = self.guild.member("chief", MANAGE_GUILD)

    async def scenes(self) -> dict[str, list[Shown]]:
        """Play all that is pictured; the messages by what they show."""
        taken = {"about": [self.shown(self.anna, "/about", await self.use(self.anna, "about"))]}
        training = await self.use(self.chief, "train", artist="cowboys", corpus=_corpus())
        await training.until(lambda message: "\n> " in message.text, 200)  # it sings by now
        taken["training"] = [self.shown(self.chief, "/train", training)]
        song = await self.sing(self.anna, seed=SEED, rhyme="AABB")
        for fan in (self.ben, self.chief):
            await self.press(fan, song, "👍")
        await song.until(lambda message: message.button("👍").get("label") == "2")
        for artist_name, seed in OTHER_SEEDS.items():
            await self.sing(self.anna, seed=seed, artist=artist_name)
        taken["song"] = [self.shown(self.anna, "/lyrics", song)]
        card = await self.press(self.ben, song, "Card")
        taken["card"] = [self.shown(self.ben, "a button", await card.final(lambda message: bool(message.attachments)))]
        said = self.discord.says(self.ben, "the last bus went without us again")
        sung = await (await self.discord.on_message(self.anna, "Sing this", said)).final(_has_buttons)
        wrote = Shown("Ben", None, said.content, is_layout=False)
        taken["sing-this"] = [wrote, self.shown(self.anna, "Sing this", sung)]
        taken["artists"] = [self.shown(self.anna, "/artists", await self.use(self.anna, "artists"))]
        artist = await self.use(self.anna, "artist", name="neon-static")
        figures = await (await self.press(self.anna, artist, "Details")).message()
        taken["artist"] = [self.shown(self.anna, "/artist", artist), self.shown(self.anna, "a button", figures)]
        for command in ("history", "top", "help"):
            answer = await self.use(self.anna if command != "help" else self.chief, command)
            taken[command] = [self.shown(self.anna, f"/{command}", answer)]
        jobs = await self.use(self.chief, "jobs")
        choices = await self.use(self.chief, "settings")
        taken["jobs-and-settings"] = [
            self.shown(self.chief, "/jobs", jobs),
            self.shown(self.chief, "/settings", choices),
        ]
        question = await self.use(self.anna, "mydata delete")
        refused = [
            (self.anna, "train", {"artist": "cowboys"}),
            (self.chief, "train", {"artist": "cowboys", "corpus": Upload("notes.txt", b"only a few words")}),
            (self.anna, "lyrics", {"seed": "I walk alone", "artist": "nobody"}),
            (self.anna, "lyrics", {"seed": "I walk alone", "artist": "neon-static", "with": "neon-static"}),
        ]
        taken["questions-and-refusals"] = [self.shown(self.anna, "/mydata delete", question)]
        for who, command, options in refused:
            refusal = await self.refused(who, command, **options)
            taken["questions-and-refusals"].append(self.shown(who, f"/{command}", refusal))
        await training.until(lambda message: bool(message.attachments), 400)
        taken["trained"] = [self.shown(self.chief, "/train", training)]
        return taken

    async def use(self, who: Member, command: str, **options: Any) -> Message:
        """Use a command, and wait for what answers."""
        return await (await self.discord.slash(who, command, options)).message()

    async def refused(self, who: Member, command: str, **options: Any) -> Message:
        """Use a command, and wait for the refusal, which may follow an answer that only said to wait."""
        used = await self.discord.slash(who, command, options)
        await used.changes.until(lambda: bool(used.followups or _answers(used.original)), 60, "a refusal")
        refusal = used.followups[0] if used.followups else used.original
        assert refusal is not None
        return refusal

    async def sing(self, who: Member, **options: Any) -> Message:
        """Ask for a song, and wait until it is whole."""
        return await (await self.discord.slash(who, "lyrics", options)).final(_has_buttons)

    async def press(self, who: Member, message: Message, button: str) -> Any:
        """Press a button."""
        return await self.discord.press(who, message, button)

    def shown(self, who: Member, used: str, message: Message) -> Shown:
        """Keep what a message shows now."""
        names = {str(user.id): user.name.title() for user in self.discord.world.users}
        names |= {str(channel.id): channel.name for channel in self.guild.channels}
        return Shown(
            who.user.name.title(),
            used,
            message.content,
            message.components,
            list(message.uploads),
            message.is_layout,
            message.ephemeral,
            names,
        )


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    """Run the bot on the artists that come with it, for as long as the context lasts."""
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder) / "data"
        data_dir.mkdir()
        async with DiscordStandIn() as discord:
            played = Stage(discord)
            bot = BotProcess(discord, data_dir, LYRICS_TRAIN_MINUTES=f"{TRAIN_MINUTES}")
            await bot.start()
            try:
                yield played
            finally:
                await bot.stop()


def _corpus() -> Upload:
    return Upload("cowboy-songs.txt", verse("cowboy").encode())


def _has_buttons(message: Message) -> bool:
    return bool(message.buttons)


def _answers(message: Message | None) -> bool:
    return message is not None and not message.loading
