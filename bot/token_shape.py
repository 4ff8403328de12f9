"""What a bot token looks like, to tell it apart from other things that the developer portal shows."""

import base64
import binascii
import re

_TOKEN = re.compile(r"([A-Za-z0-9_-]{18,})\.[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{25,}")
_PORTAL = "https://discord.com/developers/applications"


def mistake_in(token: str) -> str | None:
    """Return what is wrong with a token and where to get the right one, without repeating it; None if nothing is."""
    match = _TOKEN.fullmatch(token)
    if match and _is_id(match[1]):
        return None
    if re.fullmatch(r"[0-9]{17,20}", token):
        mistaken = "is an application id"
    elif re.fullmatch(r"[A-Za-z0-9_-]{32}", token):
        mistaken = "looks like a client secret"
    else:
        mistaken = "does not look like a bot token, which has three parts separated by dots"
    return f"{mistaken}: copy the token from {_PORTAL}, Bot, Reset Token"


def _is_id(part: str) -> bool:
    """Return whether the first part of a token is a user's id in Base64."""
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).isdigit()
    except (binascii.Error, ValueError):
        return False
