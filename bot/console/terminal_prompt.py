"""The prompt at a terminal."""

from collections.abc import Awaitable, Callable, Iterable

from prompt_toolkit import PromptSession
from prompt_toolkit.application import run_in_terminal
from prompt_toolkit.history import InMemoryHistory

from bot.console.completion import CommandCompleter
from bot.console.lines import InterruptedAtPrompt


class TerminalLines:
    """Lines typed at a prompt with history and completion, while other things are shown above and below it.

    The history is kept in memory and begins with the songs in the store, so deleting one's data deletes it, too.
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
            # The chat handles signals; at the prompt, Ctrl-C arrives as a key.
            return await self._session.prompt_async(prompt, handle_sigint=False)
        except KeyboardInterrupt:  # if it propagated, it would end the event loop
            raise InterruptedAtPrompt from None
        finally:
            self._is_asking = False

    def status(self, text: str) -> None:
        """Show a line below the prompt; an empty one removes it."""
        self._session.bottom_toolbar = text or None
        if self._is_asking:
            self._session.app.invalidate()

    def announce(self, show: Callable[[], None]) -> None:
        """Print above the prompt and redraw it; while a command is printing, wait until it ends."""
        if self._is_asking and self._session.app.is_running:
            run_in_terminal(show)
        else:
            self._waiting.append(show)
