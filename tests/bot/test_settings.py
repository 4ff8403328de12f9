import re
from dataclasses import fields
from pathlib import Path

import pytest
from dotenv import dotenv_values
from hypothesis import given
from hypothesis import strategies as st

from bot.settings import Settings, SettingsError, doubtful_settings, read_settings

NOWHERE = Path("no-such.env")
VARIABLES = [field.metadata["variable"].name for field in fields(Settings)]
INTERFACE = {
    "DISCORD_TOKEN",
    "LYRICS_DATA_DIR",
    "LYRICS_DEFAULT_ARTIST",
    "LYRICS_HOME_GUILD",
    "LYRICS_OPERATORS",
    "LYRICS_TRAIN_WORKERS",
    "LYRICS_TRAIN_MINUTES",
    "LYRICS_DASK_SCHEDULER",
    "LYRICS_DASK_PATIENCE_SECONDS",
    "LYRICS_MAX_CORPUS_BYTES",
    "LYRICS_HISTORY_DAYS",
    "LYRICS_GUILD_CORPUS_BYTES",
    "LYRICS_GUILD_ARTISTS",
    "LYRICS_GUILD_JOBS",
    "LYRICS_LEFT_GUILD_DAYS",
    "LYRICS_SONGS_IN_A_ROW",
    "LYRICS_SECONDS_PER_SONG",
    "LYRICS_METRICS_PORT",
    "LYRICS_LOG_LEVEL",
    "LYRICS_MODEL_CACHE_BYTES",
}


def test_every_variable_of_the_interface_and_no_other_is_read() -> None:
    assert set(VARIABLES) == INTERFACE


def test_nothing_set_gives_the_defaults() -> None:
    assert read_settings({}, NOWHERE) == Settings()


def test_env_example_lists_every_variable_with_its_default_and_a_comment() -> None:
    example = Path(__file__).parents[2] / ".env.example"
    assert list(dotenv_values(example)) == VARIABLES
    assert read_settings({}, example) == Settings()
    for variable in VARIABLES:
        assert re.search(rf"^# .+\n{variable}=", example.read_text(), re.MULTILINE), variable


def test_what_holds_a_default_that_is_not_nothing_shows_it_in_env_example() -> None:
    values = dotenv_values(Path(__file__).parents[2] / ".env.example")
    for field in fields(Settings):
        if field.default not in (None, frozenset()):
            assert values[field.metadata["variable"].name] == str(field.default).removesuffix(".0")


