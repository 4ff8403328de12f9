"""The prompt at a terminal."""

from collections.abc import Awaitable, Callable, Iterable

from prompt_toolkit import PromptSession
from prompt_toolkit.application import run_in_terminal
from prompt_toolkit.history import InMemoryHistory

from bot.console.completion import CommandCompleter
from bot.console.lines import InterruptedAtPrompt


class TerminalLines:
    """Lines typed at a prompt, with history and completion, and with what happens meanwhile around them.

    The history lives in memory and begins with what the store remembers of earlier chats: deleting one's data deletes
    it, too.
    """

    def __init__(self, suggest_artists: Callable[[str], Awaitable[list[str]]], earlier: Iterable[str]) -> None:
        self._session: PromptSession[str] = PromptSession(
            history=InMemoryHistory(list(earlier)),
            completer=CommandCompleter(suggest_artists),
            complete_while_typing=False,
        )
        self._is_asking = False
        self._waiting: list[Callable[[], None]] = []

    async def next(self, prompt: str) -> str:
        """Return the next line."""
        for show in self._waiting:
            show()
        self._waiting.clear()
        self._is_asking = True
        try:
            # Signals are the chat's; what is pressed at the prompt comes as a key.
            return await self._session.prompt_async(prompt, handle_sigint=False)
        except KeyboardInterrupt:  # let through, it would end the event loop
            raise InterruptedAtPrompt from None
        finally:
            self._is_asking = False

    def status(self, text: str) -> None:
        """Show a line below the prompt; an empty one takes it away."""
        self._session.bottom_toolbar = text or None
        if self._is_asking:
            self._session.app.invalidate()

    def announce(self, show: Callable[[], None]) -> None:
        """Print above the prompt, and draw it again with what is typed; while a command prints, wait for its end."""
        if self._is_asking and self._session.app.is_running:
            run_in_terminal(show)
        else:
            self._waiting.append(show)
