import json
import re
from dataclasses import replace

import pytest
from discord.app_commands import ContextMenu

from bot.discord_app.commands import COMMANDS
from bot.services import (
    SEED_CHARACTERS,
    Asker,
    HistoryEntry,
    HistoryPage,
    OwnWords,
    Refusal,
    SongRequest,
)
from tests.bot.discord_app.stubs import BURNS, NOON, StubServices
from tests.discord_stand_in import MANAGE_GUILD, DiscordStandIn, Guild, Member, User

pytestmark = pytest.mark.usefixtures("bot")


async def test_artists(discord: DiscordStandIn, anna: Member) -> None:
    message = await (await discord.slash(anna, "artists")).message()
    assert (
        "**burns**\n-# sings of heather and rose · learned very little from 594 KB of lyrics · "
        "trained <t:1795521600:d> · on every server\n"
        "> *My love is like*\n> *a red, red \\*rose\\**"
    ) in message.text
    assert "**\\*wild\\***\n-# sings of" in message.text
    assert "on this server only" in message.text
    assert [button["label"] for button in message.buttons] == ["Sing", "Sing"]


async def test_nothing_says_when_an_artist_was_trained_whose_model_does_not(
    discord: DiscordStandIn, services: StubServices, anna: Member
) -> None:
    services.artists.more = [replace(BURNS, name="ann", trained_at=None)]
    message = await (await discord.slash(anna, "artists")).message()
    entry = message.text.partition("**ann**")[2].partition(">")[0]
    assert "learned very little from 594 KB of lyrics · on every server" in entry


async def test_many_artists_come_in_pages(discord: DiscordStandIn, services: StubServices, anna: Member) -> None:
    services.artists.more = [replace(BURNS, name=f"artist {number}" + "*" * 25) for number in range(17)]
    message = await (await discord.slash(anna, "artists")).message()
    assert "page 1 of 3" in message.text
    await discord.press(anna, message, "More")
    await message.until(lambda message: "page 2 of 3" in message.text)
    await discord.press(anna, message, "More")
    await message.until(lambda message: "page 3 of 3" in message.text)
    assert "artist 16" in message.text
    await discord.press(anna, message, "Back")
    await message.until(lambda message: "page 2 of 3" in message.text)


async def test_sing_lets_the_artist_begin(discord: DiscordStandIn, services: StubServices, anna: Member) -> None:
    services.lyrics.script = []
    message = await (await discord.slash(anna, "artists")).message()
    song = await (await discord.press(anna, message, "artist:sing:*wild*")).message()
    assert "and the song goes on" in song.text
    assert services.lyrics.asked[-1][1] == OwnWords("*wild*")


async def test_artist_with_its_curve_and_its_figures(discord: DiscordStandIn, anna: Member) -> None:
    message = await (await discord.slash(anna, "artist", {"name": "burns"})).message()
    assert "### burns\nsings of heather and rose" in message.text
    assert "> *that*" in message.text
    assert message.attachments[0].data.startswith(b"\x89PNG")
    assert "parameters" not in message.text
    figures = await (await discord.press(anna, message, "Details")).message()
    assert figures.ephemeral
    assert "1,200,000 parameters, 4.8 MB" in figures.text
    assert "2.010 bits per character; the n-gram baseline 2.110" in figures.text
    assert "*held out*" in figures.text
    refused = await (await discord.slash(anna, "artist", {"name": "nobody"})).message()
    assert (refused.ephemeral, refused.content) == (True, "There is no artist nobody here: see /artists.")


async def test_history_is_for_the_asker_alone(discord: DiscordStandIn, anna: Member) -> None:
    message = await (await discord.slash(anna, "history")).message()
    assert message.ephemeral
    assert (
        "**I \\*walk\\***\n-# burns · <t:1795521600:R> · private\n-# seed: I \\*walk\\* @\u200beveryone" in message.text
    )
    assert f"[open](https://discord.com/channels/{anna.guild.id}/5/6)" in message.text
    assert "page 1 of 2 · songs: 11" in message.text
    await discord.press(anna, message, "Older")
    await message.until(lambda message: "page 2 of 2" in message.text)
    assert "Older" not in [button.get("label") for button in message.buttons]
    shown = await (await discord.press(anna, message, "song:show:7")).message()
    assert shown.ephemeral
    assert "and the song goes on" in shown.text
    assert (await (await discord.slash(anna, "history", {"page": 3})).message()).content == "There are only 2 pages."


