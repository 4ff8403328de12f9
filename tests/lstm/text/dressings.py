"""Dresses songs up as the files that people bring: the reverse of `lstm.text.dresses`.

A song is a list of stanzas, a stanza a list of lines. `BODIES` dress one song, `FILES` put dressed songs into one file.
"""

import csv
import html
import io
import json
import random
from collections.abc import Callable

Stanza = list[str]
Song = list[Stanza]
Body = Callable[[Song, random.Random], str]
File = Callable[[list[str], random.Random], str]

NAMES = ["Will Tarrow", "Ned Fenwick", "Ann Collier"]
CHORDS = "Am F C G Dm Em E7 G/B Cadd9 Bm7 F#m Bb Asus4".split()


def text_of(song: Song) -> str:
    return "\n\n".join("\n".join(stanza) for stanza in song)


def title_of(song: Song, rng: random.Random) -> str:
    return f"{rng.choice(['Harbour', 'Paper', 'Midnight', 'Silver'])} {rng.choice(['Road', 'Moon', 'Engine'])}"


# Bodies --------------------------------------------------------------------------------------------------------------


def plain(song: Song, rng: random.Random) -> str:
    return text_of(song)


def genius(song: Song, rng: random.Random) -> str:
    parts = []
    for k, stanza in enumerate(song):
        who = rng.choice(["", f": {NAMES[0]}", f": {NAMES[1]} & {NAMES[2]}"])
        kind = "Chorus" if k == len(song) - 1 else f"Verse {k + 1}"
        parts.append(f"[{kind}{who}]\n" + "\n".join(stanza))
    advert = rng.choice(
        ["You might also like", f"See {NAMES[0]} LiveGet tickets as low as ${rng.randint(9, 99)}You might also like"]
    )
    place = rng.randrange(len(parts))
    body = "\n\n".join(part + (advert if k == place else "") for k, part in enumerate(parts))
    body = body.replace(" the ", " th\u0435 ", 1)
    count = rng.choice(["", str(rng.randint(1, 150)), "1.2K"])
    head = f"{rng.randint(1, 300)} Contributor{rng.choice(['', 's'])}{rng.choice(['', 'TranslationsEspañolDeutsch'])}"
    return f"{head}{title_of(song, rng)} Lyrics{body}{count}Embed"


def headers(style: Callable[[int, str, bool], str]) -> Body:
    def dress(song: Song, rng: random.Random) -> str:
        name = rng.choice(NAMES)
        return "\n\n".join(
            style(k + 1, name, k == len(song) - 1) + "\n" + "\n".join(stanza) for k, stanza in enumerate(song)
        )

    return dress


def lrc(song: Song, rng: random.Random, by_word: bool = False) -> str:
    def stamp(seconds: float, brackets: str = "[]") -> str:
        return f"{brackets[0]}{int(seconds) // 60:02d}:{seconds % 60:05.2f}{brackets[1]}"

    out = [f"[ti:{title_of(song, rng)}]", f"[ar:{rng.choice(NAMES)}]", "[length:03:20]", "[by:someone]", ""]
    seconds = 7.0
    for stanza in song:
        for line in stanza:
            words = line.split(" ")
            if by_word:
                line = " ".join(f"{stamp(seconds + 0.2 * k, '<>')} {word}" for k, word in enumerate(words))
            out.append(stamp(seconds) + line)
            seconds += 2 + rng.random()
        out.append(stamp(seconds))
        seconds += 3
    return "\n".join(out)


def chordpro(song: Song, rng: random.Random) -> str:
    out = [f"{{title: {title_of(song, rng)}}}", f"{{artist: {rng.choice(NAMES)}}}", "{capo: 2}", ""]
    for k, stanza in enumerate(song):
        begin, end = ("soc", "eoc") if k == len(song) - 1 else ("start_of_verse: Verse", "end_of_verse")
        out.append(f"{{{begin}}}")
        for line in stanza:
            words = line.split(" ")
            for place in rng.sample(range(len(words)), min(2, len(words))):
                words[place] = f"[{rng.choice(CHORDS)}]{words[place]}"
            out.append(" ".join(words))
        out += [f"{{{end}}}", ""]
    return "\n".join(out).strip()


def chord_sheet(song: Song, rng: random.Random) -> str:
    out = [f"{title_of(song, rng)} Chords by {rng.choice(NAMES)}", "Capo 2", "", "[Intro]", "Am  F  C  G", ""]
    for k, stanza in enumerate(song):
        out.append("[Chorus]" if k == len(song) - 1 else f"[Verse {k + 1}]")
        for line in stanza:
            chords = " " * rng.randint(0, 3)
            for _ in range(rng.randint(1, 3)):
                chords += rng.choice(CHORDS) + " " * rng.randint(2, 9)
            out += [chords.rstrip(), line]
        out.append("")
    return "\n".join([*out, "e|---0---2---3---|", "B|---1---3---0---|"])


def markdown(song: Song, rng: random.Random) -> str:
    body = "\n\n".join(
        "  \n".join(f"*{line}*" if rng.random() < 0.2 and "*" not in line else line for line in stanza)
        for stanza in song
    )
    return f"## {title_of(song, rng)}\n\n{body}"


def numbered(song: Song, rng: random.Random) -> str:
    return "\n".join(f"{k:3d}  {line}" if line else "" for k, line in enumerate(text_of(song).split("\n"), 1))


def labelled(song: Song, rng: random.Random) -> str:
    return "\n\n".join("\n".join(rng.choice(["WILL: ", "ANN: "]) + line for line in stanza) for stanza in song)


