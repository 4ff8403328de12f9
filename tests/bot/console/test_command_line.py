import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.console.command_line import CommandLine, parse
from bot.console.commands import COMMANDS
from bot.console.forms import FORMS
from bot.services import Refusal


def test_every_command_but_quit_has_its_function() -> None:
    assert set(COMMANDS) | {"quit"} == set(FORMS)


def test_every_example_is_a_line_of_its_command() -> None:
    for name, form in FORMS.items():
        if form.example is not None:
            assert parse(form.example).name == name


@pytest.mark.parametrize(
    ("line", "name", "options"),
    [
        ("I walk alone", "lyrics", {"seed": "I walk alone"}),
        ("  seed: is a word \n", "lyrics", {"seed": "seed: is a word"}),
        (
            "/lyrics seed:I walk alone artist:burns rhyme:AABB lines:8",
            "lyrics",
            {"seed": "I walk alone", "artist": "burns", "rhyme": "AABB", "lines": "8"},
        ),
        (
            "/lyrics lines:8 seed:time: 12:30, unseeded artist:",
            "lyrics",
            {"lines": "8", "seed": "time: 12:30, unseeded"},
        ),
        ("/LYRICS the sea Artist: Gilbert & Sullivan ", "lyrics", {"seed": "the sea", "artist": "Gilbert & Sullivan"}),
        ("/artist burns", "artist", {"name": "burns"}),
        (
            "/train artist:my band corpus:~/my songs.txt minutes:2",
            "train",
            {"artist": "my band", "corpus": "~/my songs.txt", "minutes": "2"},
        ),
        ("/mydata export", "mydata", {"what": "export"}),
        ('/artist name:"velvet-hour"', "artist", {"name": "velvet-hour"}),
        (
            "/lyrics seed:“my time:1” artist:'burns' lines:2",
            "lyrics",
            {"seed": "my time:1", "artist": "burns", "lines": "2"},
        ),
        ('/lyrics seed:"yes" and "no"', "lyrics", {"seed": '"yes" and "no"'}),
        ('"I walk"', "lyrics", {"seed": '"I walk"'}),
        ("/lyrics seed:at 12:30 see https://x.org", "lyrics", {"seed": "at 12:30 see https://x.org"}),
        ("help me", "lyrics", {"seed": "help me"}),
        ("/cancel 3", "cancel", {"job": "3"}),
        ("/artists", "artists", {}),
    ],
)
def test_lines(line: str, name: str, options: dict[str, str]) -> None:
    assert parse(line) == CommandLine(name, options)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("/lyric x", "did you mean /lyrics?"),
        ("/xyzzy", "try /help"),
        ("/exit", "did you mean /quit?"),
        ("/?", "did you mean /help?"),
        ("/" + "y" * 100_000, "yyy…; try /help"),
        ("/", "There is no command /"),
        ("/artists all", "/artists takes no options"),
        ("Quit", "The command is /quit. To use that word as a seed, type /lyrics seed:Quit"),
        ("/lyrics seed:love artst:burns", "no option artst:; did you mean artist:?"),
        ("/train artist:x speed:3", "no option speed:; it takes artist: corpus: minutes:."),
        ("/lyrics seed:love > hate lines:3", "> FILE must be the last thing on the line; put lines: before it."),
        ("/lyrics seed:love >> hate Rhyme:none", ">> FILE must be the last thing on the line; put Rhyme: before it."),
    ],
)
def test_what_is_not_understood_is_reported(line: str, reason: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse(line)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("/lyrics hello seed:foo", "“hello” stands for seed:hello, but there is seed:foo too; give one."),
        ("/lyrics hello lines:8 seed:foo", "“hello” stands for seed:hello, but there is seed:foo too; give one."),
        ("/train burns artist:my band", "“burns” stands for artist:burns, but there is artist:my band too; give one."),
        ("/mydata delete what:export", "“delete” stands for what:delete, but there is what:export too; give one."),
        ("/help lyrics command:train", "“lyrics” stands for command:lyrics, but there is command:train too; give one."),
        ("/lyrics seed:foo seed:bar", "There are both seed:foo and seed:bar; give one."),
        ("/lyrics foo lines:2 LINES:3", "There are both lines:2 and lines:3; give one."),
    ],
)
def test_nothing_that_was_typed_is_dropped(line: str, reason: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse(line)
    assert str(refused.value) == reason


def test_an_option_without_a_value_is_not_given() -> None:
    assert parse("/lyrics hello seed: lines: lines:3") == CommandLine("lyrics", {"seed": "hello", "lines": "3"})


def test_values() -> None:
    line = CommandLine("x", {"n": "8", "t": "0,5", "yes": "ON", "no": "false", "bad": "many", "huge": "9" * 10_000})
    assert (line.whole_number("n"), line.number("t"), line.switch("yes"), line.switch("no")) == (8, 0.5, True, False)
    assert line.whole_number("m") is line.number("m") is line.switch("m") is line.text("m") is None
    for read in (line.whole_number, line.number, line.switch):
        with pytest.raises(Refusal, match="not “many”"):
            read("bad")
        with pytest.raises(Refusal, match="9…”") as huge:
            read("huge")
        assert len(str(huge.value)) < 120
    with pytest.raises(Refusal, match="/x needs m:"):
        line.required("m")


@given(st.text(min_size=1).filter(str.strip))
def test_any_line_is_understood_or_refused(line: str) -> None:
    try:
        command = parse(line)
    except Refusal:
        return
    assert command.name in FORMS
    assert set(command.options) <= set(FORMS[command.name].names)
    if not line.strip().startswith("/"):
        assert command == CommandLine("lyrics", {"seed": line.strip()})


def test_a_refusal_repeats_what_was_typed_on_one_line() -> None:
    with pytest.raises(Refusal, match=r"^lines: must be a whole number, not “a b”\.$"):
        parse("/lyrics sea lines:a\n\n\tb").whole_number("lines")
