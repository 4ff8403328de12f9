"""What the commands of the console work with."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.application import Services
from bot.console.command_line import CommandLine
from bot.console.lines import InterruptedAtPrompt
from bot.console.screen import Screen
from bot.services import Asker, Job, Refusal


@dataclass
class Context:
    """The state of the chat; it changes as the chat goes on."""

    services: Services
    asker: Asker
    screen: Screen
    ask: Callable[[str], Awaitable[str]] | None
    """Asks a question and returns the answer; None for a pipe, whose next line is not an answer."""
    follow: Callable[[Job], Awaitable[None]]
    """Shows a training job: in the background at a terminal, until it ends for a pipe."""
    last_song: int | None = None
    """The request id of the last song."""
    interrupt: Callable[[], object] | None = field(default=None)
    """What Ctrl-C does to the running command; None: cancel it."""

    async def confirms(self, line: CommandLine, question: str) -> bool:
        """Ask for confirmation of what cannot be undone, unless the line already has it.

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
