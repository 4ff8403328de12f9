"""Translates the names and descriptions of commands for Discord."""

import discord
from discord import app_commands

from bot import language

_LOCALES = {
    discord.Locale.german: "de",
    discord.Locale.spain_spanish: "es",
    discord.Locale.latin_american_spanish: "es",
    discord.Locale.french: "fr",
}
_NAMES = (
    app_commands.TranslationContextLocation.command_name,
    app_commands.TranslationContextLocation.group_name,
    app_commands.TranslationContextLocation.parameter_name,
)


class Translator(app_commands.Translator):
    """Looks texts up in the catalogues; what is missing there stays English."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """Translate one text of a command."""
        if locale not in _LOCALES:
            return None
        known = language.catalogue(_LOCALES[locale])
        if context.location in _NAMES and not isinstance(context.data, app_commands.ContextMenu):
            return known.commands.get(string.message)
        return known.texts.get(string.message)
