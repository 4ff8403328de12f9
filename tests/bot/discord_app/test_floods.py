"""A member who does the same very often at once is answered as often as anybody may ask, and then no more."""

import pytest

from bot.services import InteractionLimiter
from bot.services.interaction_limiter import MEMBER_IN_A_ROW, TYPED_IN_A_ROW
from tests.bot.discord_app.stubs import StubServices
from tests.bot.waiting import until
from tests.discord_stand_in import DiscordStandIn, Guild, Interaction, Member
from tests.discord_stand_in.interactions import CHOICES

pytestmark = pytest.mark.usefixtures("bot", "no_time_passes")
TOO_MANY = "Too many requests at once."


@pytest.fixture
def no_time_passes(services: StubServices) -> None:
    services.interaction_limiter = InteractionLimiter(lambda: 0.0)


async def answered(flood: list[Interaction], at_least: int, later: Interaction) -> list[Interaction]:
    """The interactions of a flood that are answered.

    ``later`` is another member's, sent after them: the bot decides in turn, so once it is answered, it has decided
    about all of the flood.
    """
    await until(lambda: sum(each.answer is not None for each in flood) >= at_least, 30)
    await later.acknowledged(30)
    return [each for each in flood if each.answer is not None]


def texts_of(interactions: list[Interaction]) -> list[str]:
    return [each.original.text for each in interactions if each.original is not None]


async def test_commands(discord: DiscordStandIn, guild: Guild, anna: Member) -> None:
    flood = [await discord.slash(anna, "artists") for _ in range(100)]
    other = await discord.slash(guild.member("ben"), "artists")
    texts = texts_of(await answered(flood, MEMBER_IN_A_ROW + 1, other))
    assert sum(TOO_MANY in text for text in texts) == 1
    assert len(texts) == MEMBER_IN_A_ROW + 1
    assert "burns" in (await other.message()).text


async def test_buttons(discord: DiscordStandIn, guild: Guild, anna: Member) -> None:
    message = await (await discord.slash(anna, "artist", {"name": "burns"})).message()
    ben = guild.member("ben")
    flood = [await discord.press(ben, message, "Details") for _ in range(100)]
    other = await discord.press(anna, message, "Details")
    texts = texts_of(await answered(flood, MEMBER_IN_A_ROW + 1, other))
    assert sum(TOO_MANY in text for text in texts) == 1
    assert len(texts) == MEMBER_IN_A_ROW + 1


async def test_typing(discord: DiscordStandIn, guild: Guild, anna: Member) -> None:
    async def typed(who: Member) -> Interaction:
        return await discord._acts.autocomplete(who, "lyrics", "artist", {"artist": ""}, None)

    flood = [await typed(anna) for _ in range(100)]
    other = await typed(guild.member("ben"))
    assert len(await answered(flood, TYPED_IN_A_ROW, other)) == TYPED_IN_A_ROW
    assert {each.answer for each in flood} == {CHOICES, None}


async def test_a_cleaned_text_is_sent_once_at_a_time(
    discord: DiscordStandIn, services: StubServices, guild: Guild, chief: Member
) -> None:
    """It is in memory several times while it is sent: a hundred presses took a gigabyte."""
    asker = services.asker(user_id=1, guild_id=guild.id, channel_id=None)
    message = discord.messages.said(discord.world.bot, guild.channels[0], "A training.")
    message.components = [
        {
            "type": 1,
            "id": 1,
            "components": [{"type": 2, "style": 2, "label": "Show", "custom_id": "job:text:1", "id": 2}],
        }
    ]
    with services.training.texts.uploading(asker):
        refused = await (await discord.press(chief, message, "Show")).message()
        assert "Another text from this server is still being read or sent" in refused.text
    assert "If you can" in (await (await discord.press(chief, message, "Show")).message()).text
