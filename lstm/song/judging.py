"""What is wrong with a line of a song.

Rules that the user can rely on weigh most: a line that copies the corpus, is stuck, repeats the song beyond the
artist's habit or leaves a bracket open loses against any that does not. The weights are those of `lstm.song.taste`.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise, starmap

from lstm.rhyme.pronunciation import shipped_dictionary
from lstm.song.repetition import closes_what_it_opens, has_phrase_loop
from lstm.song.style import Style
from lstm.song.taste import TASTE, Taste
from lstm.song.tense import tense_of, tenses_of
from lstm.song.theme import Nearness
from lstm.text.words import last_word, words_of

LONGEST_RUN = 5
"""A line may share so many consecutive words with the corpus, not one more."""
SHORTER, LONGER = 0.75, 1.1
"""How far beyond the artist's short and long lines a line may go."""
BEFORE = 8
"""Lines whose beginnings and words are compared."""
SPOKEN = 3
"""Of those, how many may have speech in them before one more is a fault."""
GOING_ON = (",", ";", ":", "-", "(")
_SPACED = re.compile(r"\s+")
_ENGLISH = re.compile("[a-z']+")
_NAME = re.compile(r"(?=(?:[a-z,\"\u201d]|\bMr?s?\.) [\"\u201c]?([A-Z]\w+))")
"""A word with a capital letter within a sentence, or after speech."""
_CALENDAR = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december christmas easter".split()
)
_SPEECH = re.compile(r"[\"\u201c]|\b(?:said|says)\b", re.IGNORECASE)
_PERSONS = {
    word: person
    for person, words in {
        "I": "i i'm i'll i'd i've me my mine myself",
        "you": "you you're you'll you'd you've your yours yourself",
        "he": "he he's he'll he'd him his himself",
        "she": "she she's she'll she'd her hers herself",
        "we": "we we're we'll we'd we've us our ours ourselves",
        "they": "they they're they'll they'd they've them their theirs themselves",
    }.items()
    for word in words.split()
}
_OWNERS = {
    "he": frozenset(
        "man men boy boys father dad daddy papa brother son uncle grandfather grandpa king mister husband guy sailor "
        "soldier captain driver doctor teacher stranger friend lover boss cowboy preacher lord god jesus dog horse cat "
        "devil baby child neighbor neighbour singer bartender".split()
    ),
    "she": frozenset(
        "woman women girl girls mother mom mama mum sister daughter aunt grandmother grandma queen lady wife bride "
        "teacher doctor stranger friend lover boss dog cat ship moon sea baby child neighbor neighbour singer "
        "waitress nurse bartender".split()
    ),
}  # fmt: skip
_CANNOT_END = frozenset(
    "a an the and or but of to from with for at by my your his our their its every if when while because than as is "
    "was are were am be i we they he she very who whose which into onto upon 'cause i'm you're he's she's we're "
    "they're i'll you'll i'd you'd i've you've so no".split()
)  # fmt: skip
_OLD = frozenset(
    "thee thou thy thine thyself ye hath hast doth dost didst shalt wilt wert canst couldst wouldst shouldst hadst "
    "cometh goeth maketh taketh giveth seeth saith tis twas twere twill o'er e'er ne'er e'en oft ere whence hence "
    "thence whither thither hither wherefore nay yea alas lo methinks betwixt".split()
)  # fmt: skip
"""What the base has read in old verse, and only some artists say."""


@dataclass(frozen=True)
class Judge:
    """Judges lines of one song."""

    style: Style
    seed: str = ""
    """What stands in the seed may be sung, whether the corpus has it or not."""
    is_filtered: Callable[[str], bool] | None = None
    """A language filter: true of a text that must not be sung."""
    taste: Taste = TASTE

    def after(
        self, song: Sequence[str], stanza: Sequence[str] = (), *, closes: bool = False, title: str = ""
    ) -> "LineJudge":
        """The judge of the line after those of ``song``, the last of which are those of its ``stanza``.

        ``closes``: whether the line ends its stanza. ``title``: what may be said again.
        """
        said = [words_of(line) for line in song]
        spoken = sum(_SPEECH.search(line) is not None for line in song[-BEFORE:])
        return LineJudge(self, said, [words_of(line) for line in stanza], closes, words_of(title), spoken)

    def copies(self, line: str) -> bool:
        """Whether a line has six or more consecutive words of the corpus, or is a whole line of it.

        Words that stand so in the seed do not count.
        """
        index, words = self.style.index, words_of(line)
        runs = _runs(words, LONGEST_RUN + 1)
        if any(run not in self._runs_of_seed and index.has_run(run) for run in runs):
            return True
        return index.is_whole_line(line) and tuple(words) not in _runs(words_of(self.seed), len(words))

    @cached_property
    def _runs_of_seed(self) -> set[tuple[str, ...]]:
        return _runs(words_of(self.seed), LONGEST_RUN + 1)

    def knows(self, word: str) -> bool:
        """Whether a word is the artist's or a frequent one of English songs."""
        return self.style.has_word(word) or Nearness.shipped().knows(word)

    def is_word(self, word: str) -> bool:
        """Whether a word is the artist's or stands in the dictionary of English."""
        if self.style.has_word(word) or word.isdigit():
            return True
        return _ENGLISH.fullmatch(word) is not None and bool(shipped_dictionary().sounds(word))


