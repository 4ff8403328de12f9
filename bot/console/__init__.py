"""The console chat: the same services as on Discord, at a prompt."""

from bot.console.chat import run

__all__ = ["run"]
