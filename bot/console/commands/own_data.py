"""Commands about one's own data: list, export, delete."""

import asyncio
from contextlib import aclosing

from bot.console.command_line import CommandLine
from bot.console.context import Context
from bot.console.written_file import WrittenFile
from bot.services import HistoryEntry, Refusal


async def history(context: Context, line: CommandLine) -> None:
    """List one's own songs."""
    page = line.whole_number("page")
    shown = await context.services.privacy.history(context.asker, 1 if page is None else page)
    if not shown.entries:
        context.screen.say("Nothing is stored about you here.")
        return
    context.screen.table(
        ("requested (UTC)", "artist", "lines", "rhyme", "seed"),
        [
            (f"{entry.asked_at:%Y-%m-%d %H:%M}", _singers(entry), str(entry.lines), entry.rhyme, entry.seed)
            for entry in shown.entries
        ],
    )
    context.screen.aside(f"page {shown.page} of {shown.pages}, {shown.requests} songs in total")


async def mydata(context: Context, line: CommandLine) -> None:
    """Export or delete everything stored about the person at the console."""
    what = (line.text("what") or "").casefold()
    if what == "export":
        written = None if line.target is None else WrittenFile(line.target)
        async with aclosing(context.services.privacy.export(context.asker)) as parts:
            async for exported in parts:
                text = exported.decode().rstrip("\n")
                if written is None:
                    context.screen.say(text)
                else:
                    await asyncio.to_thread(written.add, text)
        if line.target is not None:
            context.screen.aside(f"Written to {line.target.path}.")
    elif what == "delete":
        if not await context.confirms(line, "This deletes everything stored about you."):
            context.screen.say("Nothing was deleted.")
            return
        deleted = await context.services.privacy.delete(context.asker)
        context.last_song = None
        context.screen.say(
            f"Requests deleted: {deleted.requests}. "
            f"Training jobs that no longer record who asked for them: {deleted.trainings}."
        )
    else:
        raise Refusal("Type /mydata export or /mydata delete.")


def _singers(entry: HistoryEntry) -> str:
    return entry.artist if entry.partner is None else f"{entry.artist} and {entry.partner}"
