"""Which version of the bot this is."""

from importlib import metadata


def own_version() -> str:
    """Return the version of the installed package; "from source" if the bot runs from a checkout without one."""
    try:
        return metadata.version("lyricbot")
    except metadata.PackageNotFoundError:
        return "from source"
