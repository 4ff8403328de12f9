"""A small discord.py client that does what the stand-in's own tests need, including what is wrong."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import discord
from discord import app_commands

from tests.discord_stand_in.stand_in import DiscordStandIn

Interaction = discord.Interaction[discord.Client]


class PlainClient(discord.AutoShardedClient):
    """Answers a handful of commands; what Discord refused is in ``caught``."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True))
        self.tree = app_commands.CommandTree(
            self,
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
        )
        self.caught: list[discord.HTTPException] = []
        self.received: list[bytes] = []
        _add_commands(self)

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def refused(self, request: object) -> None:
        """Await a request that Discord is expected to refuse."""
        try:
            await request  # type: ignore[misc]
        except discord.HTTPException as error:
            self.caught.append(error)


class Count(discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"count:(?P<number>\d+)"):
    """A button that counts in its custom id, and so survives a restart."""

    def __init__(self, number: int) -> None:
        super().__init__(discord.ui.Button(label=f"Count {number}", custom_id=f"count:{number}"))
        self.number = number

    @classmethod
    async def from_custom_id(cls, interaction, item, match, /):  # type: ignore[no-untyped-def]
        return cls(int(match["number"]))

    async def callback(self, interaction: Interaction) -> None:
        following = Count(self.number + 1)
        if isinstance(self.view, discord.ui.LayoutView):
            await interaction.response.edit_message(view=a_layout(following, picture=False), attachments=[])
        else:
            await interaction.response.edit_message(content=str(self.number + 1), view=view(following))


class Name(discord.ui.Modal, title="Your name"):
    """Asks for a name."""

    name: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(label="Name", custom_id="name")

    async def on_submit(self, interaction: Interaction) -> None:
        await interaction.response.send_message(f"Hello {self.name.value}")


def view(*items: discord.ui.Item[Any]) -> discord.ui.View:
    """A view that never times out."""
    made = discord.ui.View(timeout=None)
    for item in items:
        made.add_item(item)
    return made


def a_layout(count: Count, *, picture: bool = True) -> discord.ui.LayoutView:
    """A box with some text, a button next to it and possibly a picture."""
    box: discord.ui.Container[discord.ui.LayoutView] = discord.ui.Container(accent_colour=0x123456)
    box.add_item(discord.ui.Section(f"number {count.number}", accessory=count))
    if picture:
        box.add_item(discord.ui.MediaGallery(discord.MediaGalleryItem("attachment://shown.png")))
    return discord.ui.LayoutView(timeout=None).add_item(box)


def _add_commands(client: PlainClient) -> None:
    client.add_dynamic_items(Count)
    _add_answering(client)
    _add_showing(client)
    _add_editing(client)


def _add_answering(client: PlainClient) -> None:
    """Commands that answer once, late, twice or with a file."""
    tree = client.tree

    @tree.command(description="Answers at once")
    @app_commands.describe(text="What to say", times="How often")
    async def say(
        interaction: Interaction, text: app_commands.Range[str, 1, 4000], times: app_commands.Range[int, 1, 5] = 1
    ) -> None:
        await client.refused(interaction.response.send_message(" ".join([text] * times)))

    @say.autocomplete("text")
    async def complete(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=word, value=word) for word in ("hello", "help") if word.startswith(typed)]

    @tree.command(description="Answers later")
    async def later(interaction: Interaction, edits: int = 2, pause: float = 0.0) -> None:
        await interaction.response.defer(thinking=True)
        for number in range(edits):
            await interaction.edit_original_response(content=f"edit {number}")
            await asyncio.sleep(pause)

    @tree.command(description="Answers too late")
    async def late(interaction: Interaction) -> None:
        await asyncio.sleep(3.3)
        await client.refused(interaction.response.send_message("late"))

    @tree.command(description="Answers twice")
    async def twice(interaction: Interaction) -> None:
        second = interaction.response.__class__(interaction)
        await interaction.response.send_message("once")
        await client.refused(second.send_message("twice"))

    @tree.command(description="Gives a file back")
    async def echo(interaction: Interaction, file: discord.Attachment) -> None:
        client.received.append(await file.read())
        back = discord.File(io.BytesIO(client.received[-1][::-1]), filename="back.txt")
        await interaction.response.send_message(f"{file.filename} {file.size} {file.content_type}", file=back)


def _add_showing(client: PlainClient) -> None:
    """Commands with buttons, layouts and modals, and a message command."""
    tree = client.tree

    @tree.command(description="Shows a button")
    async def button(interaction: Interaction) -> None:
        await interaction.response.send_message("0", view=view(Count(0)))

    @tree.command(description="Shows a layout with a file that nothing refers to")
    async def layout(interaction: Interaction) -> None:
        files = [discord.File(io.BytesIO(name.encode()), filename=name) for name in ("shown.png", "hidden.txt")]
        await interaction.response.send_message(view=a_layout(Count(0)), files=files)

    @tree.context_menu(name="Count letters")
    async def letters(interaction: Interaction, message: discord.Message) -> None:
        await client.refused(message.edit(content="not mine"))
        await interaction.response.send_message(f"{message.author.name}: {len(message.content)}", ephemeral=True)

    @tree.command(description="Asks for a name")
    async def name(interaction: Interaction) -> None:
        await interaction.response.send_modal(Name())


def _add_editing(client: PlainClient) -> None:
    """Commands that mention, edit or embed, and one in a group."""
    tree = client.tree

    @tree.command(description="Mentions everybody")
    async def shout(interaction: Interaction, allowed: bool) -> None:
        mentions = discord.AllowedMentions.all() if allowed else discord.AllowedMentions.none()
        await interaction.response.send_message("@everyone <@1> <@&2>", allowed_mentions=mentions)

    @tree.command(description="Edits when the token is dead")
    async def afterwards(interaction: Interaction) -> None:
        sent = await interaction.response.send_message("before")
        assert sent.message_id is not None
        await asyncio.sleep(0.3)
        await client.refused(interaction.edit_original_response(content="by the token"))
        assert interaction.channel_id is not None
        channel = client.get_partial_messageable(interaction.channel_id)
        await client.refused(channel.get_partial_message(sent.message_id).edit(content="by the channel"))

    @tree.command(description="Sends an embed")
    async def embed(interaction: Interaction, title: int, description: int, fields: int) -> None:
        made = discord.Embed(title="t" * title, description="d" * description)
        for number in range(fields):
            made.add_field(name=f"field {number}", value="v")
        await client.refused(interaction.response.send_message(embed=made))

    group = app_commands.Group(name="outer", description="A group")

    @group.command(description="In a group")
    async def inner(interaction: Interaction, word: str) -> None:
        await interaction.response.send_message(f"inner {word}", ephemeral=True)

    tree.add_command(group)


@asynccontextmanager
async def online(stand_in: DiscordStandIn, client: discord.Client) -> AsyncIterator[None]:
    """Keep the client online; ``Route.BASE`` must be the stand-in's."""
    running = asyncio.create_task(client.start(stand_in.token))
    try:
        ready = asyncio.create_task(stand_in.bot_is_ready())
        await asyncio.wait({running, ready}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            ready.cancel()
            running.result()
        await ready
        yield
    finally:
        await client.close()
        with suppress(asyncio.CancelledError):
            running.cancel()
            await running
