import re
import sqlite3

import pytest

from bot.snowflake import SNOWFLAKE


@pytest.mark.parametrize("text", ["1", "81384788765712384", "1575542954934665216", "8" + "9" * 18])
def test_an_identifier_fits_into_the_store(connection: sqlite3.Connection, text: str) -> None:
    assert re.fullmatch(SNOWFLAKE, text)
    assert connection.execute("SELECT ?", (int(text),)).fetchone()[0] == int(text)


@pytest.mark.parametrize("text", ["", "0", "01", "-1", "+1", " 1", "1_0", "١", "9" * 19, str(2**63), "1" * 20])
def test_what_is_no_identifier(text: str) -> None:
    assert not re.fullmatch(SNOWFLAKE, text)
