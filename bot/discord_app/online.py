"""What the operator reads when the bot comes online: who it is, on how many servers, and how to invite it."""

import logging

import discord

_NEEDED = discord.Permissions(send_messages=True, embed_links=True, attach_files=True)
"""Songs, and the pictures of training curves, in channels where nobody has asked just now."""

_log = logging.getLogger(__name__)


class OnlineReport:
    """Reports that the bot is online; once, though Discord may say so again after every lost connection."""

    def __init__(self) -> None:
        self._is_told = False

    def tell(self, client: discord.Client) -> None:
        """Write the lines, if they were not written yet."""
        if self._is_told or client.user is None:
            return
        self._is_told = True
        servers = len(client.guilds)
        where = "1 server" if servers == 1 else f"{servers} servers"
        _log.info("online as %s (%d) on %s", client.user, client.user.id, where)
        _log.info("invite link: %s", invite_link(client.application_id or client.user.id))


def invite_link(application_id: int) -> str:
    """Return the address at which somebody with Manage Server adds the bot to a server."""
    return discord.utils.oauth_url(application_id, permissions=_NEEDED, scopes=("bot", "applications.commands"))