async def test_mydata_export(discord: DiscordStandIn, anna: Member) -> None:
    message = await (await discord.slash(anna, "mydata export")).message()
    assert message.ephemeral
    assert message.attachments[0].filename == "mydata.json"
    assert json.loads(message.attachments[0].data) == {"user_id": anna.user.id}


async def test_a_long_export_comes_in_several_files(
    discord: DiscordStandIn, services: StubServices, anna: Member
) -> None:
    services.privacy.export_parts = 11
    interaction = await discord.slash(anna, "mydata export")
    assert (await interaction.message()).attachments[0].filename == "mydata.json"
    last = await interaction.followup(9)
    names = [upload.filename for message in interaction.followups for upload in message.attachments]
    assert names == [f"mydata-{number}.json" for number in range(2, 11)]
    assert all(message.ephemeral for message in interaction.followups)
    assert last.content.startswith("There is more than Discord can take")


async def test_mydata_delete_asks_first(discord: DiscordStandIn, services: StubServices, anna: Member) -> None:
    message = await (await discord.slash(anna, "mydata delete")).message()
    assert message.ephemeral
    assert services.privacy.deletions == []
    await discord.press(anna, message, "Delete everything")
    await message.until(lambda message: message.content.startswith("Requests deleted: 11."))
    assert services.privacy.deletions == [anna.user.id]
    assert not message.buttons


async def test_mydata_delete_can_be_thought_better_of(
    discord: DiscordStandIn, services: StubServices, anna: Member
) -> None:
    message = await (await discord.slash(anna, "mydata delete")).message()
    await discord.press(anna, message, "Keep")
    await message.until(lambda message: message.content == "Nothing was changed.")
    assert services.privacy.deletions == []


async def test_about(discord: DiscordStandIn, anna: Member) -> None:
    message = await (await discord.slash(anna, "about")).message()
    for part in ("LSTM", "for 30 days", "/mydata delete", "/forget", "artists here: 2", "discord.py 2.7"):
        assert part in message.text
    assert re.search(
        r"-# up .+ · gateway latency [0-9]+ ms · songs: 3 in progress, 2 waiting · artists here", message.text
    )


async def test_forget_asks_first(discord: DiscordStandIn, services: StubServices, chief: Member, anna: Member) -> None:
    refused = await (await discord.slash(anna, "forget", {"artist": "kipling"})).message()
    assert refused.ephemeral
    assert not refused.buttons
    message = await (await discord.slash(chief, "forget", {"artist": "kip*ling"})).message()
    assert message.ephemeral
    assert services.artists.forgotten == []
    services.lyrics.default_artists = ["kip*ling", "bur*ns"]
    await discord.press(chief, message, "Forget this artist")
    await message.until(lambda message: "kip\\*ling has been deleted, with" in message.content)
    assert message.content.endswith("bur\\*ns is now the default artist.")
    assert services.artists.forgotten == [5]


async def test_rollback(discord: DiscordStandIn, services: StubServices, chief: Member) -> None:
    message = await (await discord.slash(chief, "rollback", {"artist": "burns"})).message()
    assert message.content == "Version 1 of burns sings now (2.010 bits per character)."
    await (await discord.slash(chief, "rollback", {"artist": "burns", "version": 12})).message()
    assert services.artists.rolled_back == [("burns", None), ("burns", 12)]


async def test_versions_are_offered_for_the_artist_that_is_chosen(discord: DiscordStandIn, chief: Member) -> None:
    choices = await discord.autocomplete(chief, "rollback", "version", "", options={"artist": "burns"})
    assert choices == [
        {"name": "12 · 2026-11-24 · 2.010 bits per character · held back", "value": 12},
        {"name": "1 · 2026-11-24 · 2.010 bits per character · sings", "value": 1},
    ]
    assert await discord.autocomplete(chief, "rollback", "version", "") == []


async def test_settings_show_what_is_chosen(
    discord: DiscordStandIn, services: StubServices, chief: Member, guild: Guild
) -> None:
    message = await (await discord.slash(chief, "settings")).message()
    assert message.ephemeral
    assert "the bot's default" in message.text
    changes = {"default_artist": "burns", "language_filter": True, "channel": guild.channels[0]}
    message = await (await discord.slash(chief, "settings", changes)).message()
    channel = f"**Channel for songs**\n<#{guild.channels[0].id}>"
    for part in ("**Default artist**\nburns", "**Language filter**\non", channel):
        assert part in message.text
    await discord.press(chief, message, "Sing in every channel")
    await message.until(lambda message: "every channel" in message.text)
    assert services.guilds.chosen.channel_id is None
    await discord.press(chief, message, "Use the default")
    await message.until(lambda message: "on, except in age-restricted channels" in message.text)
    assert services.guilds.chosen.language_filter is None
    assert not message.buttons


