"""Discord's refusals: HTTP status, JSON error code and message, as listed in its API documentation."""

from typing import Any

from aiohttp import web

from tests.discord_stand_in.wire import json_response


class ApiError(Exception):
    """A request that Discord would refuse."""

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        *,
        errors: dict[str, Any] | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(f"{status} (error code: {code}): {message} {errors or ''}".rstrip())
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors
        self.retry_after = retry_after

    def response(self) -> web.Response:
        """What is sent to the client."""
        body: dict[str, Any] = {"message": self.message, "code": self.code}
        # discord.py takes a 429 without `Via` for a ban by Cloudflare, and gives up instead of waiting.
        headers = {"Via": "1.1 google"}
        if self.errors is not None:
            body["errors"] = self.errors
        if self.retry_after is not None:
            body |= {"retry_after": self.retry_after, "global": False}
            headers["Retry-After"] = f"{self.retry_after:.3f}"
        return json_response(body, status=self.status, headers=headers)


def unauthorized() -> ApiError:
    return ApiError(401, 0, "401: Unauthorized")


def not_found() -> ApiError:
    return ApiError(404, 0, "404: Not Found")


def unknown_channel() -> ApiError:
    return ApiError(404, 10003, "Unknown Channel")


def unknown_message() -> ApiError:
    return ApiError(404, 10008, "Unknown Message")


def unknown_webhook() -> ApiError:
    return ApiError(404, 10015, "Unknown Webhook")


def unknown_interaction() -> ApiError:
    """The interaction was never sent, or its three seconds are over."""
    return ApiError(404, 10062, "Unknown interaction")


def too_large() -> ApiError:
    return ApiError(413, 40005, "Request entity too large")


def already_acknowledged() -> ApiError:
    return ApiError(400, 40060, "Interaction has already been acknowledged.")


def missing_access() -> ApiError:
    return ApiError(403, 50001, "Missing Access")


def not_the_author() -> ApiError:
    return ApiError(403, 50005, "Cannot edit a message authored by another user")


def empty_message() -> ApiError:
    return ApiError(400, 50006, "Cannot send an empty message")


def missing_permissions() -> ApiError:
    return ApiError(403, 50013, "Missing Permissions")


def invalid_webhook_token() -> ApiError:
    """The interaction's fifteen minutes are over."""
    return ApiError(401, 50027, "Invalid Webhook Token")


def invalid_json() -> ApiError:
    return ApiError(400, 50109, "The request body contains invalid JSON.")


def rate_limited(retry_after: float) -> ApiError:
    return ApiError(429, 0, "You are being rate limited.", retry_after=retry_after)


class FormErrors:
    """Collects what is wrong with a payload, field by field; Discord reports it all at once, with code 50035."""

    def __init__(self) -> None:
        self._tree: dict[str, Any] = {}

    def add(self, path: str, code: str, message: str) -> None:
        """Note that the field at ``path`` (such as ``embeds.0.title``) is refused."""
        node = self._tree
        for key in filter(None, path.split(".")):
            node = node.setdefault(key, {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def length(self, path: str, value: object, low: int, high: int) -> bool:
        """Note a value that is not a text of ``low`` to ``high`` characters; return whether it is fine."""
        if not isinstance(value, str):
            self.add(path, "STRING_TYPE_CONVERT", "Could not interpret value as string.")
        elif len(value) > high:
            self.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {high} or fewer in length.")
        elif len(value) < low:
            self.add(path, "BASE_TYPE_REQUIRED" if low == 1 else "BASE_TYPE_MIN_LENGTH", f"Must be {low} or more.")
        else:
            return True
        return False

    def items(self, path: str, value: object, high: int) -> list[Any]:
        """Return the list at ``path``; note one that is no list or has over ``high`` items, and return an empty one."""
        if value is None:
            return []
        if not isinstance(value, list):
            self.add(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            return []
        if len(value) > high:
            self.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {high} or fewer in length.")
        return value

    def is_a(self, path: str, value: object, kind: type) -> bool:
        """Note a value of another type; return whether it is of that type."""
        if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
            return True
        self.add(path, "BASE_TYPE_BAD_TYPE", f"Must be of type {kind.__name__}.")
        return False

    def raise_if_any(self) -> None:
        """Refuse the request if anything was noted."""
        if self._tree:
            raise ApiError(400, 50035, "Invalid Form Body", errors=self._tree)
