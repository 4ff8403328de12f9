"""Tab completion at the prompt."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator

from prompt_toolkit.completion import CompleteEvent, Completer, Completion, PathCompleter
from prompt_toolkit.document import Document

from bot.console.forms import FORMS, Option


class CommandCompleter(Completer):
    """Completes commands, their options, artists' names, rhyme schemes and paths."""

    def __init__(self, suggest_artists: Callable[[str], Awaitable[list[str]]]) -> None:
        """Ask `suggest_artists` for the names that fit what is typed."""
        self._suggest_artists = suggest_artists
        self._paths = PathCompleter(expanduser=True)

    def get_completions(self, _document: Document, _complete_event: CompleteEvent) -> Iterable[Completion]:
        """Offer nothing without the event loop; the prompt always calls `get_completions_async`."""
        return ()

    async def get_completions_async(
        self, document: Document, complete_event: CompleteEvent
    ) -> AsyncGenerator[Completion, None]:
        """Offer what may follow the text before the cursor."""
        text = document.text_before_cursor
        if not text.startswith("/"):
            return
        name, space, rest = text[1:].partition(" ")
        if not space:
            for completion in _commands(name):
                yield completion
        elif form := FORMS.get(name.casefold()):
            begun, typed = _begun_value(rest, form.names)
            for option in form.options:
                if option.name == begun:
                    for completion in await self._values(option, typed, complete_event):
                        yield completion
            for completion in _options(rest, form.names, complete_event):
                yield completion

    async def _values(self, option: Option, typed: str, event: CompleteEvent) -> list[Completion]:
        if option.refers_to == "file":
            return list(self._paths.get_completions(Document(typed), event))
        if option.refers_to == "artist":
            values = await self._suggest_artists(typed)
        else:
            choices = tuple(FORMS) if option.refers_to == "command" else option.choices
            values = [choice for choice in choices if choice.casefold().startswith(typed.casefold())]
        return [Completion(value, -len(typed)) for value in values]


def _commands(name: str) -> Iterator[Completion]:
    """Yield the commands that begin with what is typed after the slash."""
    for command, form in FORMS.items():
        if command.startswith(name.casefold()):
            yield Completion(f"/{command}", -len(name) - 1, display_meta=form.purpose)


def _options(rest: str, options: tuple[str, ...], event: CompleteEvent) -> Iterator[Completion]:
    """Yield the unused options that begin with the last word; all of them only if completion was requested."""
    word = rest.rpartition(" ")[2]
    for option in options:
        if f"{option}:" not in rest and option.startswith(word.casefold()) and (word or event.completion_requested):
            yield Completion(f"{option}:", -len(word))


def _begun_value(rest: str, options: tuple[str, ...]) -> tuple[str, str]:
    """Return the option whose value the cursor is in, and what is typed of the value."""
    starts = {option: rest.rfind(f"{option}:") for option in options}
    begun = max(options, key=lambda option: starts[option], default="")
    if not begun or starts[begun] < 0:
        return (options[0] if options else ""), rest.lstrip()
    return begun, rest[starts[begun] + len(begun) + 1 :].lstrip()
