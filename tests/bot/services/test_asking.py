from bot.services import Refusal


def test_a_log_has_no_names() -> None:
    refusal = Refusal("There is no artist “Anna” here, nor “Bob”. /artists lists who can sing.")
    assert refusal.without_names == "There is no artist “…” here, nor “…”. /artists lists who can sing."
