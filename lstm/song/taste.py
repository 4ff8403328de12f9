"""What composing prefers: how many candidates, at which temperatures, and what makes one line better than another."""

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Scores:
    """What speaks for a line, as values of one candidate or as their weights in `Taste`."""

    fluency: float = 0.0
    """Log-likelihood of the line after the song so far, in nats per character, as far as it counts, and partly without
    the frequency of its units (`frequency_aside`)."""
    weakest: float = 0.0
    """Log-likelihood of its least likely unit, in nats: a word that does not fit."""
    mark: float = 0.0
    """What a reader would give it as the next line (`lstm.song.reader`), in units of two marks."""
    last_word: float = 0.0
    close: float = 0.0
    """How well it ends (`lstm.song.ending`)."""
    nearness: float = 0.0
    """How near its words are to what the song is about, -1 to 1 (`lstm.song.theme`)."""
    coming_back: float = 0.0
    """Where the title should come back, the share of its words that does."""
    length: float = 0.0
    """How far its length is from the wanted one, as a share of that, negative."""

    def weighted_by(self, weights: "Scores") -> float:
        """The sum of the scores, each times its weight."""
        return float(sum(getattr(self, score.name) * getattr(weights, score.name) for score in fields(self)))


@dataclass(frozen=True)
class Taste:
    """What composing prefers. A line's rank is the weighted sum of its scores minus the weights of its faults."""

    candidates: int = 16
    """Lines sampled for each line of the song."""
    rhyming_proposals: int = 48
    """Rhyming words among which the network chooses."""
    foreseen: int = 2
    """Candidates for a line that the next one rhymes with, whose answers are written before one is chosen."""
    tilt: float = 0.8
    """Share of how frequent units are that temperature leaves as it is (`lstm.song.frequencies`)."""
    attempts: int = 2
    """How often a line is sampled before the best of faulty or weak candidates is taken."""
    too_faulty: float = 5.0
    """Weight of faults from which another attempt is made; one is made for a missed rhyme as well."""
    too_weak: float = -10.0
    """Score of the best candidate below which another attempt is made, where there is time. On the scale of the reader:
    voices that no reader was taught to read do not come near it."""

    enough_rhymes: int = 6
    """Rhymes of a word that are not few."""

    weights: Scores = Scores(
        fluency=12.9,
        weakest=0.6,
        mark=10.0,
        last_word=0.6,
        close=0.6,
        nearness=3.1,
        coming_back=2.5,
        length=5.0,
    )
    """Learned together with the reader, on its scale times ten; only the one of lengths is larger, so that lines that
    rhyme are of a length."""
    weights_alone: Scores = Scores(
        fluency=1.9,
        weakest=0.1,
        last_word=0.2,
        close=0.2,
        nearness=0.6,
        coming_back=0.3,
        length=0.5,
    )
    """The same for a voice that no reader was taught to read."""
    frequency_aside: float = 0.15
    """Share of the log-frequency of a line's units that is taken off its log-likelihood."""
    likely_enough: float = 0.7
    """Share of the nats per character of the artist's held-out songs. Likelihood above it counts only by ``beyond``:
    the likeliest lines are what everybody says."""
    beyond: float = 0.8

    filtered: float = 400.0
    """A line that the language filter rejects, or what is sung where no line is found."""
    misses_rhyme: float = 200.0
    copies: float = 100.0
    cannot_be_answered: float = 5.0
    """A line that will be answered and ends with a word that has few rhymes."""
    ends_alike: float = 5.0
    """A line that answers none, does not come back to the title and ends with the same word as one of the last few."""
    is_stuck: float = 50.0
    stutters: float = 0.6
    """The same word twice in a row, without a comma between."""
    repeats: float = 50.0
    leaves_open: float = 25.0
    """A bracket or quote that the line does not close."""
    unknown_word: float = 8.0
    old_word: float = 1.0
    """A word of old verse that the artist does not use."""
    odd_length: float = 1.0
    says_again: float = 1.0
    """For each phrase of three words of an earlier line."""
    begins_alike: float = 0.6
    """A third line of the last eight that begins with the same two words."""
    begins_as_two_before: float = 0.15
    """A third line in a row that begins with the same word."""
    begins_too_often: float = 1.5
    """For each of the last eight lines that begins with the same word, beyond the artist's habit and one more."""
    says_twice: float = 0.4
    """For each content word said before in the same line."""
    dwells: float = 0.25
    """For each content word of two of the last eight lines, or of four if it is the title's."""
    unfinished: float = 10.0
    """The last line of a stanza that ends on a comma, a dash or a word that cannot end a sentence."""
    strange_name: float = 10.0
    """A name that neither the artist nor the song has."""
    speaks_too_often: float = 4.0
    """For each of the last eight lines with speech beyond three, if this one has speech too."""
    stranger: float = 0.4
    """A "he" or "she" of whom the song has not spoken."""
    changes_tense: float = 0.3
    """A line that is all in the past where its stanza is in the present, or the other way round."""
    many_persons: float = 0.25
    """A third grammatical person within a stanza."""


TASTE = Taste()
