from dataclasses import replace

from bot.services import Drafts
from tests.bot.services.conftest import GUILD, OTHER_GUILD, member


def test_a_deletion_reaches_what_was_asked_for_before_it_and_nothing_else() -> None:
    drafts = Drafts()
    before, of_another = drafts.of(member()), drafts.of(member(5))
    sent_before = replace(member(), asked=drafts.moment)  # and not looked at until later
    drafts.forget_person(1)
    assert [draft.is_asker_forgotten for draft in (before, of_another, drafts.of(sent_before))] == [True, False, True]
    after = drafts.of(member())
    assert after.is_wanted
    drafts.forget_guild(GUILD)
    assert [draft.is_guild_forgotten for draft in (before, of_another, after)] == [True, True, True]
    assert drafts.of(member()).is_wanted
    assert drafts.of(replace(member(guild_id=OTHER_GUILD), asked=0)).is_asker_forgotten
    assert drafts.of(replace(member(5, guild_id=None), asked=0)).is_wanted


def test_a_person_may_delete_again_and_again() -> None:
    drafts = Drafts()
    for _ in range(3):
        draft = drafts.of(member())
        assert draft.is_wanted
        drafts.forget_person(1)
        assert not draft.is_wanted


def test_only_the_last_deletions_are_remembered() -> None:
    drafts = Drafts()
    for user_id in range(20_000):
        drafts.forget_person(user_id)
    assert len(drafts._persons) == 10_000
    assert drafts.of(replace(member(19_999), asked=0)).is_asker_forgotten
