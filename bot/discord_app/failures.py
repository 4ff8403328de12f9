"""What members are told when something fails: one handler for commands, autocompletion and buttons."""

import logging
from typing import Any

import discord
from discord import app_commands

from bot import unexpected, wording
from bot.discord_app import answering, markdown
from bot.language import tr, tr_sentence
from bot.services import Refusal, StoreError

_log = logging.getLogger(__name__)

_OUTDATED = "This command has changed since Discord showed it to you: reload Discord and try again."
# The interaction, its token or its message is gone: nobody is left to tell.
_GONE = {10008, 10015, 10062, 50027}


async def tell(interaction: discord.Interaction[Any], error: BaseException) -> None:
    """Tell the asker, and only the asker, why there is no answer; never raises."""
    if interaction.client.is_closed():
        return  # while shutting down, failures are expected
    error = _cause(error)
    if isinstance(error, discord.HTTPException) and error.code in _GONE:
        _log.info("nobody is left to answer: %s", error.text)
        return
    if isinstance(error, Refusal):
        _log.info("refused %s guild=%s: %s", _asked_for(interaction), interaction.guild_id, error.without_names)
    try:
        await answering.tell_privately(interaction, _sentence(error))
    except answering.UNDELIVERED as failure:
        _log.info("could not deliver a refusal: %s", failure)


def _asked_for(interaction: discord.Interaction[Any]) -> str:
    return f"/{interaction.command.qualified_name}" if interaction.command is not None else interaction.type.name


def _cause(error: BaseException) -> BaseException:
    return error.original if isinstance(error, app_commands.CommandInvokeError) else error


def _sentence(error: BaseException) -> str:
    if isinstance(error, Refusal):
        return markdown.escape(tr_sentence(str(error)))
    if isinstance(error, StoreError):
        _log.error("the database could not be used for an interaction. %s", error)
        return wording.storage_fault(error)
    if isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
        return tr(_OUTDATED)
    if isinstance(error, app_commands.TransformerError):
        value = markdown.shortened(str(error.value), 100)
        return tr("“{value}” cannot be used here: choose one of the values that Discord offers.", value=value)
    return tr(
        "Something went wrong (error {error_id}). Try again, or tell the bot's operator.",
        error_id=unexpected.note(error, "an interaction"),
    )
