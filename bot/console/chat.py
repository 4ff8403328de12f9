"""The chat: reads lines and answers them until the person leaves."""

import asyncio
import os
import signal
import stat
import sys
from contextlib import aclosing

from bot.application import Services
from bot.console.background import BackgroundTrainings
from bot.console.command_line import parse
from bot.console.commands import COMMANDS
from bot.console.context import Context
from bot.console.failures import unexplained
from bot.console.lines import InterruptedAtPrompt, Lines, PipedLines
from bot.console.screen import Screen
from bot.console.training_display import TrainingLines
from bot.services import Asker, Job, Refusal, StoreError
from bot.settings import SettingsError

PERSON = Asker(user_id=0, guild_id=None, channel_id=None, is_operator=True)
"""The person at the console: in no guild, and an operator."""

_PROMPT = "> "
_CLOSING_SECONDS = 1.0
_WELCOME = "Type the words a song should begin with, for example: I walk alone. /help lists the commands, /quit leaves."
_LEAVE = "Press Ctrl-C again to leave, or type /quit."


async def run(services: Services) -> None:
    """Chat at the console until the person leaves, the input ends or the task is cancelled.

    Raises:
        SettingsError: if there is neither a token nor anybody to chat with.
    """
    if _is_nobody_there():
        raise SettingsError(
            "DISCORD_TOKEN is not set, and there is no terminal to chat in: set it in the environment or in .env"
        )
    if sys.stdin.isatty():
        screen = Screen(plain=False)
        screen.aside(_WELCOME)
        await _at_a_terminal(services, screen)
    else:
        screen, lines = Screen(plain=True), PipedLines()

        async def follow(job: Job) -> None:
            await _follow_to_the_end(context, job)

        context = Context(services, PERSON, screen, ask=None, follow=follow)
        await _Chat(context, lines).run()


def _is_nobody_there() -> bool:
    """Return whether standard input is closed or a device such as /dev/null, as under systemd; a pipe is neither."""
    if sys.stdin is None:
        return True
    return stat.S_ISCHR(os.fstat(sys.stdin.fileno()).st_mode) and not sys.stdin.isatty()


async def _at_a_terminal(services: Services, screen: Screen) -> None:
    from bot.console.terminal_prompt import TerminalLines  # prompt_toolkit is for terminals only

    async def suggest(typed: str) -> list[str]:
        return await services.artists.suggest(PERSON, typed)

    earlier = (await services.privacy.history(PERSON)).entries
    lines = TerminalLines(suggest, [entry.seed for entry in reversed(earlier)])
    trainings = BackgroundTrainings(services.training, screen, lines)
    for job in await services.training.jobs(PERSON, recent=0):  # left by an earlier chat
        trainings.follow(job)

    async def follow(job: Job) -> None:
        trainings.follow(job)
        screen.aside(f"Training as job {job.id}; the line below shows its progress. /cancel job:{job.id} stops it.")

    try:
        await _Chat(Context(services, PERSON, screen, ask=lines.next, follow=follow), lines).run()
    finally:
        for job in trainings.unfinished:
            screen.aside(f"Training of “{job.artist}” resumes at the next start.")
        await trainings.close()


async def _follow_to_the_end(context: Context, job: Job) -> None:
    """Print the progress of a training job until it ends; Ctrl-C cancels the job."""
    cancelling: set[asyncio.Task[None]] = set()  # a task without a reference may be garbage-collected before it runs

    async def cancel_job() -> None:
        try:
            await context.services.training.cancel(context.asker, job.id)
        except Refusal:
            pass  # it has just ended
        except StoreError as error:
            context.screen.refuse(str(error))

    context.interrupt = lambda: cancelling.add(asyncio.create_task(cancel_job()))
    lines = TrainingLines(context.screen)
    async with aclosing(context.services.training.watch(job.id)) as states:
        async for state in states:
            lines.show(state)


class _Chat:
    def __init__(self, context: Context, lines: Lines) -> None:
        self._context = context
        self._screen = context.screen
        self._lines = lines
        self._task = asyncio.current_task()
        self._answering: asyncio.Task[None] | None = None
        self._is_interrupted = False
        self._is_left = False

    async def run(self) -> None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, self._interrupt)
        was_interrupted = False
        while not self._is_left:
            try:
                line = await self._lines.next(_PROMPT)
            except EOFError:
                return
            except InterruptedAtPrompt:
                if was_interrupted:
                    return
                was_interrupted = True
                self._screen.aside(_LEAVE)
                continue
            except asyncio.CancelledError:
                if self._is_left:
                    return
                raise
            was_interrupted = False
            if line.strip().casefold() == "/quit":
                return
            if line.strip():
                await self._answer(line)

    async def _answer(self, line: str) -> None:
        self._is_interrupted = False
        self._context.interrupt = None
        self._answering = asyncio.create_task(self._run_command(line))
        try:
            await asyncio.wait([self._answering])
            if self._answering.cancelled():
                self._screen.aside("Cancelled.")
        finally:
            self._answering.cancel()
            await asyncio.wait([self._answering], timeout=_CLOSING_SECONDS)
            self._answering = None

    async def _run_command(self, line: str) -> None:
        try:
            command = parse(line)
            await COMMANDS[command.name](self._context, command)
        except Refusal as refusal:
            self._screen.refuse(str(refusal))
        except StoreError as error:
            self._screen.refuse(str(error))
        except Exception as error:
            self._screen.refuse(unexplained(error, "a command of the console"))

    def _interrupt(self) -> None:
        """Handle Ctrl-C outside of the prompt: cancel the running command; end the chat at the second, or if none runs.

        With lines from a pipe nobody could press it again, so the first one ends the chat, unless a training job is
        running, which is then cancelled.
        """
        is_piped = self._context.ask is None
        running = self._answering if self._answering is not None and not self._answering.done() else None
        if running is None or self._is_interrupted or (is_piped and self._context.interrupt is None):
            self._is_left = True
            if self._task is not None:
                self._task.cancel()
            return
        self._is_interrupted = True
        if self._context.interrupt is not None:
            self._context.interrupt()
        else:
            running.cancel()
