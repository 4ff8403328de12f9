"""The Discord front end: slash commands and buttons on top of the services; Discord's types live here only."""

from bot.discord_app.running import run

__all__ = ["run"]
