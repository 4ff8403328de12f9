"""Which version of the bot this is."""

from importlib import metadata

FROM_SOURCE = "from source"


def own_version() -> str:
    """Return the version of the installed package, or `FROM_SOURCE` if the bot runs from a checkout without one."""
    try:
        return metadata.version("lyricbot")
    except metadata.PackageNotFoundError:
        return FROM_SOURCE
