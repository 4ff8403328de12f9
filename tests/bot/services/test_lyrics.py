import sqlite3
import threading
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

import pytest

from bot.services import (
    Asker,
    Continuation,
    GuildsService,
    LyricsService,
    OwnWords,
    PrivacyService,
    Refusal,
    Song,
    SongRequest,
    SongSoFar,
    SungAgain,
)
from bot.services.recent_deletions import RecentDeletions
from bot.services.song_record import SongRecord
from bot.store import artists, likes, requests
from bot.store.artists import EVERYONE
from bot.store.database import Database
from bot.store.faults import StoreError
from tests.bot import samples
from tests.bot.samples import Clock
from tests.bot.services.conftest import CHANNEL, GUILD, OPERATOR, OTHER_GUILD, add_artist, manager, member

REQUEST = SongRequest("I walk alone", lines=4)


async def whole(parts: AsyncGenerator[SongSoFar | Song, None]) -> Song:
    """Read a song to its end, and check that it only ever grew."""
    shown = ""
    async with aclosing(parts) as song:
        async for part in song:
            assert part.text.startswith(shown)
            shown = part.text
    assert isinstance(part, Song)
    assert part.text == shown
    return part


def lines_of(text: str) -> int:
    return sum(1 for line in text.splitlines() if line.strip())


async def test_a_song_begins_with_the_seed_and_is_recorded(lyrics: LyricsService, database: Database) -> None:
    song = await whole(lyrics.sing(member(), replace(REQUEST, temperature=0.5, rhyme="aabb")))
    assert song.text.startswith("I walk alone")
    assert lines_of(song.text) == 4
    assert (song.artist, song.temperature, song.rhyme) == ("Anna", 0.5, "AABB")
    stored = await database.read(lambda connection: requests.by_id(connection, song.request_id))
    assert stored is not None
    assert (stored.user_id, stored.guild_id, stored.channel_id) == (1, GUILD, CHANNEL)
    assert (stored.seed, stored.text, stored.artist) == (song.seed, song.text, "Anna")


async def test_the_guilds_choice_sings_when_no_artist_is_named(
    lyrics: LyricsService, guilds_service: GuildsService
) -> None:
    await guilds_service.change(manager(), default_artist="CHOIR")
    assert (await whole(lyrics.sing(member(), REQUEST))).artist == "Choir"
    assert (await whole(lyrics.sing(member(guild_id=OTHER_GUILD), REQUEST))).artist == "Anna"
    assert (await whole(lyrics.sing(member(), replace(REQUEST, artist=" burns ")))).artist == "Burns"


IN_AGE_RESTRICTED_CHANNEL = replace(member(), in_age_restricted_channel=True)


@pytest.mark.parametrize(
    ("asker", "chosen", "is_filtered"),
    [
        (member(), None, True),
        (member(guild_id=None), None, True),
        (member(), True, True),
        (IN_AGE_RESTRICTED_CHANNEL, True, True),
        (IN_AGE_RESTRICTED_CHANNEL, None, False),
        (IN_AGE_RESTRICTED_CHANNEL, False, False),
        (member(), False, False),
        (OPERATOR, None, False),  # at the console
    ],
)
async def test_where_bad_language_is_kept_out(
    lyrics: LyricsService,
    guilds_service: GuildsService,
    bad_letters: set[str],
    asker: Asker,
    chosen: bool | None,
    is_filtered: bool,
) -> None:
    bad_letters.add("e")
    await guilds_service.change(manager(), channel_id=CHANNEL)  # says nothing about the filter
    if chosen is not None:
        await guilds_service.change(manager(), language_filter=chosen)
    assert (await lyrics._checker.check(asker, replace(REQUEST, seed="I walk"))).is_filtered is is_filtered
    bad = replace(REQUEST, seed="He sings")
    if is_filtered:
        with pytest.raises(Refusal, match="language filter here does not allow some of the words in this seed"):
            await whole(lyrics.sing(asker, bad))
    else:
        stored = await whole(lyrics.sing(asker, bad))
        assert stored.text.startswith("He sings")


