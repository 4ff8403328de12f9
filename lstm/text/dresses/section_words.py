"""The words that songs' sections are called by, in the languages that headers are written in."""

import re

from lstm.text.songs import StanzaKind

_WORDS: dict[StanzaKind, str] = {
    StanzaKind.VERSE: "verse vers verso verset versus strophe strofa couplet estrofa stanza куплет стих kupla zwrotka"
    " säkeistö part parte teil part-verse",
    StanzaKind.CHORUS: "chorus hook refrain refrão refrao estribillo coro ritornello refräng refrein kehrreim припев"
    " nakarat kertosäe omkvæd omkved refren chor choeur",
    StanzaKind.PRE_CHORUS: "pre-chorus prechorus pre-hook prehook pré-refrain pre-refrain pre-coro"
    " pré-refrão pre-refrao pre-estribillo prerefrain lift build-up buildup build",
    StanzaKind.POST_CHORUS: "post-chorus postchorus post-hook post-refrain post-coro pós-refrão post-estribillo",
    StanzaKind.BRIDGE: "bridge pont puente ponte brücke bridge-section бридж köprü silta brygga",
    StanzaKind.INTRO: "intro introduction introducción introdução interlude-intro opening prelude prologue вступление"
    " invocation",
    StanzaKind.OUTRO: "outro coda ending finale epilogue tag аутро",
    StanzaKind.INTERLUDE: "interlude instrumental break breakdown solo guitar-solo drop skit interlúdio interludio"
    " instrumental-break drum-solo sax-solo piano-solo bass-solo guitar-break beat-drop beat-switch piano guitar-riff"
    " riff instrumental-bridge instrumental-solo instrumental-intro instrumental-outro harmonica-solo violin-solo"
    " turnaround vamp",
    StanzaKind.SPOKEN: "spoken spoken-word dialogue monologue narration speech",
}
_KINDS = {word: kind for kind, words in _WORDS.items() for word in words.split()}
STRONG = frozenset(
    "verse chorus refrain bridge hook intro outro pre-chorus prechorus post-chorus interlude instrumental coda"
    " vers verso couplet strophe estribillo coro refrão ritornello припев куплет pont puente ponte refräng"
    " guitar-solo pre-hook post-hook instrumental-break".split()
)
"""The words that are headers even without brackets."""
_NUMBER = r"(?:#?\d{1,2}[a-d]?|[ivx]{1,4}|one|two|three|four|five|six|seven|eight|[a-d])"
_ORDINAL = re.compile(
    r"(?:first|second|third|fourth|fifth|final|last|1st|2nd|3rd|4th|5th|repeat|double|half|short|alt)[ -]"
)
_MIDDLE_EIGHT = re.compile(r"\Amiddle[ -](?:8|eight)\b")
_NUMBERED = re.compile(rf"[ .#-]{{0,3}}{_NUMBER}(?![\w'])")


def kind_of(label: str) -> StanzaKind | None:
    """The kind of section that a label names ("Verse 2", "Final Chorus", "pre chorus"); None if it names none."""
    found = split_label(label)
    return None if found is None or found[2] else found[0]


def split_label(label: str) -> tuple[StanzaKind, str, str] | None:
    """What begins with a section's word: its kind, the word as `STRONG` has it, and what stands behind its number."""
    text = _MIDDLE_EIGHT.sub("bridge", label.strip().casefold())
    ordinal = _ORDINAL.match(text)
    if ordinal:
        text = text[ordinal.end() :]
    words = re.match(r"[^\W\d_]+(?:[ -]{1,3}[^\W\d_]+)?", text)
    if words is None:
        return None
    first = re.match(r"[^\W\d_]+", text)
    assert first is not None
    two = re.sub(r"[ -]{1,3}", "-", words.group())
    for word, length in ((two, words.end()), (first.group(), first.end())):
        kind = _KINDS.get(word)
        if kind is not None:
            rest = text[length:]
            number = _NUMBERED.match(rest)
            if number:
                rest = rest[number.end() :]
            offset = len(label.strip()) - len(rest)
            return kind, word, label.strip()[offset:] if rest else ""
    return None
