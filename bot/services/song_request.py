"""What a user may choose about a song, and the limits."""

from dataclasses import dataclass, replace
from typing import TypeAlias

from bot.services.asking import Refusal
from lstm.rhyme.schemes import RHYMES
from lstm.song import form as forms
from lstm.song.composing import SongSettings

SONG_FORMS = forms.FORMS
SEED_CHARACTERS = 200
FEWEST_LINES, MOST_LINES = 2, 40
DEFAULT_LINES = SongSettings.lines
LOWEST_TEMPERATURE, HIGHEST_TEMPERATURE = 0.1, 1.5


@dataclass(frozen=True)
class SongRequest:
    """What a user may choose about a song; `RequestChecker` checks every value."""

    seed: str
    """1 to 200 characters, kept as typed."""
    artist: str | None = None
    """A name as typed; None: the guild's default artist, else LYRICS_DEFAULT_ARTIST."""
    lines: int = DEFAULT_LINES
    """2 to 40, the seed's own included."""
    temperature: float | None = None
    """0.1 to 1.5; None: the composer's default."""
    rhyme: str = "auto"
    """One of `RHYMES`, in upper or lower case; "auto": as the artist does."""
    private: bool = False
    form: str = "song"
    """One of `SONG_FORMS`, in upper or lower case: with a recurring chorus, in verses, or free."""
    partner: str | None = None
    """A second artist, who sings every other stanza."""


@dataclass(frozen=True)
class OwnWords:
    """A song without a seed, which the artist begins."""

    artist: str
    private: bool = False


@dataclass(frozen=True)
class SungAgain:
    """Another song on a recorded song's seed, artist and settings: another take."""

    request_id: int
    private: bool = False
    """Shown only to the asker; another take of a private song always is."""


@dataclass(frozen=True)
class Continuation:
    """The lines that follow a recorded song, as many as were asked for."""

    request_id: int
    in_place: bool = False
    """Whether the recorded song itself grows, whoever asks; otherwise the asker gets a new song, the next part."""
    private: bool = False
    """Whether the next part is shown only to the asker; that of a private song always is."""


Wish: TypeAlias = SongRequest | OwnWords | SungAgain | Continuation
"""Everything that the songs service can be asked for."""


def check_request(request: SongRequest) -> SongRequest:
    """Return the request with names, rhyme scheme and form normalised.

    Raises:
        Refusal: if a value is out of range.
    """
    _check_seed(request.seed)
    return check_settings(request)


def check_settings(request: SongRequest) -> SongRequest:
    """Check everything but the seed, like `check_request`."""
    if not FEWEST_LINES <= request.lines <= MOST_LINES:
        raise Refusal(f"A song must have {FEWEST_LINES} to {MOST_LINES} lines.")
    if request.temperature is not None and not LOWEST_TEMPERATURE <= request.temperature <= HIGHEST_TEMPERATURE:
        raise Refusal(
            f"The temperature must be between {LOWEST_TEMPERATURE:g} (safe) and {HIGHEST_TEMPERATURE:g} (wild)."
        )
    rhyme = next((scheme for scheme in RHYMES if scheme.casefold() == request.rhyme.strip().casefold()), None)
    if rhyme is None:
        raise Refusal(f"The rhyme scheme must be one of {', '.join(RHYMES)}.")
    form = next((form for form in SONG_FORMS if form.casefold() == request.form.strip().casefold()), None)
    if form is None:
        raise Refusal(f"The form must be one of {', '.join(SONG_FORMS)}.")
    artist = request.artist if request.artist and request.artist.strip() else None
    partner = request.partner if request.partner and request.partner.strip() else None
    return replace(request, artist=artist, rhyme=rhyme, form=form, partner=partner)


def _check_seed(seed: str) -> None:
    if not seed.strip():
        raise Refusal("The seed is empty. Type the words the song should begin with.")
    if len(seed) > SEED_CHARACTERS:
        raise Refusal(f"A seed can have at most {SEED_CHARACTERS} characters; yours has {len(seed)}.")
    if any("\ud800" <= character <= "\udfff" for character in seed):
        raise Refusal("The seed contains an incomplete character. Type it again.")
