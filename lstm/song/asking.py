"""What composing asks of whoever samples for it."""

from collections.abc import Generator
from typing import TypeAlias, TypeVar

from lstm.decoding.streams import Stream

T = TypeVar("T")
Asking: TypeAlias = Generator[list[Stream], None, T]
"""Yields streams to be run, all of one voice, and returns something made of them."""
