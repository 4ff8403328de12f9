"""What a command of the console has at hand."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.application import Services
from bot.console.command_line import CommandLine
from bot.console.lines import InterruptedAtPrompt
from bot.console.screen import Screen
from bot.services import Asker, Job, Refusal


@dataclass
class Context:
    """The chat that a command is part of; changes as the chat goes on."""

    services: Services
    asker: Asker
    screen: Screen
    ask: Callable[[str], Awaitable[str]] | None
    """Asks a question and returns the line that answers it; None in a pipe, whose next line is no answer."""
    follow: Callable[[Job], Awaitable[None]]
    """Shows a training from now on: in the background at a terminal, to its end in a pipe."""
    last_song: int | None = None
    """The request id of the song that was sung last."""
    interrupt: Callable[[], object] | None = field(default=None)
    """What Ctrl-C does to the command that is running; None: the command is cancelled."""

    async def confirms(self, line: CommandLine, question: str) -> bool:
        """Ask for a "yes" before something that cannot be taken back, unless the line has it already.

        Raises:
            Refusal: if nobody can be asked.
        """
        if line.is_confirmed:
            return True
        if self.ask is None:
            raise Refusal(f"{question} Nothing was done; add --yes to confirm.")
        try:
            answer = await self.ask(f"{question} Type yes to confirm: ")
        except (EOFError, InterruptedAtPrompt):
            return False
        return answer.strip().casefold() in ("yes", "y")
