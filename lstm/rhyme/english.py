"""How English words sound that a modern dictionary lacks: elided, inflected, in dialect, in old spelling."""

import re

from lstm.rhyme.pronunciation import Dictionary, Sound, shipped_dictionary, split_sounds

# Old and Scots words that neither a rule nor a neighbour in the dictionary gets right, in the one-letter ARPABET.
_IRREGULAR = dict(
    pair.split(":")
    for pair in (
        "o'er:cr whate'er:Er whene'er:Er where'er:Er howe'er:Er e'er:Er ne'er:nEr e'en:in een:in e'e:i "
        "ta'en:ten ga'e:ge ha'e:he hae:he nae:ne wae:we sae:se frae:fre de'il:dil deil:dil lo'e:lu lo'ed:lud "
        "lo'es:luz bonie:bani ony:ani mammy:m@mi mony:mani monie:mani a':c ca':kc fa':fc ha':hc wa':wc sma':smc "
        "awa':wc awa:wc twa:twc wha:wc fu':fu pu':pu wi':wI o':A th':DA an':@n han':h@n lan':l@n stan':st@n i':I "
        "mou':mu no':no thou'rt:Wrt gie:gi gied:gid gies:giz o't:at on't:cnt ain:en ain't:ent saith:sET "
        "wast:wast wert:wRt whilst:wYlst aboon:bun sooth:suT forsooth:suT plough:plW enow:nW agen:gEn huzza:zc "
        "withal:Dcl nought:nct gaol:Jel hie:hY wuz:wAz sez:sEz luve:lAv smote:smot blest:blEst accurst:kRst "
        "afore:fcr ag'in:gIn mown:mon yestreen:strin doth:dAT"
    ).split()
)

_RESPELLED = tuple(
    (re.compile(pattern), now)
    for pattern, now in (
        (r"our(?=s$|ed$|'d$|ing$|$)", "or"), (r"(?<=[^aeiou])re(?=s$|d$|$)", "er"), (r"is(?=e$|es$|ed$|ing$)", "iz"),
        (r"ence(?=s$|$)", "ense"), (r"ick$", "ic"), (r"ll", "l"), (r"[ao]e(?=[a-z]{2})", "e"), (r"ie$", "y"),
        (r"(?:(?<=[^aeiou]{2})|(?<=[aeiou]{2}[^aeiou]))e$", ""), (r"(?<=a)y(?=[a-z])", "i"),
        (r"(?<=[^aeiou])y(?=[a-z]{2})", "i"),
    )
)  # fmt: skip
"""Old and British spellings: splendour, theatre, realise, offence, musick, levelled, aether, countrie, hande, kyng."""

_VOICELESS = frozenset("pktfTsSC")
_HISSING = frozenset("szSZCJ")
_ENDINGS = (
    ("ness", "nAs"), ("less", "lAs"), ("ment", "mAnt"), ("some", "sAm"), ("ward", "wRd"), ("like", "lYk"),
    ("ship", "SAp"), ("man", "mAn"), ("ful", "fAl"), ("fu'", "fA"), ("'st", "st"), ("ing", "AG"), ("est", "Ast"),
    ("eth", "AT"), ("'s", "s"), ("'d", "d"), ("'t", "t"), ("èd", "Ad"), ("es", "s"), ("ed", "d"), ("er", "R"),
    ("or", "R"), ("ly", "li"), ("ie", "i"), ("s", "s"), ("y", "i"),
)  # fmt: skip
"""How a word may be derived without a change of stress: the spelling and the sounds of its ending."""
_OUTER_ENDINGS = frozenset({"s", "'s", "es", "ly", "ness"})
"""Endings that can follow another ending: scorn-ing-s."""
_SPELT_WITH_T = re.compile("[^aeiouydt]t$")
"""Old past tenses: drest, stept, curst."""

_RESTORED = (
    ("g", "G", "n"), ("d", "d", ""), ("t", "t", ""), ("l", "l", ""), ("f", "f", ""), ("ugh", "", ""), ("th", "T", ""),
)  # fmt: skip
"""What an apostrophe at the end of a word stands for: letters, the sound lost with them, the sound that remains."""
MOST_FORMS = 300
"""How many forms of a word are tried; of 25,000 words of English books, none needs more than 215."""
_BEHEADED = ("h", "a", "be", "re", "es", "ex", "un", "de", "en", "al")
"""What an apostrophe at the start of a word stands for: 'ead, 'mong, 'neath, 'venge, 'scape, 'pon."""


class English:
    """The sounds of English words: listed, else derived by rule from listed ones, else guessed from similar ones."""

    def __init__(self, dictionary: Dictionary | None = None) -> None:
        """``dictionary``: by default the one that ships with the package, which is read now."""
        self._dictionary = dictionary or shipped_dictionary()

    def sounds(self, word: str) -> tuple[Sound, ...]:
        """Pronunciations of a lower-case word of a-z, "'", "-" and "è"; () if unknown."""
        word = _last_part(word)
        derived = _Derivation(self._dictionary).sounds(word)
        return derived or self._dictionary.guess(word.replace("'", "").replace("è", "e"))

    def known(self, word: str) -> bool:
        """Whether the word, or one that it is derived from by rule, is listed."""
        return bool(_Derivation(self._dictionary).sounds(_last_part(word)))


