"""The slash commands: one module for each, or for two that belong together."""

from bot.discord_app.commands.about import about
from bot.discord_app.commands.artists import artist, artists
from bot.discord_app.commands.forget import forget
from bot.discord_app.commands.help import help_
from bot.discord_app.commands.history import history
from bot.discord_app.commands.jobs import cancel, jobs
from bot.discord_app.commands.lyrics import lyrics
from bot.discord_app.commands.mydata import mydata
from bot.discord_app.commands.rollback import rollback
from bot.discord_app.commands.settings import settings
from bot.discord_app.commands.sing_this import sing_this
from bot.discord_app.commands.top import top
from bot.discord_app.commands.train import train
from bot.discord_app.offering import AnyCommand

COMMANDS: tuple[AnyCommand, ...] = (
    lyrics,
    sing_this,
    artists,
    artist,
    top,
    history,
    mydata,
    help_,
    about,
    train,
    jobs,
    cancel,
    forget,
    rollback,
    settings,
)