def test_the_environment_wins_even_if_it_sets_nothing(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("DISCORD_TOKEN=of-the-file\nLYRICS_HISTORY_DAYS=7\nLYRICS_LOG_LEVEL=debug\n")
    settings = read_settings({"DISCORD_TOKEN": "", "LYRICS_HISTORY_DAYS": "9"}, env_file)
    assert (settings.discord_token, settings.history_days, settings.log_level) == (None, 9, "DEBUG")


def test_dollars_in_env_files_stay_as_they_are(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("DISCORD_TOKEN=a${HOME}b\n")
    assert read_settings({}, env_file).discord_token == "a${HOME}b"


def test_an_env_file_in_another_encoding_is_one_sentence(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_bytes("LYRICS_DATA_DIR=Mühle\n".encode("latin-1"))
    with pytest.raises(SettingsError, match=r"\.env cannot be read"):
        read_settings({}, env_file)


def test_names_that_are_no_settings_are_named(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("DISCORD_TOKN=abc.def.ghi\nLYRICS_HISTORY_DAYS=0\nLYRICS_HISTORY_DAYS=1\nHTTP_PROXY=x\n")
    assert doubtful_settings({"LYRICS_HISTORY_DAY": "0", "LYRICS_FOO": "1", "PATH": "/bin"}, env_file) == [
        f"LYRICS_HISTORY_DAYS is set more than once in {env_file}; the last one counts",
        f"DISCORD_TOKN in {env_file} is not a setting and does nothing; did you mean DISCORD_TOKEN?",
        "LYRICS_FOO is not a setting and does nothing; .env.example lists the settings",
        "LYRICS_HISTORY_DAY is not a setting and does nothing; did you mean LYRICS_HISTORY_DAYS?",
    ]


def test_what_env_example_sets_is_not_doubtful() -> None:
    assert doubtful_settings(dict.fromkeys(VARIABLES, ""), Path(__file__).parents[2] / ".env.example") == []


@pytest.mark.parametrize(
    ("variable", "text", "name", "value"),
    [
        ("DISCORD_TOKEN", "abc.DEF-_1", "discord_token", "abc.DEF-_1"),
        ("LYRICS_DATA_DIR", "/lyrics", "data_dir", Path("/lyrics")),
        ("LYRICS_HOME_GUILD", "81384788765712384", "home_guild", 81384788765712384),
        ("LYRICS_OPERATORS", "1, 22 ,333", "operators", frozenset({1, 22, 333})),
        ("LYRICS_TRAIN_MINUTES", "0.25", "train_minutes", 0.25),
        ("LYRICS_DASK_SCHEDULER", "tcp://10.0.0.7:8786", "dask_scheduler", "tcp://10.0.0.7:8786"),
        ("LYRICS_DASK_SCHEDULER", "tls://[::1]:8786", "dask_scheduler", "tls://[::1]:8786"),
        ("LYRICS_DASK_PATIENCE_SECONDS", "5", "dask_patience_seconds", 5),
        ("LYRICS_HISTORY_DAYS", "0", "history_days", 0),
        ("LYRICS_METRICS_PORT", " 9100 ", "metrics_port", 9100),
        ("LYRICS_LOG_LEVEL", "warning", "log_level", "WARNING"),
    ],
)
def test_right_values(variable: str, text: str, name: str, value: object) -> None:
    assert getattr(read_settings({variable: text}, NOWHERE), name) == value


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("LYRICS_DATA_DIR", __file__),
        ("LYRICS_DATA_DIR", "x" * 5000),
        ("LYRICS_DATA_DIR", "no/such/folder"),
        ("LYRICS_DATA_DIR", f"{__file__}/data"),
        ("LYRICS_DEFAULT_ARTIST", "x" * 41),
        ("LYRICS_HOME_GUILD", "my guild"),
        ("LYRICS_HOME_GUILD", "0"),
        ("LYRICS_HOME_GUILD", str(2**63)),
        ("LYRICS_OPERATORS", str(2**63)),
        ("LYRICS_OPERATORS", "1,,2"),
        ("LYRICS_OPERATORS", "anna"),
        ("LYRICS_TRAIN_WORKERS", "0"),
        ("LYRICS_TRAIN_WORKERS", "1_0"),
        ("LYRICS_TRAIN_MINUTES", "0"),
        ("LYRICS_TRAIN_MINUTES", "nan"),
        ("LYRICS_TRAIN_MINUTES", "-5"),
        ("LYRICS_DASK_SCHEDULER", "localhost:8786"),
        ("LYRICS_DASK_SCHEDULER", "tcp://host:99999"),
        ("LYRICS_DASK_PATIENCE_SECONDS", "0"),
        ("LYRICS_MAX_CORPUS_BYTES", "8 MB"),
        ("LYRICS_HISTORY_DAYS", "-1"),
        ("LYRICS_METRICS_PORT", "65536"),
        ("LYRICS_LOG_LEVEL", "LOUD"),
        ("LYRICS_MODEL_CACHE_BYTES", "1"),
    ],
)
def test_a_wrong_value_is_one_line_with_variable_value_and_what_it_may_hold(variable: str, text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({variable: text}, NOWHERE)
    said = str(caught.value)
    assert said.startswith(f"{variable} is {text[:100]!r}; it must be ")
    assert "\n" not in said


def test_a_wrong_token_is_never_shown() -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({"DISCORD_TOKEN": "secret with spaces"}, NOWHERE)
    assert "secret" not in str(caught.value)
    assert "secret" not in repr(Settings(discord_token="secret"))


@given(st.sampled_from(VARIABLES), st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_any_text_gives_settings_or_one_line(variable: str, text: str) -> None:
    try:
        settings = read_settings({variable: text}, NOWHERE)
    except SettingsError as error:
        assert str(error).startswith(variable)
        assert len(str(error).splitlines()) == 1
    else:
        assert isinstance(settings, Settings)


@given(st.integers(-(10**20), 10**20))
def test_whole_numbers_are_taken_within_their_bounds_only(number: int) -> None:
    try:
        assert read_settings({"LYRICS_METRICS_PORT": str(number)}, NOWHERE).metrics_port == number
    except SettingsError:
        assert not 1 <= number <= 65535
