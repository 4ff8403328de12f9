"""Commands about songs: sing, sing again, continue, delete."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from bot import wording
from bot.console.command_line import CommandLine, Target
from bot.console.context import Context
from bot.console.written_file import WrittenFile
from bot.services import DEFAULT_LINES, Continuation, Refusal, Song, SongRequest, SongSoFar, SungAgain


async def lyrics(context: Context, line: CommandLine) -> None:
    """Sing a song that begins with a seed."""
    lines = line.whole_number("lines")
    request = SongRequest(
        seed=line.required("seed"),
        artist=line.text("artist"),
        lines=DEFAULT_LINES if lines is None else lines,
        temperature=line.number("temperature"),
        rhyme=line.text("rhyme") or "auto",
        form=line.text("form") or "song",
        partner=line.text("with"),
        private=bool(line.switch("private")),
    )
    await _show(context, line, context.services.lyrics.sing(context.asker, request))


async def again(context: Context, line: CommandLine) -> None:
    """Sing another song on the last seed."""
    await _show(context, line, context.services.lyrics.sing(context.asker, SungAgain(_last_song(context))))


async def continue_(context: Context, line: CommandLine) -> None:
    """Continue the last song."""
    await _show(context, line, context.services.lyrics.sing(context.asker, Continuation(_last_song(context))))


async def delete(context: Context, _line: CommandLine) -> None:
    """Forget the last song."""
    await context.services.lyrics.delete(context.asker, _last_song(context), context.asker.user_id)
    context.last_song = None
    context.screen.aside("The song is no longer stored.")


def _last_song(context: Context) -> int:
    if context.last_song is None:
        raise Refusal("There is no song yet. Type the words a song should begin with.")
    return context.last_song


async def _show(context: Context, line: CommandLine, song: AsyncGenerator[SongSoFar | Song, None]) -> None:
    if line.target is not None:
        await _write(context, line.target, song)
        return
    shown = ""
    try:
        async with aclosing(song) as parts:
            async for part in parts:
                context.screen.piece(part.text[len(shown) :])
                shown = part.text
                if isinstance(part, Song):
                    context.last_song = part.request_id
                    context.screen.say("")
                    context.screen.aside(_footer(part))
    finally:
        if shown:
            context.screen.say("")


async def _write(context: Context, target: Target, song: AsyncGenerator[SongSoFar | Song, None]) -> None:
    written = WrittenFile(target)
    async with aclosing(song) as parts:
        async for part in parts:
            if isinstance(part, Song):
                context.last_song = part.request_id
                await asyncio.to_thread(written.add, part.text)
                context.screen.aside(f"{_footer(part)} · written to {target.path}")


def _footer(song: Song) -> str:
    who = song.artist if song.partner is None else f"{song.artist} and {song.partner}, taking turns"
    return f"— generated, in the style of {who} · {wording.made_how(song)}"
