"""The prompt at a terminal."""

from collections.abc import Awaitable, Callable, Iterable

from prompt_toolkit import PromptSession
from prompt_toolkit.history import InMemoryHistory

from bot.console.completion import CommandCompleter
from bot.console.lines import InterruptedAtPrompt


class TerminalLines:
    """Lines typed at a prompt, with history and completion.

    The history lives in memory and begins with what the store remembers of earlier chats: deleting one's data deletes
    it, too.
    """

    def __init__(self, suggest_artists: Callable[[str], Awaitable[list[str]]], earlier: Iterable[str]) -> None:
        self._session: PromptSession[str] = PromptSession(
            history=InMemoryHistory(list(earlier)),
            completer=CommandCompleter(suggest_artists),
            complete_while_typing=False,
        )

    async def next(self, prompt: str) -> str:
        """Return the next line."""
        try:
            # Signals are the chat's; what is pressed at the prompt comes as a key.
            return await self._session.prompt_async(prompt, handle_sigint=False)
        except KeyboardInterrupt:  # let through, it would end the event loop
            raise InterruptedAtPrompt from None