async def test_a_command_of_an_older_version_is_explained(discord: DiscordStandIn, anna: Member) -> None:
    discord.commands.overwrite(None, [{"name": "sing", "description": "An older command", "options": []}])
    message = await (await discord.slash(anna, "sing")).message()
    assert message.ephemeral
    assert "reload Discord" in message.content


async def test_sing_this_takes_the_words_of_a_message(
    discord: DiscordStandIn, services: StubServices, anna: Member, guild: Guild
) -> None:
    services.lyrics.script = []
    said = discord.says(guild.member("ben"), "**The fog** <:fog:123> rolls\n> in https://example.org/a?b @everyone")
    song = await (await discord.on_message(anna, "Sing this", said)).message()
    assert "and the song goes on" in song.text
    asker, request = services.lyrics.asked[-1]
    assert asker.user_id == anna.user.id
    assert request == SongRequest("The fog rolls\nin @everyone")


async def test_sing_this_needs_words(discord: DiscordStandIn, anna: Member) -> None:
    refused = await (await discord.on_message(anna, "Sing this", discord.says(anna, "https://example.org"))).message()
    assert (refused.ephemeral, "no words" in refused.content) == (True, True)


async def test_sing_this_takes_the_lines_of_a_song_of_the_bot(
    discord: DiscordStandIn, services: StubServices, anna: Member
) -> None:
    services.lyrics.script = []
    lines = ["The fog rolls in", "# and the *song* goes on", "", "- 1. It never ends"]
    services.lyrics.earlier = "\n".join([*lines, *["and on and on and on"] * 20])
    history = await (await discord.slash(anna, "history")).message()
    song = await (await discord.press(anna, history, "song:show:7")).message()
    await (await discord.on_message(anna, "Sing this", song)).message()
    _, request = services.lyrics.asked[-1]
    assert request.seed == "\n".join([*lines, *["and on and on and on"] * 6, ""])
    assert len(request.seed) <= SEED_CHARACTERS
    assert request.private  # as the song is


async def test_sing_this_says_where_there_is_no_song(discord: DiscordStandIn, anna: Member) -> None:
    listed = await (await discord.slash(anna, "artists")).message()
    refused = await (await discord.on_message(anna, "Sing this", listed)).message()
    assert refused.ephemeral
    assert refused.content.startswith("I can sing from a song of mine or from what members write")


