"""Sends discord.py to the stand-in: Python runs this at its start if this folder is on PYTHONPATH.

Nothing else about the process changes: if it imports ``discord.http`` or ``discord.gateway``, the address that they
connect to is replaced. A process that never imports them (a training worker) is not slowed down.
"""

import importlib.abc
import importlib.machinery
import os
import sys
from collections.abc import Sequence
from types import ModuleType

ADDRESS = os.environ.get("STAND_IN_FOR_DISCORD", "")
CONNECTIONS_FILE = os.environ.get("STAND_IN_CONNECTIONS", "")
"""Where to list every connection that this process, and those that it starts, try to make; empty for no list."""


def _point_http(module: ModuleType) -> None:
    module.Route.BASE = f"http://{ADDRESS}/api/v10"


def _point_gateway(module: ModuleType) -> None:
    module.DiscordWebSocket.DEFAULT_GATEWAY = module.yarl.URL(f"ws://{ADDRESS}/gateway/")


PATCHES = {"discord.http": _point_http, "discord.gateway": _point_gateway}


class _Redirect(importlib.abc.MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        patch = PATCHES.get(fullname)
        if patch is None:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.loader is None:
            return None
        execute = spec.loader.exec_module

        def execute_and_patch(module: ModuleType) -> None:
            execute(module)
            patch(module)

        spec.loader.exec_module = execute_and_patch  # type: ignore[method-assign]
        return spec


def _note_connections(event: str, arguments: tuple[object, ...]) -> None:
    # connect: (socket, address); getaddrinfo: (host, port, ...); gethostbyname: (name,)
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        address = arguments[1] if event in ("socket.connect", "socket.sendto") else arguments[:2]
        with open(CONNECTIONS_FILE, "a") as file:  # noqa: PTH123 - pathlib is not imported where nothing needs it
            file.write(f"{event} {address!r}\n")


if CONNECTIONS_FILE:
    sys.addaudithook(_note_connections)
if ADDRESS:
    sys.meta_path.insert(0, _Redirect())
