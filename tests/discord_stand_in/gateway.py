"""The websocket side: sessions that identify, heartbeat and resume, and can break in every way that happens."""

import asyncio
import json
import zlib
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.discord_stand_in.changes import Changes
from tests.discord_stand_in.clock import Clock
from tests.discord_stand_in.world import Guild, World

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, RESUME, RECONNECT, INVALID_SESSION, HELLO, ACK = 0, 1, 2, 3, 6, 7, 9, 10, 11
UNKNOWN_OPCODE, DECODE_ERROR, NOT_AUTHENTICATED, BAD_TOKEN = 4001, 4002, 4003, 4004
ALREADY_AUTHENTICATED, INVALID_SHARD, DISALLOWED_INTENTS = 4005, 4010, 4014
PRIVILEGED_INTENTS = (1 << 1) | (1 << 8) | (1 << 15)  # members, presences, message content


@dataclass(frozen=True)
class Heartbeat:
    """A heartbeat; ``late_by`` is how many seconds it came after the interval set by hello, never negative."""

    shard: int
    at: float
    late_by: float


@dataclass(eq=False)
class Session:
    """What survives a broken connection: the events so far, by sequence number."""

    id: str
    shard: int
    sequence: int = 0
    events: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=1000))
    connection: "Connection | None" = None