async def test_two_singers_are_both_in_the_history(
    discord: DiscordStandIn, services: StubServices, anna: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = HistoryEntry(7, "Rain", "burns", "Rain", 12, "AABB", False, NOON, partner="kip*ling")

    async def history(asker: Asker, page: int = 1) -> HistoryPage:
        return HistoryPage((entry,), 1, 1, 1)

    monkeypatch.setattr(services.privacy, "history", history)
    assert "burns and kip\\*ling · <t:" in (await (await discord.slash(anna, "history")).message()).text


async def test_sing_this_works_wherever_a_user_takes_the_bot(discord: DiscordStandIn, services: StubServices) -> None:
    services.lyrics.script = []
    ben = discord.user("ben", installed_app=True)
    elsewhere = discord.guild("Elsewhere", has_bot=False).join(ben)
    said = discord.says(elsewhere, "The fog rolls in")
    assert "The fog rolls in" in (await (await discord.on_message(elsewhere, "Sing this", said)).message()).text


@pytest.mark.parametrize("is_chief", [True, False])
async def test_help_lists_what_the_member_may_use(
    discord: DiscordStandIn, anna: Member, chief: Member, is_chief: bool
) -> None:
    message = await (await discord.slash(chief if is_chief else anna, "help")).message()
    assert message.ephemeral
    managers = {"train", "jobs", "cancel", "forget", "rollback", "settings"}
    for command in COMMANDS:
        name = f"**{command.name}**" if isinstance(command, ContextMenu) else f"`/{command.name}"
        assert (name in message.text) == (is_chief or command.name not in managers), command.name
    headings = ["Songs", "Artists", "You and this bot", *(["For members with Manage Server"] if is_chief else [])]
    assert re.findall(r"^\*\*([^*]+)\*\*$", message.text, re.MULTILINE) == headings


async def test_help_offers_no_settings_to_an_operator_without_manage_server(
    discord: DiscordStandIn, services: StubServices, anna: Member
) -> None:
    services.settings = replace(services.settings, operators=frozenset({anna.user.id}))
    message = await (await discord.slash(anna, "help")).message()
    assert "`/train`" in message.text
    assert "`/settings`" not in message.text


@pytest.mark.parametrize("place", ["direct messages", "a group", "a server without the bot"])
async def test_help_lists_what_works_where_it_is_asked_for(
    discord: DiscordStandIn, services: StubServices, place: str
) -> None:
    ben = discord.user("ben", installed_app=True)
    services.settings = replace(services.settings, operators=frozenset({ben.id}))
    who: User | Member = ben
    if place == "a server without the bot":
        who = discord.guild("Elsewhere", has_bot=False).join(ben, MANAGE_GUILD)
        channel = who.guild.channels[0]
    else:
        channel = discord.direct_messages(ben, with_bot=place == "direct messages")
    message = await (await discord.slash(who, "help", channel=channel)).message()
    listed = set(re.findall(r"`/(\w+)", message.text))
    everywhere = {"lyrics", "artists", "artist", "history", "mydata", "about", "help"}
    assert listed == everywhere | ({"top"} if place == "a server without the bot" else set())
    assert "**Sing this**" in message.text
    assert "For members with Manage Server" not in message.text


async def test_minutes_offers_what_this_bot_allows(
    discord: DiscordStandIn, services: StubServices, chief: Member
) -> None:
    choices = await discord.autocomplete(chief, "train", "minutes", options={"artist": "kipling"})
    assert [choice["value"] for choice in choices] == [1, 2, 3, 5]
    services.settings = replace(services.settings, train_minutes=0.5)
    assert await discord.autocomplete(chief, "train", "minutes", options={"artist": "kipling"}) == []


async def test_answers_in_the_language_of_the_asker(
    discord: DiscordStandIn, services: StubServices, guild: Guild
) -> None:
    services.lyrics.script = []
    karl = guild.member("karl")
    karl.user.locale = "de"
    song = await (await discord.slash(karl, "lyrics", {"seed": "Ich geh allein"})).message()
    assert "-# erzeugt, im Stil von **burns**" in song.text
    assert "2 Zeilen" in song.text
    assert [button.get("label") for button in song.buttons][:2] == ["Nochmal", "Weiter"]
    refused = await (await discord.slash(karl, "train", {"artist": "x"})).message()
    assert refused.content == "Nur Mitglieder mit „Server verwalten“ können Interpreten trainieren."
    shown = await (await discord.slash(karl, "help")).message()
    assert "`/songtext` Ein Lied singen" in shown.text
    anna = guild.member("anna")
    again = await (await discord.press(anna, song, "Nochmal")).message()
    assert [button.get("label") for button in again.buttons][:2] == ["Again", "Continue"]


async def test_a_song_keeps_its_language_whoever_presses_its_buttons(
    discord: DiscordStandIn, services: StubServices, guild: Guild
) -> None:
    services.lyrics.script = []
    karl, anna = guild.member("karl"), guild.member("anna")
    karl.user.locale = "de"
    song = await (await discord.slash(karl, "lyrics", {"seed": "Ich geh allein"})).message()
    await discord.press(anna, song, "👍")
    await song.until(lambda message: message.button("👍").get("label") == "1")
    assert [button.get("label") for button in song.buttons][:2] == ["Nochmal", "Weiter"]
    await (await discord.press(anna, song, "Weiter")).acknowledged()
    assert [button.get("label") for button in song.buttons][:2] == ["Nochmal", "Weiter"]
    services.lyrics.script = [Refusal("That song was deleted.")]
    refused = await (await discord.press(anna, song, "Weiter")).message()
    assert refused.content == "That song was deleted."  # in the language of whoever pressed


async def test_commands_are_registered_in_four_languages(discord: DiscordStandIn) -> None:
    command = discord.commands.named("lyrics")
    assert command["name_localizations"] == {"de": "songtext", "es-ES": "letra", "es-419": "letra", "fr": "paroles"}
    assert command["description_localizations"]["fr"] == "Chanter une chanson qui commence par tes mots"
    seed = next(option for option in command["options"] if option["name"] == "seed")
    assert seed["name_localizations"]["de"] == "anfang"
    assert discord.commands.named("Sing this", kind=3)["name_localizations"]["es-ES"] == "Canta esto"
