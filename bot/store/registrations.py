"""Which commands are registered with Discord: a digest for each scope."""

import sqlite3

GLOBAL = 0
"""The scope of commands that are registered globally; any other scope is a guild id."""


def digest(connection: sqlite3.Connection, scope: int) -> str | None:
    """Return the digest stored for a scope."""
    row = connection.execute("SELECT digest FROM registrations WHERE scope = ?", (scope,)).fetchone()
    return None if row is None else row["digest"]


def scopes(connection: sqlite3.Connection) -> list[int]:
    """List the scopes that have a digest."""
    return [row["scope"] for row in connection.execute("SELECT scope FROM registrations ORDER BY scope")]


def remember(connection: sqlite3.Connection, scope: int, digest: str) -> None:
    """Store a scope's digest, replacing the previous one."""
    connection.execute("INSERT OR REPLACE INTO registrations (scope, digest) VALUES (?, ?)", (scope, digest))


def forget(connection: sqlite3.Connection, scope: int) -> None:
    """Delete a scope's digest."""
    connection.execute("DELETE FROM registrations WHERE scope = ?", (scope,))
