"""Links to messages."""


def link(guild_id: int | None, channel_id: int | None, message_id: int | None) -> str | None:
    """Return the address of a message in a guild or, without one, in direct messages; None if that is unknown."""
    if channel_id is None or message_id is None:
        return None
    return f"https://discord.com/channels/{guild_id or '@me'}/{channel_id}/{message_id}"