class Connection:
    """One websocket, compressed as a zlib stream if the client asks for it."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self.socket, self._request = socket, request
        self._compressor = zlib.compressobj() if request.query.get("compress") == "zlib-stream" else None
        self._order = asyncio.Lock()
        self.session: Session | None = None
        self.beat_at: float | None = None
        self.ended_here = False

    async def send(self, payload: dict[str, Any]) -> None:
        """Send one payload; if the connection is already gone, it is lost, as on a real network."""
        data = json.dumps(payload)
        async with self._order:
            try:
                if self._compressor is None:
                    await self.socket.send_str(data)
                    return
                packed = self._compressor.compress(data.encode()) + self._compressor.flush(zlib.Z_SYNC_FLUSH)
                await self.socket.send_bytes(packed)
            except ConnectionError:
                pass

    async def close(self, code: int, message: str = "") -> None:
        """Close it with a close frame."""
        self.ended_here = True
        await self.socket.close(code=code, message=message.encode())

    def cut(self) -> None:
        """Cut it, as if a cable had been pulled."""
        if self._request.transport is not None:
            self._request.transport.abort()


class Gateway:
    """All sessions of the bot."""

    def __init__(self, world: World, clock: Clock, token: str, shards: int, heartbeat_seconds: float) -> None:
        self._world, self._clock, self._token = world, clock, token
        self.shards = shards
        self.heartbeat_seconds = heartbeat_seconds
        self.url = ""
        self.heartbeats: list[Heartbeat] = []
        self.identifies = 0
        self.resumes = 0
        self.changes = Changes()
        self._sessions: dict[str, Session] = {}
        self._connections: set[Connection] = set()

    def ready_shards(self) -> set[int]:
        """The shards that are currently connected."""
        return {connection.session.shard for connection in self._connections if connection.session is not None}

    async def dispatch(self, event: str, data: dict[str, Any], guild: Guild | None = None) -> None:
        """Send an event to the guild's shard (direct messages: shard 0); a broken session gets it on resuming."""
        shard = (guild.id >> 22) % self.shards if guild is not None else 0
        sessions = [session for session in self._sessions.values() if session.shard == shard]
        assert sessions, f"no bot has identified for shard {shard}"
        await self._emit(sessions[-1], event, data)

    def cut(self) -> None:
        """Drop every connection without a close frame."""
        for connection in list(self._connections):
            connection.cut()

    async def close(self, code: int = 1001) -> None:
        """Close every connection with a code."""
        for connection in list(self._connections):
            await connection.close(code)

    async def ask_to_reconnect(self) -> None:
        """Send opcode 7 on every connection."""
        for connection in list(self._connections):
            await connection.send({"op": RECONNECT, "d": None, "s": None, "t": None})

    async def invalidate(self, *, resumable: bool = False) -> None:
        """Send opcode 9 on every connection; unless ``resumable``, the sessions are gone."""
        for connection in list(self._connections):
            if not resumable and connection.session is not None:
                self._sessions.pop(connection.session.id, None)
            await connection.send({"op": INVALID_SESSION, "d": resumable, "s": None, "t": None})

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection, from hello to its end."""
        socket = web.WebSocketResponse(max_msg_size=4096, heartbeat=None)
        await socket.prepare(request)
        connection = Connection(socket, request)
        self._connections.add(connection)
        try:
            hello = {"heartbeat_interval": int(self.heartbeat_seconds * 1000)}
            await connection.send({"op": HELLO, "d": hello, "s": None, "t": None})
            async for message in socket:
                if message.type is not WSMsgType.TEXT:
                    break
                await self._receive(connection, message.data)
        except ConnectionError:
            pass  # cut on purpose, or the bot has gone
        finally:
            self._connections.discard(connection)
            if connection.session is not None and connection.session.connection is connection:
                connection.session.connection = None
                if socket.close_code == 1000 and not connection.ended_here:
                    # A client that has closed its session properly cannot resume it.
                    self._sessions.pop(connection.session.id, None)
            self.changes.announce()
        return socket

    async def _receive(self, connection: Connection, text: str) -> None:
        try:
            payload = json.loads(text)
            operation, data = payload["op"], payload.get("d")
        except (ValueError, KeyError):
            await connection.close(DECODE_ERROR, "Error while decoding payload.")
            return
        if operation == HEARTBEAT:
            await self._beat(connection)
        elif operation == IDENTIFY:
            await self._identify(connection, data)
        elif operation == RESUME:
            await self._resume(connection, data)
        elif connection.session is None:
            await connection.close(NOT_AUTHENTICATED, "Not authenticated.")
        elif operation != PRESENCE:
            await connection.close(UNKNOWN_OPCODE, "Unknown opcode.")

    async def _beat(self, connection: Connection) -> None:
        now = self._clock.now()
        if connection.beat_at is not None and connection.session is not None:
            late = max(0.0, now - connection.beat_at - self.heartbeat_seconds)
            self.heartbeats.append(Heartbeat(connection.session.shard, now, late))
            self.changes.announce()
        connection.beat_at = now
        await connection.send({"op": ACK, "d": None, "s": None, "t": None})

    async def _identify(self, connection: Connection, data: dict[str, Any]) -> None:
        self.identifies += 1
        shard, count = data.get("shard") or (0, 1)
        if connection.session is not None:
            await connection.close(ALREADY_AUTHENTICATED, "Already authenticated.")
        elif data.get("token") != self._token:
            await connection.close(BAD_TOKEN, "Authentication failed.")
        elif data.get("intents", 0) & PRIVILEGED_INTENTS:
            await connection.close(DISALLOWED_INTENTS, "Disallowed intent(s).")
        elif count != self.shards or not 0 <= shard < count:
            await connection.close(INVALID_SHARD, "Invalid shard.")
        else:
            await self._begin(connection, shard, count)

    async def _begin(self, connection: Connection, shard: int, count: int) -> None:
        session = Session(f"session-{self._world.snowflakes.next():x}", shard, connection=connection)
        self._sessions[session.id] = session
        connection.session = session
        guilds = [guild for guild in self._world.guilds if guild.has_bot and (guild.id >> 22) % self.shards == shard]
        ready = {
            "v": 10,
            "user": self._world.bot.payload(),
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": self.url,
            "shard": [shard, count],
            "application": {"id": str(self._world.application_id), "flags": 0},
        }
        await self._emit(session, "READY", ready)
        for guild in guilds:
            await self._emit(session, "GUILD_CREATE", guild.payload())
        self.changes.announce()

    async def _resume(self, connection: Connection, data: dict[str, Any]) -> None:
        session = self._sessions.get(data.get("session_id", ""))
        if data.get("token") != self._token:
            await connection.close(BAD_TOKEN, "Authentication failed.")
            return
        if session is None or not 0 <= (data.get("seq") or 0) <= session.sequence:
            await connection.send({"op": INVALID_SESSION, "d": False, "s": None, "t": None})
            return
        self.resumes += 1
        session.connection = connection
        connection.session = session
        for event in [event for event in session.events if event["s"] > data["seq"]]:
            await connection.send(event)
        await self._emit(session, "RESUMED", {})
        self.changes.announce()

    async def _emit(self, session: Session, event: str, data: dict[str, Any]) -> None:
        session.sequence += 1
        payload = {"op": DISPATCH, "t": event, "s": session.sequence, "d": data}
        session.events.append(payload)
        if session.connection is not None:
            await session.connection.send(payload)
