"""Subtitles: SubRip (.srt), WebVTT (.vtt), SubStation Alpha (.ass), transcripts of videos, and UltraStar's karaoke."""

import re
from itertools import pairwise

from lstm.text.dresses.undressed import Undressed

_TIME = r"(?:(\d{1,2}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
_CUE = re.compile(rf"{_TIME} {{0,3}}--> {{0,3}}{_TIME}(?: .{{0,200}})?")
_DIALOGUE = re.compile(
    r"Dialogue: ?[^,\n]{0,20},(\d{1,2}):(\d{2}):(\d{2})[.](\d{2}),[^,\n]{0,20}(?:,[^,\n]{0,80}){6},(.*)"
)
_STYLE = re.compile(r"</?(?:[cibuv]|font|ruby|rt|lang|\d{2}:)[^<>]{0,100}>|\{\\[^{}]{0,200}\}|[♪♫♬]|\\[Nnh]")
_NOTE = re.compile(r"(?:WEBVTT|NOTE|STYLE|REGION)\b.{0,500}")
_NOTE_LINE = re.compile(r"[:*FRG] -?\d{1,7} \d{1,5} -?\d{1,4} ?")
_CLOCK = re.compile(r"\s{0,4}(?:(\d{1,2}):)?(\d{1,2}):(\d{2})(?:\s{1,4}(?=\S)|\s{0,4}$)")
_FEWEST_CLOCKS = 5
_FEWEST_NOTES = 6
_LEAST_CLOCKS = 0.4
_LEAST_RISING = 0.95
_PAUSE_SECONDS = 6.0


def take_off(text: str) -> Undressed | None:
    """The lines of the cues; a pause of some seconds ends a stanza."""
    if "-->" in text:
        return _take_off_cues(text)
    if "Dialogue:" in text:
        return _take_off_dialogues(text)
    if "#BPM:" in text[:5_000] and (sung := _take_off_syllables(text)) is not None:
        return sung
    return _take_off_transcript(text)


def _take_off_syllables(text: str) -> Undressed | None:
    """UltraStar: ": 12 2 60 syl", a line per syllable, and "- 20" at the end of each line that is sung."""
    lines, line, notes = [], "", 0
    for each in text.split("\n"):
        note = _NOTE_LINE.match(each)
        if note:
            line += each[note.end() :].replace("~", "")
            notes += 1
        elif each.startswith("-"):
            lines.append(line.strip())
            line = ""
    if notes < _FEWEST_NOTES:
        return None
    return Undressed("\n".join([*lines, line.strip()]), {"subtitle times": notes})


def _take_off_transcript(text: str) -> Undressed | None:
    """ "0:12" above or before each line; the times only rise."""
    lines = text.split("\n")
    found = [match for line in lines if (match := _CLOCK.match(line[:20]))]
    filled = sum(bool(line.strip()) for line in lines)
    if len(found) < _FEWEST_CLOCKS or len(found) < _LEAST_CLOCKS * filled:
        return None
    times = [_seconds((*match.groups(), "0")) for match in found]
    if sum(a <= b for a, b in pairwise(times)) < _LEAST_RISING * (len(times) - 1):
        return None
    bare = [line[match.end() :] if (match := _CLOCK.match(line[:20])) else line for line in lines]
    kept = [line for before, line in zip(lines, bare, strict=True) if line.strip() or not before.strip()]
    return Undressed("\n".join(kept), {"subtitle times": len(found)})


def _take_off_cues(text: str) -> Undressed | None:
    lines = text.split("\n")
    result: list[str] = []
    cues = 0
    is_note = False
    end = None
    for k, line in enumerate(lines):
        stripped = line.strip()
        cue = _CUE.fullmatch(stripped[:300])
        if cue:
            begin, is_note = _seconds(cue.groups()[:4]), False
            if end is not None and begin - end > _PAUSE_SECONDS:
                result.append("")
            end = _seconds(cue.groups()[4:])
            cues += 1
        elif not stripped:
            # Blank lines separate cues, not stanzas, but two of them may separate songs.
            is_note = False
            if k and not lines[k - 1].strip():
                result += ["", ""] if len(result) < 2 or result[-1] else [""]
        elif k + 1 < len(lines) and _CUE.fullmatch(lines[k + 1].strip()[:300]):
            continue  # the number or name of the cue below
        elif _NOTE.fullmatch(stripped) and (k == 0 or not lines[k - 1].strip()):
            is_note = True
        elif not is_note:
            words = _STYLE.sub("", line).strip()
            # Captions that roll show each line twice.
            if words and not (result and result[-1] == words and "<" in text[:5000] and text.startswith("WEBVTT")):
                result.append(words)
    return Undressed("\n".join(result), {"subtitle times": cues}) if cues >= 2 else None


def _take_off_dialogues(text: str) -> Undressed | None:
    result: list[str] = []
    end = None
    cues = 0
    for line in text.split("\n"):
        match = _DIALOGUE.fullmatch(line.strip())
        if match:
            begin = int(match.group(1)) * 3600 + int(match.group(2)) * 60 + int(match.group(3))
            if end is not None and begin - end > _PAUSE_SECONDS + 4:
                result.append("")
            end = begin
            cues += 1
            result += [_STYLE.sub("", part).strip() for part in re.split(r"\\[Nn]", match.group(5)) if part.strip()]
    return Undressed("\n".join(result), {"subtitle times": cues}) if cues >= 2 else None


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, fraction = (int(part or 0) for part in parts)
    return hours * 3600 + minutes * 60 + seconds + fraction / 1000
