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
from bot.services.drafts import Draft, Drafts
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
    unfinished = UnfinishedSongs(database, Drafts(), on_disk=True, now=clock)
    song = await unfinished.begin(member(), Draft(1, GUILD), wish, "burns", SongMessage(CHANNEL, 1, "token"))
    assert song is not None
    assert await unfinished.wish(member(), song) == wish
    with pytest.raises(Refusal, match="no longer stored"):
        await unfinished.wish(member(user_id=5), song)


async def test_a_public_song_is_asked_for_again_by_anybody_in_its_channel(database: Database, clock: Clock) -> None:
    unfinished = UnfinishedSongs(database, Drafts(), on_disk=True, now=clock)
    song = await unfinished.begin(member(), Draft(1, GUILD), SungAgain(7), "burns", SongMessage(CHANNEL, 1, "token"))
    assert song is not None
    assert await unfinished.wish(member(user_id=5), song) == SungAgain(7)
    with pytest.raises(Refusal, match="no longer stored"):
        await unfinished.wish(member(user_id=5, channel_id=CHANNEL + 1), song)


async def test_a_wish_of_an_earlier_version_that_knew_no_private_takes_is_read(
    database: Database, clock: Clock
) -> None:
    unfinished = UnfinishedSongs(database, Drafts(), on_disk=True, now=clock)
    song = await unfinished.begin(member(), Draft(1, GUILD), SungAgain(7), "burns", SongMessage(CHANNEL, 1, "token"))
    assert song is not None
    wish = '{"kind": "SungAgain", "request_id": 7}'
    await database.write(lambda connection: connection.execute("UPDATE unfinished_songs SET wish = ?", (wish,)))
    assert await unfinished.wish(member(), song) == SungAgain(7)


async def test_what_was_asked_for_is_not_remembered_once_deletion_is_confirmed(
    database: Database, clock: Clock
) -> None:
    """A song may be waiting for its turn while its asker deletes their data."""
    drafts = Drafts()
    unfinished = UnfinishedSongs(database, drafts, on_disk=True, now=clock)
    message = SongMessage(CHANNEL, 1, "token")
    with unfinished.asked_by(member()) as draft, unfinished.asked_by(member(user_id=5)) as of_another:
        drafts.forget_person(1)
        assert await unfinished.begin(member(), draft, SongRequest("I walk"), "burns", message) is None
        assert await unfinished.begin(member(user_id=5), of_another, SongRequest("I"), "burns", message) is not None
        drafts.forget_guild(GUILD)
        assert await unfinished.begin(member(user_id=5), of_another, SongRequest("I"), "burns", message) is None
    with unfinished.asked_by(member()) as later:
        assert await unfinished.begin(member(), later, SongRequest("I walk"), "burns", message) is not None