class _Derivation:
    """The search for a listed word that one word comes from.

    Rules apply to what other rules have made, so that a long word of nothing but endings and apostrophes has millions
    of forms. Each is tried once, and `MOST_FORMS` in all.
    """

    def __init__(self, dictionary: Dictionary) -> None:
        self._dictionary = dictionary
        self._tried: set[str] = set()

    def sounds(self, word: str) -> tuple[Sound, ...]:
        """Sounds of a word that is listed or derived from one; () if it is neither, or is not found in time."""
        if word in self._tried or len(self._tried) >= MOST_FORMS:
            return ()
        self._tried.add(word)
        return self._listed(word) or self._elided(word) or self._inflected(word) or self._respelled(word)

    def _listed(self, word: str) -> tuple[Sound, ...]:
        return _irregular(word) or self._dictionary.sounds(word)

    def _elided(self, word: str) -> tuple[Sound, ...]:
        """Sounds of a word that has lost letters to an apostrophe: mornin', 'ead, heav'n, o'erflow."""
        if "'" not in word:
            return self._restored(word, _RESTORED[:1]) if re.search("[^aeiou]in$", word) else ()
        if word.startswith("o'er") and (sounds := self.sounds(word[4:])):
            return sounds
        if word.startswith("'"):
            for letters in _BEHEADED:
                if sounds := self._dictionary.sounds(letters + word[1:]):
                    return tuple(Sound(s.onset.lstrip("h"), s.tail) for s in sounds) if letters == "h" else sounds
            return self.sounds(word[1:])
        if word.endswith("'"):
            return self._dictionary.sounds(word[:-1]) or self._restored(word[:-1], _RESTORED) or self.sounds(word[:-1])
        before, _, after = word.rpartition("'")
        if after in ("s", "d", "t", "st"):
            return ()
        return next((found for vowel in "eoiau" if (found := self.sounds(before + vowel + after))), ())

    def _restored(self, word: str, endings: tuple[tuple[str, str, str], ...]) -> tuple[Sound, ...]:
        for letters, lost, left in endings:
            sounds = self._dictionary.sounds(word + letters) or self._inflected(word + letters)
            if sounds and sounds[0].tail.endswith(lost):
                return tuple(Sound(s.onset, s.tail.removesuffix(lost) + left) for s in sounds)
        return ()

    def _inflected(self, word: str) -> tuple[Sound, ...]:
        """Sounds of a word that is a known one with an ending."""
        if len(self._tried) >= MOST_FORMS:
            return ()
        self._tried.add(f"{word}-")
        for spelt, sound in _ENDINGS:
            if word.endswith(spelt):
                for stem in _stems(word.removesuffix(spelt), spelt):
                    sounds = self._listed(stem) or ("'" in stem and self._elided(stem))
                    if sounds := sounds or (spelt in _OUTER_ENDINGS and self._inflected(stem)) or ():
                        return tuple(Sound(s.onset, _joined(s.tail, sound)) for s in sounds)
        if _SPELT_WITH_T.search(word):
            for stem in (word[:-1], word[:-1] + word[-2]):
                sounds = self._dictionary.sounds(stem)
                if sounds and sounds[0].tail[-1] in _VOICELESS:
                    return tuple(Sound(s.onset, s.tail + "t") for s in sounds)
        return ()

    def _respelled(self, word: str) -> tuple[Sound, ...]:
        for pattern, now in _RESPELLED:
            if (respelled := pattern.sub(now, word)) != word and (sounds := self.sounds(respelled)):
                return sounds
        return ()


def _last_part(word: str) -> str:
    return word.strip("-").rpartition("-")[2]


def _irregular(word: str) -> tuple[Sound, ...]:
    spoken = _IRREGULAR.get(word)
    return (split_sounds(spoken),) if spoken else ()


def _stems(stem: str, ending: str) -> tuple[str, ...]:
    """The words that a stem may come from: love in lov-ed, plan in plann-ed."""
    if len(stem) < 2 or not re.search("[aeiouy]", stem) or (ending == "s" and stem[-1] in "sui"):
        return ()
    if ending == "es":
        return (stem,) if re.search("[sxzho]$", stem) else (stem[:-1] + "y",) if stem.endswith("i") else ()
    if stem.endswith("i"):
        return (stem[:-1] + "y", stem)
    if ending[0] not in "aeiyoè" and ending != "'d" and ending != "'st":
        return (stem,)
    if stem[-1] == stem[-2]:
        return (stem, stem[:-1])
    if stem.endswith("ng") or re.search("[aeiou]{2}.$", stem):
        return (stem, stem + "e")
    if re.fullmatch("[^aeiou]*[aeiou][^aeiouwxy]", stem):
        return (stem + "e",)  # plan would have doubled its n
    return (stem + "e", stem)


def _joined(tail: str, ending: str) -> str:
    """A tail with an ending: -s and -ed sound as what they follow demands, and no sound is spoken twice (fully)."""
    last = tail[-1]
    if ending == "s":
        return tail + ("Az" if last in _HISSING else "s" if last in _VOICELESS else "z")
    if ending == "d":
        return tail + ("Ad" if last in "td" else "t" if last in _VOICELESS else "d")
    return tail.removesuffix(ending[0]) + ending if ending[0] in "ln" else tail + ending
