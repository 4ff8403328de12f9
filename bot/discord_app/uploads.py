"""Downloads what members attach, up to a size limit."""

import aiohttp
import discord

from bot.services import Refusal

_CHUNK_BYTES = 64 * 1024


async def read(attachment: discord.Attachment, limit_bytes: int, session: aiohttp.ClientSession) -> bytes:
    """Download an attachment.

    Raises:
        Refusal: if Discord does not serve it, or if it is larger than ``limit_bytes``, whatever size was declared.
    """
    data = bytearray()
    try:
        async with session.get(attachment.url) as response:
            if response.status != 200:
                raise Refusal("Discord no longer serves the attached file: attach it again.")
            async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
                data += chunk
                if len(data) > limit_bytes:
                    raise Refusal(f"The attached file is larger than {limit_bytes:,} bytes: attach a shorter text.")
    except (aiohttp.ClientError, TimeoutError) as error:
        raise Refusal("The attached file could not be fetched from Discord: try again in a minute.") from error
    return bytes(data)
