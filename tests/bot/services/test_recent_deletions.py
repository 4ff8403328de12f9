from dataclasses import replace

from bot.services import RecentDeletions
from tests.bot.services.conftest import GUILD, OTHER_GUILD, member


def test_a_deletion_reaches_what_was_asked_for_before_it_and_nothing_else() -> None:
    deletions = RecentDeletions()
    before, of_another = deletions.pending_write(member()), deletions.pending_write(member(5))
    sent_before = replace(member(), deletions_before=deletions.count)  # and not looked at until later
    deletions.forget_person(1)
    assert [pending.is_asker_forgotten for pending in (before, of_another, deletions.pending_write(sent_before))] == [
        True,
        False,
        True,
    ]
    after = deletions.pending_write(member())
    assert after.is_wanted
    deletions.forget_guild(GUILD)
    assert [pending.is_guild_forgotten for pending in (before, of_another, after)] == [True, True, True]
    assert deletions.pending_write(member()).is_wanted
    assert deletions.pending_write(replace(member(guild_id=OTHER_GUILD), deletions_before=0)).is_asker_forgotten
    assert deletions.pending_write(replace(member(5, guild_id=None), deletions_before=0)).is_wanted


def test_a_person_may_delete_again_and_again() -> None:
    deletions = RecentDeletions()
    for _ in range(3):
        pending = deletions.pending_write(member())
        assert pending.is_wanted
        deletions.forget_person(1)
        assert not pending.is_wanted


def test_only_the_last_deletions_are_remembered() -> None:
    deletions = RecentDeletions()
    for user_id in range(20_000):
        deletions.forget_person(user_id)
    assert len(deletions._persons) == 10_000
    assert deletions.pending_write(replace(member(19_999), deletions_before=0)).is_asker_forgotten
