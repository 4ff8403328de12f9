"""Which commands are registered with Discord, so that a start registers them only if they have changed."""

from bot.store import registrations
from bot.store.database import Database


class RegisteredCommands:
    """Remembers a digest of the commands last registered, one per scope."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def digest(self, scope: int | None) -> str | None:
        """Return the digest remembered for a guild id, or for the global commands (None)."""
        key = registrations.GLOBAL if scope is None else scope
        return await self._database.read(lambda connection: registrations.digest(connection, key))

    async def remember(self, scope: int | None, digest: str) -> None:
        """Remember what was registered, once Discord has accepted it."""
        key = registrations.GLOBAL if scope is None else scope
        await self._database.write(lambda connection: registrations.remember(connection, key, digest))

    async def guilds(self) -> list[int]:
        """List the guilds that commands were registered with."""
        scopes = await self._database.read(registrations.scopes)
        return [scope for scope in scopes if scope != registrations.GLOBAL]

    async def forget(self, guild_id: int) -> None:
        """Forget what was registered with a guild, once it has been withdrawn there."""
        await self._database.write(lambda connection: registrations.forget(connection, guild_id))