async def test_a_filtered_song_has_less_bad_language(lyrics: LyricsService, bad_letters: set[str]) -> None:
    plain = await whole(lyrics.sing(member(), replace(REQUEST, seed="I walk", lines=40)))
    bad_letters.update("aeio")
    filtered = await whole(lyrics.sing(member(), replace(REQUEST, seed="W", lines=40)))
    # An untrained model hardly ever writes a line without a “bad” letter: the line with the fewest wins.
    assert sum(filtered.text.count(letter) for letter in bad_letters) < sum(
        plain.text.count(letter) for letter in "aeio"
    )


async def test_a_seed_is_looked_at_again_where_it_is_sung_again(lyrics: LyricsService, bad_letters: set[str]) -> None:
    bad_letters.add("e")
    song = await whole(lyrics.sing(IN_AGE_RESTRICTED_CHANNEL, replace(REQUEST, seed="He sings")))
    for what in (SungAgain(song.request_id), Continuation(song.request_id)):
        with pytest.raises(Refusal, match="language filter"):
            await whole(lyrics.sing(member(), what))


async def test_someone_sings_even_if_every_default_is_gone(lyrics: LyricsService, database: Database) -> None:
    for name in ("anna", "burns"):
        artist = await database.read(lambda connection, name=name: artists.find(connection, EVERYONE, name))
        await database.write(lambda connection, artist=artist: artists.forget(connection, artist.id))
    assert (await whole(lyrics.sing(member(), REQUEST))).artist == "Choir"
    with pytest.raises(Refusal, match="No artist can sing yet"):
        await whole(lyrics.sing(OPERATOR, REQUEST))


async def test_another_guilds_artist_does_not_exist(lyrics: LyricsService) -> None:
    with pytest.raises(Refusal, match="There is no artist “choir” here"):
        await whole(lyrics.sing(member(guild_id=OTHER_GUILD), replace(REQUEST, artist="choir")))


async def test_a_refusal_comes_before_any_part(lyrics: LyricsService) -> None:
    with pytest.raises(Refusal):
        await anext(lyrics.sing(member(), replace(REQUEST, lines=99)))


async def test_again_is_another_song_on_the_same_request(lyrics: LyricsService) -> None:
    first = await whole(lyrics.sing(member(), replace(REQUEST, artist="burns", rhyme="ABAB", temperature=1.0)))
    second = await whole(lyrics.sing(member(user_id=5), SungAgain(first.request_id)))
    assert second.request_id != first.request_id
    assert second.text != first.text
    assert second == replace(second, artist="Burns", seed=first.seed, lines=4, rhyme="ABAB", temperature=1.0)


async def test_continue_shows_only_new_lines(lyrics: LyricsService) -> None:
    first = await whole(lyrics.sing(member(), REQUEST))
    second = await whole(lyrics.sing(member(), Continuation(first.request_id)))
    third = await whole(lyrics.sing(member(), Continuation(second.request_id)))
    for song in (second, third):
        assert lines_of(song.text) == 4
        assert not song.text.startswith("I walk alone")
        assert song.seed == "I walk alone"


TITLE = "Привет,\nмир"


async def test_a_seed_that_is_a_title_is_no_line_of_the_song(lyrics: LyricsService) -> None:
    song = await whole(lyrics.sing(member(), replace(REQUEST, seed=TITLE)))
    assert song.text.startswith(f"{TITLE}\n\n")
    assert (song.title_lines, song.line_count) == (2, 4)
    grown = await whole(lyrics.sing(member(), Continuation(song.request_id, in_place=True)))
    assert grown.text.startswith(song.text)
    assert (grown.title_lines, grown.line_count) == (2, 8)
    part = await whole(lyrics.sing(member(), Continuation(song.request_id)))
    assert (part.title_lines, part.line_count) == (0, 4)
    grown = await whole(lyrics.sing(member(), Continuation(part.request_id, in_place=True)))
    assert grown.text.startswith(part.text)
    assert (grown.title_lines, grown.line_count) == (0, 8)
    again = await whole(lyrics.sing(member(), SungAgain(song.request_id)))
    assert (again.title_lines, again.line_count) == (2, 4)


