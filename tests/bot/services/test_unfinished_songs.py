from dataclasses import replace

import pytest

from bot.services import (
    Continuation,
    OwnWords,
    Refusal,
    SongMessage,
    SongRequest,
    SungAgain,
    UnfinishedSongs,
    Wish,
)
from bot.services.recent_deletions import RecentDeletions
from bot.store.database import Database
from tests.bot.samples import Clock
from tests.bot.services.conftest import CHANNEL, GUILD, member


@pytest.mark.parametrize(
    "wish",
    [
        SongRequest("I walk", private=True),
        OwnWords("burns", private=True),
        SungAgain(7, private=True),
        Continuation(7, private=True),
    ],
)
async def test_a_private_song_is_asked_for_again_by_its_asker_alone(
    database: Database, clock: Clock, wish: Wish
) -> None:
    unfinished = UnfinishedSongs(database, RecentDeletions(), on_disk=True, now=clock)
    song = await unfinished.begin(member(), wish, "burns", SongMessage(CHANNEL, 1, "token"))
    assert song is not None
    assert await unfinished.wish(member(), song) == wish
    with pytest.raises(Refusal, match="no longer stored"):
        await unfinished.wish(member(user_id=5), song)


async def test_a_public_song_is_asked_for_again_by_anybody_in_its_channel(database: Database, clock: Clock) -> None:
    unfinished = UnfinishedSongs(database, RecentDeletions(), on_disk=True, now=clock)
    song = await unfinished.begin(member(), SungAgain(7), "burns", SongMessage(CHANNEL, 1, "token"))
    assert song is not None
    assert await unfinished.wish(member(user_id=5), song) == SungAgain(7)
    with pytest.raises(Refusal, match="no longer stored"):
        await unfinished.wish(member(user_id=5, channel_id=CHANNEL + 1), song)


async def test_a_wish_of_an_earlier_version_that_knew_no_private_takes_is_read(
    database: Database, clock: Clock
) -> None:
    unfinished = UnfinishedSongs(database, RecentDeletions(), on_disk=True, now=clock)
    song = await unfinished.begin(member(), SungAgain(7), "burns", SongMessage(CHANNEL, 1, "token"))
    assert song is not None
    wish = '{"kind": "SungAgain", "request_id": 7}'
    await database.write(lambda connection: connection.execute("UPDATE unfinished_songs SET wish = ?", (wish,)))
    assert await unfinished.wish(member(), song) == SungAgain(7)


async def test_what_was_asked_for_is_not_remembered_once_deletion_is_confirmed(
    database: Database, clock: Clock
) -> None:
    """A song may be waiting for its turn while its asker deletes their data."""
    deletions = RecentDeletions()
    unfinished = UnfinishedSongs(database, deletions, on_disk=True, now=clock)
    message = SongMessage(CHANNEL, 1, "token")
    asker, another = (replace(member(user_id), deletions_before=deletions.count) for user_id in (1, 5))
    deletions.forget_person(1)
    assert await unfinished.begin(asker, SongRequest("I walk"), "burns", message) is None
    assert await unfinished.begin(another, SongRequest("I walk"), "burns", message) is not None
    deletions.forget_guild(GUILD)
    assert await unfinished.begin(another, SongRequest("I walk"), "burns", message) is None
    assert (
        await unfinished.begin(replace(asker, deletions_before=deletions.count), SongRequest("I"), "burns", message)
        is not None
    )