def with_repeat_marks(song: Song, rng: random.Random) -> str:
    marks = [" (x2)", " [x3]", " (2x)", " x4"]
    return "\n\n".join("\n".join([*stanza[:-1], stanza[-1] + rng.choice(marks)]) for stanza in song)


def with_title(song: Song, rng: random.Random) -> str:
    return f"{title_of(song, rng)}\n\n{text_of(song)}"


def with_credits(song: Song, rng: random.Random) -> str:
    return f"{text_of(song)}\n\nLyrics by {rng.choice(NAMES)}. All rights reserved."


def with_mentions(song: Song, rng: random.Random) -> str:
    return "\n\n".join(
        "\n".join(f"<@{rng.randint(10**17, 10**18)}> {line} https://example.org/{k} :joy:" for k, line in enumerate(s))
        for s in song
    )


BODIES: dict[str, Body] = {
    "plain": plain,
    "genius": genius,
    "headers": headers(lambda k, name, is_chorus: "[Chorus]" if is_chorus else f"[Verse {k}]"),
    "named headers": headers(lambda k, name, is_chorus: f"[Chorus: {name}]" if is_chorus else f"[Verse {k} - {name}]"),
    "colon headers": headers(lambda k, name, is_chorus: "Chorus:" if is_chorus else f"Verse {k}:"),
    "bare headers": headers(lambda k, name, is_chorus: "CHORUS" if is_chorus else f"VERSE {k}"),
    "parenthesised headers": headers(lambda k, name, is_chorus: "(Chorus)" if is_chorus else f"(Verse {k})"),
    "bold headers": headers(lambda k, name, is_chorus: "**Chorus**" if is_chorus else f"**Verse {k}**"),
    "lrc": lrc,
    "lrc by word": lambda song, rng: lrc(song, rng, by_word=True),
    "chordpro": chordpro,
    "chord sheet": chord_sheet,
    "markdown": markdown,
    "line numbers": numbered,
    "speaker labels": labelled,
    "repeat marks": with_repeat_marks,
    "titles": with_title,
    "credits": with_credits,
    "mentions": with_mentions,
}


# Files ---------------------------------------------------------------------------------------------------------------


def blank_lines(texts: list[str], rng: random.Random) -> str:
    return "\n\n\n".join(texts) + "\n"


def windows_lines(texts: list[str], rng: random.Random) -> str:
    return blank_lines(texts, rng).replace("\n", "\r\n")


def doubly_converted_lines(texts: list[str], rng: random.Random) -> str:
    return blank_lines(texts, rng).replace("\n", "\r\r\n")


def rules(texts: list[str], rng: random.Random) -> str:
    return rng.choice(["\n---\n", "\n\n----------\n\n", "\n* * *\n", "\n\n=====\n\n"]).join(texts)


def tokens(texts: list[str], rng: random.Random) -> str:
    return "".join(f"<|startoftext|>\n{text}\n<|endoftext|>\n" for text in texts)


def lyricsgenius_json(texts: list[str], rng: random.Random) -> str:
    songs = [{"title": f"Song {k}", "url": "https://example.org", "lyrics": text} for k, text in enumerate(texts)]
    return json.dumps({"name": NAMES[0], "songs": songs}, indent=4)


def json_lines(texts: list[str], rng: random.Random) -> str:
    return "\n".join(json.dumps({"text": text}, ensure_ascii=rng.random() < 0.5) for text in texts)


def json_titles(texts: list[str], rng: random.Random) -> str:
    return json.dumps({f"Song {k}": text for k, text in enumerate(texts)})


def table(texts: list[str], rng: random.Random) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=rng.choice(",\t;"))
    writer.writerow(["artist", "song", "link", "text"])
    for k, text in enumerate(texts):
        writer.writerow([NAMES[0], f"Song {k}", f"/w/song_{k}.html", text.replace("\n", "  \n") + "  \n\n"])
    return out.getvalue()


def page(texts: list[str], rng: random.Random) -> str:
    bodies = [html.escape(text).replace("\n", "<br>\n") for text in texts]
    divs = "\n".join(f'<div class="lyrics">\n<h2>&quot;A Song&quot;</h2>\n<p>{body}</p>\n</div>' for body in bodies)
    head = "<!DOCTYPE html>\n<html><head><title>Lyrics</title><script>var a = '<br>';</script></head>"
    return f"{head}<body><nav><a href='/'>Home</a></nav>\n{divs}\n<footer>Imprint</footer></body></html>"


def preformatted(texts: list[str], rng: random.Random) -> str:
    return "\n".join(f"<h3>Song {k}</h3>\n<pre>{html.escape(text)}</pre>" for k, text in enumerate(texts))


def entities(texts: list[str], rng: random.Random) -> str:
    return html.escape(blank_lines(texts, rng)).replace("'", "&#39;") + "&nbsp;"


def spelt_out(texts: list[str], rng: random.Random) -> str:
    return "\n".join(text.replace("\n", "\\n") for text in texts)


FILES: dict[str, File] = {
    "blank lines": blank_lines,
    "CR LF": windows_lines,
    "CR CR LF": doubly_converted_lines,
    "rules": rules,
    "tokens": tokens,
    "LyricsGenius JSON": lyricsgenius_json,
    "JSON lines": json_lines,
    "JSON by title": json_titles,
    "table": table,
    "HTML page": page,
    "preformatted HTML": preformatted,
    "entities": entities,
    "spelt-out line ends": spelt_out,
}

NONSENSE = {
    ("mentions", "HTML page"),
    ("titles", "preformatted HTML"),
}
"""Pairs that nobody writes and that mean something else: "<@1>" as a tag."""