async def test_what_follows_knows_the_whole_song_without_its_title(lyrics: LyricsService) -> None:
    first = await whole(lyrics.sing(member(), replace(REQUEST, seed=TITLE)))
    second = await whole(lyrics.sing(member(), Continuation(first.request_id)))
    third = await whole(lyrics.sing(member(), Continuation(second.request_id)))
    song = first.text.removeprefix(f"{TITLE}\n\n")
    for in_place in (False, True):
        checked = await lyrics._checker.check(member(), Continuation(third.request_id, in_place=in_place))
        assert checked.before == f"{song}\n{second.text}\n{third.text}\n"
        assert checked.settings.lines == 4
    await lyrics.delete(member(), first.request_id, 1)
    checked = await lyrics._checker.check(member(), Continuation(third.request_id))
    assert checked.before == f"{second.text}\n{third.text}\n"


async def test_only_as_much_of_a_song_is_known_as_there_is_time_for(
    lyrics: LyricsService, record: SongRecord, database: Database
) -> None:
    last = await whole(lyrics.sing(member(), REQUEST))
    long = "\n".join(f"line {number}" for number in range(100))
    pending = record.deletions.pending_write(member())
    for _ in range(4):
        stored = await record.find(last.request_id)
        assert stored is not None
        following = replace(stored, id=0, text=long, continues=stored.id)
        last = replace(last, request_id=await record.keep(pending, following))
    checked = await lyrics._checker.check(member(), Continuation(last.request_id))
    assert checked.before == f"{long}\n{long}\n"


async def test_each_part_begins_a_stanza(lyrics: LyricsService) -> None:
    song = await whole(lyrics.sing(member(), replace(REQUEST, lines=6)))
    grown = await whole(lyrics.sing(member(), Continuation(song.request_id, in_place=True)))
    assert grown.text.startswith(f"{song.text}\n\n")
    part = await whole(lyrics.sing(member(), Continuation(song.request_id)))
    assert part.text.startswith("\n")
    assert lines_of(part.text) == 6


async def test_a_song_elsewhere_is_not_known_here(lyrics: LyricsService) -> None:
    song = await whole(lyrics.sing(member(), REQUEST))
    private = await whole(lyrics.sing(member(), replace(REQUEST, private=True)))
    assert (
        await whole(lyrics.sing(member(channel_id=8), SungAgain(song.request_id)))
    ).text  # their own, wherever they are
    for asker, request_id in (
        (member(5, OTHER_GUILD), song.request_id),
        (member(5, channel_id=8), song.request_id),
        (member(5), private.request_id),
        (member(5), 999_999),
    ):
        with pytest.raises(Refusal, match="no longer stored"):
            await whole(lyrics.sing(asker, SungAgain(request_id)))


async def test_who_may_delete(lyrics: LyricsService, database: Database) -> None:
    song = await whole(lyrics.sing(member(1), REQUEST))
    with pytest.raises(Refusal, match="Only the member who asked"):
        await lyrics.delete(member(5), song.request_id, asked_by=1)
    await lyrics.delete(manager(), song.request_id, asked_by=1)
    # The moderator removes the message, but the song stays in its asker's history.
    assert await database.read(lambda connection: requests.by_id(connection, song.request_id)) is not None
    await lyrics.delete(member(1), song.request_id, asked_by=1)
    assert await database.read(lambda connection: requests.by_id(connection, song.request_id)) is None
    await lyrics.delete(member(1), song.request_id, asked_by=1)