class LineJudge:
    """Judges candidates for one line of a song."""

    def __init__(
        self,
        judge: Judge,
        song: list[list[str]],
        stanza: list[list[str]],
        closes: bool,
        title: list[str],
        spoken: int,
    ) -> None:
        """As `Judge.after` makes it; lines as their words. ``spoken``: how many of the last ones have speech."""
        self._judge, self._song, self._closes, self._spoken = judge, song, closes, spoken
        self._earlier = [frozenset(line) for line in song]
        self._nearness = Nearness.shipped()
        self._persons = {_PERSONS[word] for line in stanza for word in line if word in _PERSONS}
        self._tense = tense_of(stanza) or tense_of(song)
        self._said = _phrases(song) - _phrases([title])
        self._said_words = said = {word for line in song for word in line} | set(words_of(judge.seed))
        self._known = {person for person, owners in _OWNERS.items() if said & owners or _has_person(said, person)}
        self._begun = Counter(line[0] for line in song[-BEFORE:] if line)
        counts = Counter(word for line in song[-BEFORE:] for word in set(line))
        self._dwelt_on = {word for word, count in counts.items() if count >= (4 if word in title else 2)}
        allowed = judge.style.repeated_share * (len(song) + 1)
        repeated = sum(starmap(_are_alike, combinations(self._earlier, 2)))
        self._may_repeat = repeated + 1 <= allowed

    def faults(self, line: str) -> float:
        """The weight of all that is wrong with a line; 0 for a good one."""
        judge, taste, words = self._judge, self._judge.taste, words_of(line)
        weight = taste.unknown_word * sum(not judge.is_word(word) for word in words)
        weight += taste.old_word * sum(word in _OLD and not judge.style.has_word(word) for word in words)
        short, _, long = judge.style.line_lengths
        if not SHORTER * short <= len(line) <= LONGER * long:
            weight += taste.odd_length
        if judge.copies(line):
            weight += taste.copies
        if has_phrase_loop(line):
            weight += taste.is_stuck
        if any(a == b for a, b in pairwise(_SPACED.split(line.casefold()))):
            weight += taste.stutters
        if not closes_what_it_opens(line):
            weight += taste.leaves_open
        if words and not self._may_repeat and self._is_repeated(frozenset(words)):
            weight += taste.repeats
        # The likeliest line is often one that the song has half said before.
        weight += taste.says_again * len(self._said & _phrases([words]))
        weight += self._faults_of_beginning(words)
        if _SPEECH.search(line):
            weight += taste.speaks_too_often * max(0, self._spoken + 1 - SPOKEN)
        content = [word for word in words if self._nearness.weight(word)]
        weight += taste.says_twice * (len(content) - len(set(content)))
        weight += taste.dwells * len(self._dwelt_on.intersection(content))
        weight += self._faults_of_sense(line, words)
        if judge.is_filtered is not None and judge.is_filtered(line):
            weight += taste.filtered
        return weight

    def _is_repeated(self, words: frozenset[str]) -> bool:
        return any(_are_alike(words, earlier) for earlier in self._earlier)

    def _faults_of_beginning(self, words: list[str]) -> float:
        """What makes lines sound alike: too many that begin with the same words."""
        taste, weight = self._judge.taste, 0.0
        if not words:
            return weight
        if len(self._song) > 1 and all(earlier[:1] == words[:1] for earlier in self._song[-2:]):
            weight += taste.begins_as_two_before
        if sum(earlier[:2] == words[:2] for earlier in self._song[-BEFORE:]) >= 2:
            weight += taste.begins_alike
        return weight + taste.begins_too_often * max(0.0, self._begun[words[0]] - self._usual(words[0]))

    def _usual(self, word: str) -> float:
        """How many of the last lines begin with a word before it is more than the artist's habit, and one more."""
        return 1 + self._judge.style.index.share_of_lines_begun_by(word) * len(self._song[-BEFORE:])

    def _faults_of_sense(self, line: str, words: list[str]) -> float:
        """What makes a line hard to follow: people out of nowhere, a sentence that breaks off."""
        taste, said = self._judge.taste, set(words)
        weight = taste.strange_name * sum(map(self._is_strange, _names_in(line)))
        for person, owners in _OWNERS.items():
            if person not in self._known and _has_person(said, person) and not said & owners:
                weight += taste.stranger
        persons = self._persons | {_PERSONS[word] for word in words if word in _PERSONS}
        if len(persons) > max(2, len(self._persons)):
            weight += taste.many_persons
        if self._tense is not None and len(tenses := tenses_of(words)) == 1 and self._tense not in tenses:
            weight += taste.changes_tense
        if self._closes and (line.rstrip().endswith(GOING_ON) or last_word(line).lower() in _CANNOT_END):
            weight += taste.unfinished
        return weight

    def _is_strange(self, name: str) -> bool:
        return not (name in self._said_words or name in _CALENDAR or self._judge.style.has_word(name))


def _names_in(line: str) -> list[str]:
    """Words in lower case that have a capital letter within a sentence; none if that is how the line is written."""
    names = _NAME.findall(line)
    return [name.lower() for name in names] if 2 * len(names) < len(line.split()) else []


def _runs(words: list[str], n: int) -> set[tuple[str, ...]]:
    """All runs of ``n`` words."""
    return {tuple(words[k : k + n]) for k in range(len(words) - n + 1)}


def _has_person(words: set[str], person: str) -> bool:
    return any(_PERSONS.get(word) == person for word in words)


def _phrases(lines: Sequence[list[str]]) -> set[tuple[str, ...]]:
    """The phrases of three words in some lines."""
    return {phrase for line in lines for phrase in zip(line, line[1:], line[2:], strict=False)}


def _are_alike(a: frozenset[str], b: frozenset[str]) -> bool:
    """Whether two lines, as their words, share three quarters of them."""
    shared = len(a & b)
    return shared > 0 and shared / (len(a) + len(b) - shared) >= 0.75
