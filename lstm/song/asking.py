"""What composing asks of whoever samples for it."""

from collections.abc import Generator, Sequence
from typing import TypeAlias, TypeVar

from lstm.decoding.stream import Stream

T = TypeVar("T")
Asking: TypeAlias = Generator[list[Stream], None, T]
"""Yields streams to be run, all of one voice, and returns something made of them."""


def together(askings: Sequence[Asking[T]]) -> Asking[list[T]]:
    """What several return, in their order, with their streams run side by side."""
    results: dict[int, T] = {}
    while len(results) < len(askings):
        streams: list[Stream] = []
        for k, asking in enumerate(askings):
            if k not in results:
                try:
                    streams += next(asking)
                except StopIteration as ended:
                    results[k] = ended.value
        if streams:
            yield streams
    return [results[k] for k in range(len(askings))]