async def test_the_record_and_not_the_button_knows_whose_song_it_is(lyrics: LyricsService, database: Database) -> None:
    song = await whole(lyrics.sing(member(1), REQUEST))
    with pytest.raises(Refusal, match="Only the member who asked"):
        await lyrics.delete(member(5), song.request_id, asked_by=5)
    assert await database.read(lambda connection: requests.by_id(connection, song.request_id)) is not None
    await lyrics.delete(member(1), song.request_id, asked_by=5)
    assert await database.read(lambda connection: requests.by_id(connection, song.request_id)) is None
    await lyrics.delete(member(5), song.request_id, asked_by=5)  # not recorded: the button says who asked


async def test_what_follows_is_private_where_it_is_shown_so_or_the_song_was(
    lyrics: LyricsService, database: Database
) -> None:
    public = await whole(lyrics.sing(member(), REQUEST))
    hidden = await whole(lyrics.sing(member(), replace(REQUEST, private=True)))
    for wish, is_private in (
        (SungAgain(public.request_id), False),
        (SungAgain(public.request_id, private=True), True),
        (Continuation(public.request_id), False),
        (Continuation(public.request_id, private=True), True),
        (SungAgain(hidden.request_id), True),
        (Continuation(hidden.request_id), True),
    ):
        song = await whole(lyrics.sing(member(), wish))
        stored = await database.read(lambda connection, song=song: requests.by_id(connection, song.request_id))
        assert stored is not None
        assert stored.private is is_private, wish


async def test_songs_outside_the_chosen_channel_are_private(
    lyrics: LyricsService, guilds_service: GuildsService
) -> None:
    assert not await lyrics.is_private(member(), False)
    await guilds_service.change(manager(), channel_id=CHANNEL)
    assert not await lyrics.is_private(member(), False)
    assert await lyrics.is_private(member(), True)
    assert await lyrics.is_private(member(channel_id=8), False)
    assert not await lyrics.is_private(member(guild_id=None, channel_id=8), False)
    in_a_thread = member(channel_id=8)
    assert not await lyrics.is_private(replace(in_a_thread, parent_channel_id=CHANNEL), False)
    assert await lyrics.is_private(replace(in_a_thread, parent_channel_id=9), False)


async def test_a_new_version_sings_from_the_next_song_on(
    lyrics: LyricsService, database: Database, clock: Clock
) -> None:
    singing = lyrics.sing(member(), replace(REQUEST, lines=12))
    await anext(singing)
    await add_artist(database, clock, EVERYONE, "anna", weights=samples.copying_model())
    assert "a,b;c:d!e?f.g" not in (await whole(singing)).text
    song = await whole(lyrics.sing(member(), replace(REQUEST, seed="Oh!")))
    assert (song.artist, song.text.splitlines()[-1]) == ("Anna", "a,b;c:d!e?f.g")


async def test_without_history_nothing_reaches_the_disk(lyrics: LyricsService, database: Database) -> None:
    ids = iter([10**15, 10**15 + 1])
    lyrics._record = lyrics._checker._record = SongRecord(
        database, RecentDeletions(), on_disk=False, new_id=lambda: next(ids)
    )
    song = await whole(lyrics.sing(member(), REQUEST))
    assert await database.read(lambda connection: requests.of_person(connection, 1)) == []
    assert (await whole(lyrics.sing(member(), SungAgain(song.request_id)))).seed == REQUEST.seed
    await lyrics.delete(member(), song.request_id, asked_by=1)
    with pytest.raises(Refusal, match="no longer stored"):
        await whole(lyrics.sing(member(), SungAgain(song.request_id)))


