"""What `/mydata export` hands out: JSON files that are built song by song."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.store.job_records import Job
from bot.store.likes import StoredLike
from bot.store.requests import StoredRequest
from bot.store.unfinished_songs import StoredUnfinished


class ExportPart:
    """One file in the making: `{"user_id", "exported_at", "trainings", "likes", "unfinished_songs", "requests"}`."""

    def __init__(
        self,
        user_id: int,
        exported_at: datetime,
        trainings: Sequence[bytes] = (),
        likes: Sequence[bytes] = (),
        unfinished: Sequence[bytes] = (),
    ) -> None:
        """Begin with everything but the songs."""
        about = {"user_id": str(user_id), "exported_at": exported_at.isoformat()}  # an id as text: JavaScript rounds
        self._pieces = [
            _json(about)[:-1],
            b', "trainings": [\n'
            + b",\n".join(trainings)
            + b'\n], "likes": [\n'
            + b",\n".join(likes)
            + b'\n], "unfinished_songs": [\n'
            + b",\n".join(unfinished)
            + b'\n], "requests": [\n',
        ]
        self.is_empty = True
        self.size = sum(map(len, self._pieces)) + len(_END)
        """In bytes, once it is whole."""

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


_BETWEEN, _END = b",\n", b"\n]}\n"


def exported_request(request: StoredRequest) -> bytes:
    """Write out a song."""
    return _json(
        {
            "id": str(request.id),
            "asked_at": request.asked_at.isoformat(),
            "guild_id": _id(request.guild_id),
            "channel_id": _id(request.channel_id),
            "artist": request.artist,
            "seed": request.seed,
            "lyrics": request.text,
            "lines": request.lines,
            "temperature": request.temperature,
            "rhyme": request.rhyme,
            "form": request.form,
            "with": request.partner,
            "private": request.private,
        }
    )


def exported_training(job: Job) -> bytes:
    """Write out a training that the person asked for."""
    return _json(
        {
            "id": str(job.id),
            "queued_at": job.queued_at.isoformat(),
            "guild_id": _id(job.guild_id),
            "channel_id": _id(job.channel_id),
            "artist": job.artist,
            "minutes": job.minutes,
            "state": job.state,
        }
    )


def exported_like(like: StoredLike) -> bytes:
    """Write out a vote for a song."""
    return _json({"request": str(like.request_id), "liked_at": like.liked_at.isoformat()})


def exported_unfinished(song: StoredUnfinished) -> bytes:
    """Write out a song that the person asked for and that was interrupted."""
    return _json(
        {
            "id": str(song.id),
            "asked_at": song.began_at.isoformat(),
            "guild_id": _id(song.guild_id),
            "channel_id": _id(song.channel_id),
            "artist": song.artist,
            "asked_for": song.wish,
        }
    )


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _id(number: int | None) -> str | None:
    return str(number) if number else None
