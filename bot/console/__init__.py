"""The bot at a prompt: the same services as on Discord, without Discord."""

from bot.console.chat import run

__all__ = ["run"]
