"""Make nearness.npz, which says which words songs use together.

    python -m lstm.data.make_nearness MODERN VERSE STORIES    (folders of .txt files)

Words are near if they stand in the same songs, or the same pages of a story. Counted are pairs within a passage;
positive pointwise mutual information, with context shares raised to 0.75, is factored by a truncated singular value
decomposition (O. Levy, Y. Goldberg and I. Dagan 2015, "Improving Distributional Similarity with Lessons Learned from
Word Embeddings", section 3). The file holds ``words`` (UTF-8, one per line, most frequent first), ``vectors`` (V, D)
int8 of equal length, and ``weights`` (V,) uint8: how much a word says of what a song is about, 0 for function words.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from lstm.text.songs import songs_of
from lstm.text.words import words_of

WORDS, DIMENSIONS = 7_000, 40
FEWEST_FILES = 5
"""A word of fewer files is a name, or one author's own."""
FOLDERS = ((12.0, 40), (0.4, 16), (0.8, 12))
"""For each folder, the weight of a passage and its lines."""
PASSAGE_WORDS = 150
OVERSAMPLED, POWER_ITERATIONS = 24, 5
FUNCTION_WORDS = frozenset(
    """
a about above across after again against ago ah ain't all almost along already also always am an and another any anybody
anymore anyone anything anyway are aren't around as at away back be because been before began behind being below
beneath beside best better between both but by came can can't cannot 'cause cause come comes coming could couldn't did
didn't do does doesn't doing don't done down each either else enough even ever every everybody everyone everything few
first for forever from gave get gets getting give given gives go goes going gone gonna good got gotta had half has
hasn't hath have haven't having he he'd he'll he's her here here's hers herself hey him himself his how i i'd i'll i'm
i've if in inside instead into is isn't it it'd it'll it's its itself just keep keeps kept kind knew know known knows
last later lay least leave less let let's like long look looked looking looks lot made make makes making many may
maybe me mean might mine more most much must my myself near need never new next no nobody none nor not nothing now o
o'er of off oh on once one ones only onto or other others our ours out outside over own part perhaps put quite rather
real really right said same saw say saying says see seem seemed seems seen set shall she she'd she'll she's should
shouldn't since so some somebody someone something sometimes somewhere soon still such sure take taken takes tell than
that that's thee their theirs them themselves then there there'll there's these they they'd they'll they're they've the
thing things think this those thou though thought three through thus thy till 'til to together told too took toward
towards tried true try turn turned 'twas 'tis tis two under until unto up upon us used very wait wanna want wanted wants
was wasn't way ways we we'd we'll we're we've well went were weren't what what's when where where's which while who
who's whole whom whose why will wish with within without won't would wouldn't yeah yes yet you you'd you'll you're
you've your yours yourself ye four five six seven eight nine ten eleven twelve oops ooh la na
""".split()
)


def passages(folder: Path, lines: int) -> Iterator[tuple[str, list[str]]]:
    """The words of this many different lines of a song, with the name of their file."""
    for path in sorted(folder.glob("*.txt")):
        for song in songs_of(path.read_text("utf-8")):
            different = [line for line in dict.fromkeys(song.split("\n")) if line.strip()]
            for k in range(0, len(different), lines):
                words = words_of(" ".join(different[k : k + lines]))
                for start in range(0, len(words), PASSAGE_WORDS):
                    yield f"{folder.name}/{path.name}", words[start : start + PASSAGE_WORDS]


def main() -> None:
    """Write nearness.npz beside this file."""
    texts = [
        (weight, file, words)
        for folder, (weight, lines) in zip(sys.argv[1:4], FOLDERS, strict=True)
        for file, words in passages(Path(folder), lines)
    ]
    frequency: Counter[str] = Counter()
    files: dict[str, set[str]] = {}
    for weight, file, words in texts:
        for word in words:
            frequency[word] += weight  # type: ignore[assignment]
            files.setdefault(word, set()).add(file)
    vocabulary = [
        word
        for word, _ in frequency.most_common()
        if len(files[word]) >= FEWEST_FILES and re.fullmatch(r"[a-z]+(?:'[a-z]+)?", word)
    ][:WORDS]
    id_of = {word: k for k, word in enumerate(vocabulary)}
    V = len(vocabulary)
    pairs, passages_with, total = np.zeros((V, V), np.float32), np.zeros(V), 0.0
    for weight, _, words in texts:
        ids = np.unique(np.array([id_of[word] for word in words if word in id_of], np.intp))
        total += weight
        passages_with[ids] += weight
        if len(ids) > 1:
            pairs[np.ix_(ids, ids)] += 20 * weight / len(ids)
    np.fill_diagonal(pairs, 0)
    sums = pairs.sum(axis=0) + 1e-9
    context = sums**0.75 / (sums**0.75).sum()
    with np.errstate(divide="ignore"):
        information = np.maximum(np.log(pairs / (sums[:, None] * context)), 0)
    information[pairs < 1] = 0
    basis = np.random.default_rng(0).normal(size=(V, DIMENSIONS + OVERSAMPLED)).astype(np.float32)
    for _ in range(POWER_ITERATIONS):
        basis = np.linalg.qr(information @ basis)[0]
        basis = np.linalg.qr(information.T @ basis)[0]
    left, values, _ = np.linalg.svd(information @ basis, full_matrices=False)
    vectors = left[:, :DIMENSIONS] * values[:DIMENSIONS] ** 0.5
    vectors -= vectors.mean(axis=0)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9
    weights = np.clip(-np.log2(passages_with / total) - 2, 0.5, 8) / 8 * 255
    weights[[id_of[word] for word in FUNCTION_WORDS if word in id_of]] = 0
    np.savez_compressed(
        Path(__file__).with_name("nearness.npz"),
        words=np.frombuffer("\n".join(vocabulary).encode("ascii"), np.uint8),
        vectors=np.rint(vectors * 127).astype(np.int8),
        weights=np.rint(weights).astype(np.uint8),
    )


if __name__ == "__main__":
    main()