async def test_a_song_says_how_much_of_it_is_the_artists_own(
    lyrics: LyricsService, database: Database, clock: Clock
) -> None:
    fresh = await whole(lyrics.sing(member(), REQUEST))
    assert (fresh.copied_lines, fresh.rhymes_missed) == (0, 0)
    await add_artist(database, clock, EVERYONE, "Parrot", weights=samples.copying_model())
    song = await whole(lyrics.sing(member(), replace(REQUEST, artist="parrot", seed="Oh!")))
    assert song.copied_lines == 3
    rhymed = await whole(lyrics.sing(member(), replace(REQUEST, artist="parrot", seed="Oh!", lines=2, rhyme="AABB")))
    assert (rhymed.copied_lines, rhymed.rhymes_missed) == (1, 1)


async def test_a_song_is_sung_although_the_disk_is_full(lyrics: LyricsService, database: Database) -> None:
    await whole(lyrics.sing(member(), REQUEST))
    columns = (
        "user_id, guild_id, artist, seed, text, lines, temperature, rhyme, private, random_seed, seconds, asked_at"
    )

    def bound(connection: sqlite3.Connection) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    def fill(connection: sqlite3.Connection) -> None:
        connection.execute(f"INSERT INTO requests ({columns}) SELECT {columns} FROM requests LIMIT 1")

    async def fill_up() -> None:
        while True:
            await database.write(fill)

    await database.write(bound)
    with pytest.raises(StoreError, match="is full"):
        await fill_up()
    song = await whole(lyrics.sing(member(), replace(REQUEST, lines=40)))
    assert (await whole(lyrics.sing(member(), SungAgain(song.request_id)))).seed == REQUEST.seed


async def test_again_is_another_take(lyrics: LyricsService) -> None:
    song = await whole(lyrics.sing(member(), REQUEST))
    second = await whole(lyrics.sing(member(), SungAgain(song.request_id)))
    third = await whole(lyrics.sing(member(), SungAgain(second.request_id)))
    assert [song.take, second.take, third.take] == [1, 2, 3]


async def test_a_song_that_grows_in_place_stays_one_song_of_its_asker(
    lyrics: LyricsService, privacy: PrivacyService
) -> None:
    song = await whole(lyrics.sing(member(), REQUEST))
    grown = await whole(lyrics.sing(member(user_id=9), Continuation(song.request_id, in_place=True)))
    assert grown.text.startswith(song.text)
    assert lines_of(grown.text) == 8
    assert (grown.request_id, grown.asked_by, grown.part) == (song.request_id, 1, 1)
    assert await lyrics.recall(member(), song.request_id) == grown
    assert (await privacy.history(member())).requests == 1
    assert (await privacy.history(member(user_id=9))).requests == 0


async def test_a_song_grows_once_at_a_time_and_loses_no_lines(lyrics: LyricsService) -> None:
    song = await whole(lyrics.sing(member(), REQUEST))
    growth = Continuation(song.request_id, in_place=True)
    async with aclosing(lyrics.sing(member(), growth)) as first:
        await anext(first)
        with pytest.raises(Refusal, match="already being continued"):
            await whole(lyrics.sing(member(user_id=9), growth))
        async for part in first:
            grown = part
    again = await whole(lyrics.sing(member(user_id=9), growth))
    assert again.text.startswith(grown.text)
    assert lines_of(again.text) == 12
    async with aclosing(lyrics.sing(member(), growth)) as broken_off:
        await anext(broken_off)
    assert lines_of((await whole(lyrics.sing(member(), growth))).text) == 16


async def test_what_is_noted_of_a_song_in_memory_while_it_grows_stays(
    lyrics: LyricsService, database: Database
) -> None:
    lyrics._record = record = SongRecord(
        database, RecentDeletions(), on_disk=False, new_id=iter(range(10**9, 10**10)).__next__
    )
    lyrics._checker._record = record
    song = await whole(lyrics.sing(member(), REQUEST))
    async with aclosing(lyrics.sing(member(), Continuation(song.request_id, in_place=True))) as parts:
        await anext(parts)
        await lyrics.remember_message(song.request_id, 70)
        async for _ in parts:
            pass
    assert (await lyrics.recall(member(), song.request_id)).message_id == 70


