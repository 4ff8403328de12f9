from pathlib import Path

import pytest

from bot.env_file import EnvFile, EnvFileError, read_env_file


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    return tmp_path / ".env"


def test_without_a_file_nothing_is_set(env_file: Path) -> None:
    assert read_env_file(env_file) == EnvFile()


def test_what_may_be_written(env_file: Path) -> None:
    env_file.write_bytes(
        b"\xef\xbb\xbf# a comment\n\nA=1\r\nexport B = two words # and a comment\n"
        b"C='it is'\nD=\"a\\nb\"\nE=\nF=a${HOME}b\n"
    )
    assert read_env_file(env_file).values == {
        "A": "1",
        "B": "two words",
        "C": "it is",
        "D": "a\nb",
        "E": "",
        "F": "a${HOME}b",
    }


def test_a_name_that_is_set_twice_has_its_last_value(env_file: Path) -> None:
    env_file.write_text("A=1\nB=2\nA=3\n")
    assert read_env_file(env_file) == EnvFile({"A": "3", "B": "2"}, ("A",))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("DISCORD_TOKEN: abc.def.ghi\n", "1 (DISCORD_TOKEN …)"),
        ('DISCORD_TOKEN="abc.def.ghi\nLYRICS_HISTORY_DAYS=0\n', "1 (DISCORD_TOKEN …)"),
        ("# mine\n\nDISCORD_TOKEN abc.def.ghi", "3 (DISCORD_TOKEN …)"),
        ("LYRICS_HISTORY_DAYS=0\n\nabc.def.ghi\n", "3"),
        ("A=1\n=abc.def.ghi\n", "2"),
        ("DISCORD_TOKEN='abc.def.ghi' LYRICS_HISTORY_DAYS=0\n", "1 (DISCORD_TOKEN …)"),
    ],
)
def test_a_line_that_cannot_be_read_is_named_without_its_value(env_file: Path, text: str, line: str) -> None:
    env_file.write_text(text)
    with pytest.raises(EnvFileError) as caught:
        read_env_file(env_file)
    assert str(caught.value) == (
        f"{env_file} line {line} cannot be read; "
        "it must be NAME=value with every quote closed, or a comment that begins with #"
    )


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_another_encoding_is_one_sentence(env_file: Path, encoding: str) -> None:
    env_file.write_bytes("LYRICS_DATA_DIR=Mühle\n".encode(encoding))
    with pytest.raises(EnvFileError, match=r"\.env cannot be read: it must contain NAME=value lines in UTF-8"):
        read_env_file(env_file)
