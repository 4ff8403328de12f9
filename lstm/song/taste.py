"""What composing prefers: how many candidates, at which temperatures, and what makes one line better than another."""

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Scores:
    """What speaks for a line, as values of one candidate or as their weights in `Taste`."""

    likelihood: float = 0.0
    """Log-likelihood of the line after its plan and the song so far, in nats per character, as far as it counts."""
    fluency: float = 0.0
    """The same without its plan, and partly without the frequency of its units (`frequency_aside`)."""
    weakest: float = 0.0
    """Log-likelihood of its least likely unit, in nats: a word that does not fit."""
    grammar: float = 0.0
    """How likely it is a sentence: the logarithm of the odds, as far as it counts (`lstm.song.grammar`)."""
    plan: float = 0.0
    """Log-likelihood of the plan, in nats."""
    nearness: float = 0.0
    """How near its words are to what the song is about, -1 to 1 (`lstm.song.theme`)."""
    coming_back: float = 0.0
    """Where the title should come back, the share of its words that does."""
    length: float = 0.0
    """How far its length is from the artist's mean, as a share of that mean, negative."""

    def weighted_by(self, weights: "Scores") -> float:
        """The sum of the scores, each times its weight."""
        return float(sum(getattr(self, score.name) * getattr(weights, score.name) for score in fields(self)))


@dataclass(frozen=True)
class Taste:
    """What composing prefers. A line's rank is the weighted sum of its scores minus the weights of its faults."""

    candidates: int = 12
    """Lines sampled for each line of the song."""
    lines_per_plan: int = 4
    """Candidates that share a plan."""
    proposals: int = 32
    """Plans that the network proposes for each line."""
    near_proposals: int = 8
    """Plans proposed because they are near to what the song is about."""
    rhyming_proposals: int = 48
    """Rhyming words among which the network chooses."""
    tilt: float = 0.8
    """Share of how frequent units are that temperature leaves as it is (`lstm.song.frequencies`)."""
    attempts: int = 2
    """How often a line is sampled before the best of faulty candidates is taken."""
    too_faulty: float = 1.0
    """Weight of faults from which another attempt is made; one is made for a missed rhyme as well."""

    plan_temperature: float = 0.3
    """What plans are sampled at above the temperature of the lines."""
    plan_nearness: float = 4.0
    """Nats that a plan gains for being as near as can be to what the song is about."""
    few_rhymes: float = 2.0
    """Nats that a plan loses if its line will be answered and it has few rhymes."""
    enough_rhymes: int = 6
    """Rhymes of a word that are not few."""

    weighed: int = 8
    """Candidates that are read once more without plans."""
    weights: Scores = Scores(
        likelihood=0.3,
        fluency=1.6,
        weakest=0.1,
        grammar=0.25,
        plan=0.05,
        nearness=0.6,
        coming_back=0.3,
        length=0.5,
    )
    frequency_aside: float = 0.15
    """Share of the log-frequency of a line's units that is taken off its log-likelihood."""
    likely_enough: float = 0.7
    """Share of the nats per character of the artist's held-out songs. Likelihood above it counts only by ``beyond``:
    the likeliest lines are what everybody says."""
    beyond: float = 0.8

    sure_enough: float = 3.0
    """The logarithm of the odds beyond which a line is not more of a sentence."""

    ends_badly: float = 0.6
    """For each nat by which a line's last word is below `fitting`, or what follows it below `closing`
    (`lstm.song.ending`)."""
    fitting: float = -2.5
    closing: float = -2.5

    filtered: float = 64.0
    misses_rhyme: float = 32.0
    copies: float = 16.0
    cannot_be_answered: float = 1.0
    """An unplanned line that will be answered and ends with a word that has few rhymes."""
    misses_plan: float = 8.0
    """A line that does not end with the word it was written towards."""
    is_stuck: float = 8.0
    stutters: float = 0.6
    """The same word twice in a row, without a comma between."""
    repeats: float = 8.0
    leaves_open: float = 4.0
    """A bracket or quote that the line does not close."""
    unknown_word: float = 2.0
    old_word: float = 1.0
    """A word of old verse that the artist does not use."""
    odd_length: float = 1.0
    says_again: float = 1.0
    """For each phrase of three words of an earlier line."""
    begins_alike: float = 0.6
    """A third line of the last eight that begins with the same two words."""
    begins_as_two_before: float = 0.15
    """A third line in a row that begins with the same word."""
    begins_too_often: float = 0.15
    """For each of the last eight lines that begins with the same word, beyond the artist's habit and one more."""
    says_twice: float = 0.4
    """For each content word said before in the same line."""
    dwells: float = 0.25
    """For each content word of two of the last eight lines, or of four if it is the title's."""
    unfinished: float = 0.5
    """The last line of a stanza that ends on a comma, a dash or a word that cannot end a sentence."""
    stranger: float = 0.4
    """A "he" or "she" of whom the song has not spoken."""
    changes_tense: float = 0.3
    """A line that is all in the past where its stanza is in the present, or the other way round."""
    many_persons: float = 0.25
    """A third grammatical person within a stanza."""


TASTE = Taste()
