import pytest

from bot.services import Asker, Refusal


def test_a_log_has_no_names() -> None:
    refusal = Refusal("There is no artist “Anna” here, nor “Bob”. /artists lists who can sing.")
    assert refusal.without_names == "There is no artist “…” here, nor “…”. /artists lists who can sing."


@pytest.mark.parametrize(
    ("asker", "may"),
    [
        (Asker(1, 9, 7), False),
        (Asker(1, 9, 7, may_manage_messages=True), False),
        (Asker(1, 9, 7, may_manage_guild=True), True),
        (Asker(1, None, 7, may_manage_guild=True), False),  # there is no server to manage in direct messages
        (Asker(1, 9, 7, is_operator=True), True),
        (Asker(1, None, 7, is_operator=True), True),
    ],
)
def test_who_may_manage_artists(asker: Asker, may: bool) -> None:
    assert asker.may_manage_artists is may
