from dataclasses import dataclass
from typing import Any

import pytest

from bot.discord_app.unconfirmed_trainings import MOST_UNCONFIRMED, TrainingRequest, UnconfirmedTrainings
from bot.services import Refusal


@dataclass
class Id:
    id: int


@dataclass
class Asked:
    id: int
    user: Id


def request(number: int) -> TrainingRequest:
    asked: Any = Asked(number, Id(7))
    return TrainingRequest(asked, "burns", None, None)


def test_a_request_belongs_to_its_asker() -> None:
    unconfirmed = UnconfirmedTrainings()
    unconfirmed.add(request(1))
    assert unconfirmed.of(1, 7).artist == "burns"
    with pytest.raises(Refusal, match="no longer stored"):
        unconfirmed.of(1, 8)
    unconfirmed.remove(1)
    with pytest.raises(Refusal, match="no longer stored"):
        unconfirmed.of(1, 7)


def test_the_oldest_requests_are_dropped() -> None:
    unconfirmed = UnconfirmedTrainings()
    for number in range(MOST_UNCONFIRMED + 1):
        unconfirmed.add(request(number))
    with pytest.raises(Refusal):
        unconfirmed.of(0, 7)
    assert unconfirmed.of(1, 7).asked.id == 1