async def test_a_song_deleted_while_it_grows_is_not_recorded_again(lyrics: LyricsService, database: Database) -> None:
    song = await whole(lyrics.sing(member(), REQUEST))
    async with aclosing(lyrics.sing(member(9), Continuation(song.request_id, in_place=True))) as parts:
        await anext(parts)
        await lyrics.delete(member(), song.request_id, 1)
        with pytest.raises(Refusal, match="deleted"):
            async for _ in parts:
                pass
    assert await database.read(lambda connection: requests.by_id(connection, song.request_id)) is None


async def test_parts_know_what_they_continue(lyrics: LyricsService) -> None:
    first = await whole(lyrics.sing(member(), REQUEST))
    second = await whole(lyrics.sing(member(), Continuation(first.request_id)))
    third = await whole(lyrics.sing(member(), Continuation(second.request_id)))
    assert [second.part, third.part] == [2, 3]
    parts = await lyrics.all_parts(member(), third.request_id)
    assert [part.request_id for part in parts] == [first.request_id, second.request_id, third.request_id]
    await lyrics.delete(member(), second.request_id, 1)
    assert [part.part for part in await lyrics.all_parts(member(), third.request_id)] == [3]


async def test_an_artist_can_begin_by_itself(lyrics: LyricsService) -> None:
    song = await whole(lyrics.sing(member(), OwnWords("burns")))
    assert (song.artist, song.seed, lines_of(song.text)) == ("Burns", "", 12)
    assert (await whole(lyrics.sing(member(), SungAgain(song.request_id)))).artist == "Burns"


async def test_one_vote_per_member_withdrawn_by_the_next(lyrics: LyricsService) -> None:
    song = await whole(lyrics.sing(member(), REQUEST))
    votes = [(await lyrics.like(member(user), song.request_id)).likes for user in (1, 9, 1, 9, 9)]
    assert votes == [1, 2, 1, 0, 1]


async def test_private_songs_and_songs_elsewhere_get_no_votes(lyrics: LyricsService) -> None:
    song = await whole(lyrics.sing(member(), replace(REQUEST, private=True)))
    with pytest.raises(Refusal, match="Only you"):
        await lyrics.like(member(), song.request_id)
    public = await whole(lyrics.sing(member(), REQUEST))
    with pytest.raises(Refusal, match="no longer stored"):
        await lyrics.like(member(9, OTHER_GUILD), public.request_id)


async def test_the_top_has_the_songs_liked_most_in_seven_days(
    lyrics: LyricsService, clock: Clock, bad_letters: set[str]
) -> None:
    songs = [await whole(lyrics.sing(member(), REQUEST)) for _ in range(4)]
    for number, votes in enumerate((1, 3, 2)):
        for user in range(votes):
            await lyrics.like(member(user + 10), songs[number].request_id)
    top = await lyrics.top(member(), lambda channel: True)
    assert [(song.request_id - songs[0].request_id, song.likes) for song in top] == [(1, 3), (2, 2), (0, 1)]
    assert len(await lyrics.top(member(), lambda channel: True, limit=2)) == 2
    assert await lyrics.top(member(), lambda channel: channel != CHANNEL) == []
    assert await lyrics.top(member(guild_id=OTHER_GUILD), lambda channel: True) == []
    bad_letters.add("I")
    assert await lyrics.top(member(), lambda channel: True) == []
    assert len(await lyrics.top(replace(member(), in_age_restricted_channel=True), lambda channel: True)) == 3
    clock.move(days=8)
    assert await lyrics.top(replace(member(), in_age_restricted_channel=True), lambda channel: True) == []
    with pytest.raises(Refusal, match="server"):
        await lyrics.top(member(guild_id=None), lambda channel: True)


