import pytest

from bot.services import Refusal, SongRequest
from bot.services.song_request import check_request


def test_a_request_is_kept_as_typed() -> None:
    request = SongRequest("  I walk\nalone ", "Burns", 2, 1.5, "abab")
    assert check_request(request) == SongRequest("  I walk\nalone ", "Burns", 2, 1.5, "ABAB")
    assert check_request(SongRequest("x" * 200, " ")).artist is None


@pytest.mark.parametrize(
    "request_",
    [
        SongRequest(""),
        SongRequest(" \n "),
        SongRequest("x" * 201),
        SongRequest("\ud800"),
        SongRequest("x", lines=1),
        SongRequest("x", lines=41),
        SongRequest("x", temperature=0.09),
        SongRequest("x", temperature=1.6),
        SongRequest("x", temperature=float("nan")),
        SongRequest("x", rhyme="ABC"),
        SongRequest("x", form="sonnet"),
    ],
)
def test_what_is_out_of_range_is_refused_in_a_sentence(request_: SongRequest) -> None:
    with pytest.raises(Refusal) as caught:
        check_request(request_)
    assert str(caught.value).endswith((".", "(wild)."))
