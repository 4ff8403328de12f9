"""Identifiers as text: those of Discord, and those of rows in the store."""

SNOWFLAKE = "(?:[1-9][0-9]{0,17}|[1-8][0-9]{18})"
"""A pattern for a whole number from 1 to 9 * 10**18 - 1, without leading zeros.

SQLite holds 63 bits, 9.2 * 10**18, and fails at more; Discord's identifiers, which count milliseconds, come near that
in 2083.
"""
