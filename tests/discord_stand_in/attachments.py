"""Files in both directions, and the loopback CDN that serves them."""

from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.discord_stand_in import errors


@dataclass(eq=False)
class Upload:
    """A file that a member attaches or the bot sends. A test of limits may let ``declared_size`` lie."""

    filename: str
    data: bytes
    content_type: str = "text/plain; charset=utf-8"
    declared_size: int | None = None
    id: int = 0
    url: str = ""
    bytes_served: int = field(default=0, init=False)
    fetches: int = field(default=0, init=False)

    def payload(self) -> dict[str, Any]:
        return {
            "id": str(self.id),
            "filename": self.filename,
            "size": len(self.data) if self.declared_size is None else self.declared_size,
            "content_type": self.content_type,
            "url": self.url,
            "proxy_url": self.url,
            "ephemeral": False,
        }


class Cdn:
    """Keeps uploads by identifier, and serves them."""

    CHUNK_BYTES = 64 * 1024

    def __init__(self) -> None:
        self.base = ""
        self._uploads: dict[str, Upload] = {}

    def keep(self, upload: Upload, identifier: int) -> Upload:
        """Give the upload an identifier and an address."""
        upload.id = identifier
        upload.url = f"{self.base}/cdn/attachments/{identifier}/{upload.filename}"
        self._uploads[str(identifier)] = upload
        return upload

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Stream a file in chunks, so that a test can tell how much of it was read."""
        upload = self._uploads.get(request.match_info["attachment"])
        if upload is None:
            raise errors.not_found()
        upload.fetches += 1
        response = web.StreamResponse(headers={"Content-Type": upload.content_type})
        # No Content-Length: this exposes a reader that trusts sizes instead of counting bytes.
        response.enable_chunked_encoding()
        await response.prepare(request)
        for start in range(0, len(upload.data), self.CHUNK_BYTES):
            chunk = upload.data[start : start + self.CHUNK_BYTES]
            await response.write(chunk)
            upload.bytes_served += len(chunk)
        await response.write_eof()
        return response
