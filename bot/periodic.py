"""Work that is repeated while the bot runs."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from bot.store.faults import StoreError

log = logging.getLogger(__name__)


@asynccontextmanager
async def repeated(work: Callable[[], Awaitable[object]], seconds: float) -> AsyncIterator[None]:
    """Repeat some work while the context lasts; failures are logged and do not end it."""

    async def repeat() -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await work()
            except StoreError as error:
                log.error("background work failed; trying again in %g s. %s", seconds, error)
            except Exception:
                log.exception("background work failed; trying again in %g s", seconds)

    task = asyncio.create_task(repeat())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
