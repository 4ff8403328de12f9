"""Make rhymes.txt.gz, the part of the CMU Pronouncing Dictionary that rhyme needs.

    python -m lstm.data.make_rhymes path/to/cmudict.dict

The dictionary (135,000 entries, https://github.com/cmusphinx/cmudict) may be redistributed under the BSD licence beside
this file, rhymes.LICENSE.txt. One line per word: the word spelt backwards, so that words with the same ending are
neighbours, and its pronunciations, each from the onset of its last stressed syllable to its end, in the one-letter
ARPABET.

    thgil lYt

Left out: words with anything but letters and apostrophes, and possessives. Unified, because the dictionary itself is
inconsistent there (its README says so): unstressed IH and AH; HH W and W; IY R and IH R ("here", "near"); AY R and AY
ER, AW R and AW ER ("wire", "fire"); ER before the stressed vowel, and R ("around", "round"). If no vowel is marked as
stressed, the last one counts as stressed.

Left out as well, because nobody sings them at a line's end: forms without stress of words that also have one with it
("does" as "diz", "for" as "fer"); forms with IH of words that otherwise have the same with EH ("says" as "siz"), and
with AA of those that have it with AH ("won" as "wahn"); forms that swallow a D, R or T of another ("around" as
"aroun").
"""

import gzip
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from lstm.rhyme.pronunciation import ONSETS

ARPABET = {
    "AA": "a", "AE": "@", "AH": "A", "AO": "c", "AW": "W", "AY": "Y", "EH": "E", "ER": "R", "EY": "e", "IH": "I",
    "IY": "i", "OW": "o", "OY": "O", "UH": "U", "UW": "u", "B": "b", "CH": "C", "D": "d", "DH": "D", "F": "f",
    "G": "g", "HH": "h", "JH": "J", "K": "k", "L": "l", "M": "m", "N": "n", "NG": "G", "P": "p", "R": "r",
    "S": "s", "SH": "S", "T": "t", "TH": "T", "V": "v", "W": "w", "Y": "y", "Z": "z", "ZH": "Z",
}  # fmt: skip
"""Two-letter to one-letter ARPABET."""
CARELESS = ([("IH1", "EH1")], [("IH2", "EH2")], [("AA1", "AH1")])
"""What may be the only difference of a form that is left out from one that is not."""


def rhyming_sounds(phones: list[str]) -> str:
    """The sounds from the onset of the last stressed syllable on: ["D", "IH0", "L", "AY1", "T"] to "lYt"."""
    vowels = [k for k, phone in enumerate(phones) if phone[-1] in "012"]
    stressed = [k for k in vowels if phones[k][-1] in "12"] or vowels
    start = stressed[-1]
    before = max((k for k in vowels if k < start), default=None)
    onset = "".join(_letter(phone) for phone in phones[0 if before is None else before + 1 : start]).replace("hw", "w")
    while before is not None and onset not in ONSETS:
        onset = onset[1:]
    if not onset and before is not None and phones[before].startswith("ER"):
        onset = "r"  # "around" is written ER0 AW1 N D
    tail = _letter(phones[start]) + "".join("A" if p == "IH0" else _letter(p) for p in phones[start + 1 :])
    return onset + tail.replace("ir", "Ir").replace("Yr", "YR").replace("Wr", "WR")


def _letter(phone: str) -> str:
    return ARPABET[phone.rstrip("012")]


def rhyme_lines(entries: Iterable[str]) -> list[str]:
    """The lines of rhymes.txt, sorted, from the lines of cmudict.dict."""
    forms: dict[str, list[list[str]]] = {}
    for entry in entries:
        name, *phones = entry.split("#")[0].split()
        word = re.sub(r"\(\d+\)$", "", name)
        if re.fullmatch("[a-z']+", word) and not word.endswith("'s") and any(phone[-1] in "012" for phone in phones):
            forms.setdefault(word, []).append(phones)
    return sorted(f"{word[::-1]} {' '.join(_sounds(spoken))}\n" for word, spoken in forms.items())


def _sounds(forms: list[list[str]]) -> dict[str, None]:
    """The different sounds of a word's forms that can end a line, in order."""
    stressed = [form for form in forms if any(phone[-1] in "12" for phone in form)] or forms
    return {
        rhyming_sounds(form): None
        for form in stressed
        if not any(_is_careless(form, other) for other in stressed if other is not form)
    }


def _is_careless(form: list[str], other: list[str]) -> bool:
    """Whether a form is another one with a vowel that is sung otherwise, or without one of its D, R and T."""
    if len(form) == len(other):
        return [pair for pair in zip(form, other, strict=True) if pair[0] != pair[1]] in CARELESS
    return any(other[:k] + other[k + 1 :] == form for k, phone in enumerate(other) if phone in ("D", "R", "T"))


def main() -> None:
    """Write rhymes.txt.gz beside this file; the same dictionary gives the same bytes."""
    entries = Path(sys.argv[1]).read_text("utf-8").splitlines()
    data = "".join(rhyme_lines(entries)).encode("ascii")
    Path(__file__).with_name("rhymes.txt.gz").write_bytes(gzip.compress(data, 9, mtime=0))


if __name__ == "__main__":
    main()
