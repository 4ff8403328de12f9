"""The JSON files of `/mydata export`, built song by song.

They hold every column that is stored about a person, but for the bot's own notes on a training job (the claim of the
process that runs it, its progress, what it measured) and the token of an interrupted song, which is Discord's key to a
message.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.store.job_records import Job
from bot.store.likes import StoredLike
from bot.store.requests import StoredRequest
from bot.store.unfinished_songs import StoredUnfinished

_BETWEEN, _END = b",\n", b"\n]}\n"


class ExportPart:
    """One file: `{"user_id", "exported_at", "trainings", "likes", "unfinished_songs", "requests"}`."""

    def __init__(
        self,
        user_id: int,
        exported_at: datetime,
        trainings: Sequence[bytes] = (),
        likes: Sequence[bytes] = (),
        unfinished: Sequence[bytes] = (),
    ) -> None:
        """Start with everything but the songs."""
        # Ids are text, because JavaScript rounds large numbers.
        about = {"user_id": str(user_id), "exported_at": exported_at.isoformat()}
        self._pieces = [_json(about)[:-1]]
        for name, entries in (("trainings", trainings), ("likes", likes), ("unfinished_songs", unfinished)):
            self._pieces.append(b', "%s": [\n%s\n]' % (name.encode(), _BETWEEN.join(entries)))
        self._pieces.append(b', "requests": [\n')
        self.is_empty = True
        self.size = sum(map(len, self._pieces)) + len(_END)
        """In bytes, as `whole` returns it."""

    def add(self, request: bytes) -> None:
        """Add a song."""
        piece = request if self.is_empty else _BETWEEN + request
        self._pieces.append(piece)
        self.size += len(piece)
        self.is_empty = False

    def size_with(self, request: bytes) -> int:
        """Return the size with one more song."""
        return self.size + len(_BETWEEN) + len(request)

    def whole(self) -> bytes:
        """Return the file."""
        return b"".join([*self._pieces, _END])


def exported_request(request: StoredRequest) -> bytes:
    """Write a song as JSON."""
    return _json(
        _place_of(request, "asked_at", request.asked_at)
        | {
            "seed": request.seed,
            "lyrics": request.text,
            "lines": request.lines,
            "temperature": request.temperature,
            "rhyme": request.rhyme,
            "form": request.form,
            "with": request.partner,
            "private": request.private,
            "random_seed": request.random_seed,
            "seconds": request.seconds,
            "continues": _id(request.continues),
            "part": request.part,
            "take": request.take,
            "title_lines": request.title_lines,
            "copied_lines": request.copied_lines,
            "rhymes_missed": request.rhymes_missed,
        }
    )


def exported_training(job: Job) -> bytes:
    """Write a training that the person asked for as JSON."""
    return _json(
        _place_of(job, "queued_at", job.queued_at)
        | {
            "minutes": job.minutes,
            "random_seed": job.random_seed,
            "state": job.state,
            "reason": job.reason,
            "started_at": _time(job.started_at),
            "ended_at": _time(job.ended_at),
        }
    )


def exported_like(like: StoredLike) -> bytes:
    """Write a vote for a song as JSON."""
    return _json({"request": str(like.request_id), "liked_at": like.liked_at.isoformat()})


def exported_unfinished(song: StoredUnfinished) -> bytes:
    """Write an interrupted song that the person asked for as JSON."""
    return _json(_place_of(song, "asked_at", song.began_at) | {"asked_for": song.wish})


def _place_of(record: StoredRequest | Job | StoredUnfinished, when: str, time: datetime) -> dict[str, Any]:
    """Return the fields that all requests share; `when` is the name of the time's field."""
    return {
        "id": str(record.id),
        when: time.isoformat(),
        "guild_id": _id(record.guild_id),
        "channel_id": _id(record.channel_id),
        "message_id": _id(record.message_id),
        "artist": record.artist,
    }


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _time(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()


def _id(number: int | None) -> str | None:
    return str(number) if number else None
