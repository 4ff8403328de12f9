import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from bot.console.completion import CommandCompleter


async def suggest(typed: str) -> list[str]:
    return [name for name in ("burns", "gilbert & sullivan") if name.startswith(typed)]


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("I walk", []),
        ("/ly", ["/lyrics"]),
        ("/art", ["/artists", "/artist"]),
        ("/lyrics seed:x ar", ["artist:"]),
        ("/lyrics seed:x artist:", ["burns", "gilbert & sullivan"]),
        ("/lyrics artist:gilbert &", ["gilbert & sullivan"]),
        ("/lyrics seed:x rhyme:aa", ["AABB", "AAAA"]),
        ("/lyrics private:t", ["true"]),
        ("/artist b", ["burns"]),
        ("/mydata ", ["export", "delete"]),
        ("/nothing x", []),
    ],
)
async def test_what_is_offered(text: str, offered: list[str]) -> None:
    completer = CommandCompleter(suggest)
    completions = completer.get_completions_async(Document(text), CompleteEvent(completion_requested=False))
    assert [completion.text async for completion in completions] == offered


async def test_a_completed_value_replaces_all_that_was_typed_of_it() -> None:
    completer = CommandCompleter(suggest)
    text = "/lyrics artist:gilbert &"
    (completion,) = [c async for c in completer.get_completions_async(Document(text), CompleteEvent())]
    assert text[: completion.start_position] + completion.text == "/lyrics artist:gilbert & sullivan"
