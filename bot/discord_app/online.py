"""What the operator reads when the bot comes online: who it is, on how many servers, and how to invite it."""

import logging

import discord

_NEEDED = discord.Permissions(send_messages=True, send_messages_in_threads=True, attach_files=True)
"""To announce results, with pictures of training curves, without a recent interaction."""

_log = logging.getLogger(__name__)


class OnlineReport:
    """Logs that the bot is online, once; Discord may repeat the event after every reconnection."""

    def __init__(self) -> None:
        self._is_told = False

    def tell(self, client: discord.Client) -> None:
        """Write the lines, unless they have been written."""
        if self._is_told or client.user is None:
            return
        self._is_told = True
        servers = len(client.guilds)
        where = "1 server" if servers == 1 else f"{servers} servers"
        _log.info("online as %s (%d) on %s", client.user, client.user.id, where)
        _log.info("invite link: %s", invite_link(client.application_id or client.user.id))


def invite_link(application_id: int) -> str:
    """Return the link with which somebody with Manage Server can add the bot to a server."""
    return discord.utils.oauth_url(application_id, permissions=_NEEDED, scopes=("bot", "applications.commands"))
