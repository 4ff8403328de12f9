"""JSON as Discord sends it."""

import json
from typing import Any

from aiohttp import web


def json_response(body: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """An answer whose content type is exactly ``application/json``: discord.py compares it with that."""
    content_type = {"Content-Type": "application/json"}
    return web.Response(body=json.dumps(body).encode(), status=status, headers=content_type | (headers or {}))