async def test_the_top_is_chosen_without_holding_up_the_database_or_the_event_loop(
    lyrics: LyricsService, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a channel shows to whom is known to the event loop alone; to look for bad language takes time."""
    song = await whole(lyrics.sing(member(), REQUEST))
    await lyrics.like(member(9), song.request_id)
    seen_in, read_in = set(), set()

    def may_see(_channel: int) -> bool:
        seen_in.add(threading.get_ident())
        return True

    def has_bad_language(_text: str) -> bool:
        read_in.add(threading.get_ident())
        return False

    monkeypatch.setattr(lyrics, "_has_bad_language", has_bad_language)
    assert len(await lyrics.top(member(), may_see)) == 1
    assert seen_in == {threading.get_ident()}
    assert len(read_in) == 1
    assert not read_in & {threading.get_ident(), await database.read(lambda _: threading.get_ident())}


async def test_votes_go_with_the_song_with_its_message_and_with_their_person(
    lyrics: LyricsService, privacy: PrivacyService, database: Database
) -> None:
    songs = [await whole(lyrics.sing(member(), REQUEST)) for _ in range(3)]
    for song in songs:
        await lyrics.like(member(9), song.request_id)
    await lyrics.delete(member(), songs[0].request_id, 1)
    await lyrics.delete(manager(), songs[1].request_id, 1)
    assert [song.request_id for song in await lyrics.top(member(), lambda channel: True)] == [songs[2].request_id]
    assert len(await database.read(lambda connection: likes.of_person(connection, 9))) == 1
    assert (await privacy.delete(member(9))).likes == 1
    assert await database.read(lambda connection: likes.of_person(connection, 9)) == []


async def test_a_song_that_the_database_does_not_have_gets_no_votes(lyrics: LyricsService, database: Database) -> None:
    """A song is kept in memory alone if it could not be written, as on a full disk."""
    song = await whole(lyrics.sing(member(), REQUEST))
    stored = await lyrics._record.find(song.request_id)
    assert stored is not None
    await database.write(lambda connection: connection.execute("DELETE FROM requests"))
    lyrics._record._recent[song.request_id] = stored
    with pytest.raises(Refusal, match="no longer stored"):
        await lyrics.like(member(9), song.request_id)


async def test_without_history_there_are_no_votes(lyrics: LyricsService, database: Database) -> None:
    lyrics._record = record = SongRecord(
        database, RecentDeletions(), on_disk=False, new_id=iter(range(10**9, 10**10)).__next__
    )
    lyrics._checker._record = record
    song = await whole(lyrics.sing(member(), REQUEST))
    grown = await whole(lyrics.sing(member(), Continuation(song.request_id, in_place=True)))
    assert grown.text.startswith(song.text)
    with pytest.raises(Refusal, match="no songs"):
        await lyrics.like(member(), song.request_id)


async def test_two_artists_take_turns(lyrics: LyricsService, database: Database) -> None:
    song = await whole(lyrics.sing(member(), replace(REQUEST, lines=8, form="Verses", partner=" BURNS ")))
    assert (song.artist, song.partner) == ("Anna", "Burns")
    assert lines_of(song.text) == 8
    again = await whole(lyrics.sing(member(), SungAgain(song.request_id)))
    assert (again.artist, again.partner) == ("Anna", "Burns")
    for kept in (song, again):
        stored = await database.read(lambda connection, kept=kept: requests.by_id(connection, kept.request_id))
        assert stored is not None
        assert stored.form == "verses"
    grown = await whole(lyrics.sing(member(), Continuation(again.request_id, in_place=True)))
    assert (grown.partner, lines_of(grown.text)) == ("Burns", 16)


@pytest.mark.parametrize(
    ("partner", "why"), [("anna", "already singing"), ("nobody", "no artist"), ("Choir", "no artist")]
)
async def test_who_cannot_take_turns(lyrics: LyricsService, partner: str, why: str) -> None:
    with pytest.raises(Refusal, match=why):
        await whole(lyrics.sing(member(guild_id=OTHER_GUILD), replace(REQUEST, partner=partner)))
