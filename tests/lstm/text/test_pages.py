"""Songs as sites, chats, programs and hymnals hold them: what is around them goes, and they are told apart."""

import html
import itertools
import json

import pytest

from lstm.text.understanding import understand, understand_text
from tests.benchmarks.corpora import DEFAULT, songs_of

SONGS = [song for song in songs_of(DEFAULT[0]) if len(song) == 3 and all(len(s) < 5 for s in song)][:8]
TITLES = [" ".join(word.strip(".,;!'\"").capitalize() for word in song[0][0].split()[:3]) for song in SONGS]
BREAK = "\n\n\n"
QUOTE = '"'


def plain(song):
    return "\n\n".join("\n".join(stanza) for stanza in song)


def plain_lines(song):
    return [line for stanza in song for line in stanza]


def around(before="", after=""):
    """The songs with a template before and behind each; "{title}", "{k}" and "{K}" are filled in."""
    numbered = enumerate(zip(TITLES, SONGS, strict=True), 1)

    def filled(text, k, title):
        return text.replace("{title}", title).replace("{k}", str(k)).replace("{K}", str(37 * k))

    return BREAK.join(filled(before, k, t) + plain(song) + filled(after, k, t) for k, (t, song) in numbered)


def netease():
    songs = []
    for title, song in zip(TITLES, SONGS, strict=True):
        head = [
            f"[ti:{title}]",
            "[ar:Mara Quill]",
            f"[00:00.00]{title} - Mara Quill",
            "[00:01.00]Lyrics by：Mara Quill",
        ]
        times = itertools.count(9, 3)
        songs.append("\n".join([*head, *(f"[00:{next(times):02d}.50]{line}" for s in song for line in [*s, ""])]))
    return BREAK.join(songs)


def paragraphs():
    def song(title, stanzas):
        lines = "".join("".join(f"<p><span>{line}</span></p>" for line in s) + "<p><span></span></p>" for s in stanzas)
        return f'<h1 class="c3">{title}</h1>{lines}'

    return "<html><body>" + "".join(map(song, TITLES, SONGS)) + "</body></html>"


def azlyrics():
    pages = []
    for title, song in zip(TITLES, SONGS, strict=True):
        lines = "<br>\n<br>\n".join("<br>\n".join(s) for s in song)
        pages.append(
            f"<!doctype html>\n<html><head><title>Mara Quill - {title} Lyrics | AZLyrics.com</title></head><body>"
            f'<div class="navbar"><ul><li><a href="/">A</a></li></ul></div>'
            f'<div class="ringtone">"{title}" Ringtone</div>'
            f'<b>"{title}"</b><br><br>\n<div>\n<!-- Usage is prohibited. -->\n{lines}\n</div><br><br>'
            f"<div>Writer(s): Mara Quill</div></body></html>"
        )
    return "\n".join(pages)


def guitar():
    songs = []
    for title, song in zip(TITLES, SONGS, strict=True):
        stanzas = "\n\n".join("[Verse]\n" + "\n".join(f"Em    G   D/F#\n{line}" for line in s) for s in song)
        legend = "* Alternate voicing: hold the Em\n*********\n| /  slide up\n| h  hammer-on\n*********"
        songs.append(
            f"{title} chords\nMara Quill\n\nCapo: 3rd fret\nKey: Em\n\n[Intro]\nEm  G\n\n{stanzas}\n\n{legend}"
        )
    return BREAK.join(songs)


def opensong():
    song = "\n".join(f"[V{k}]\n" + "\n".join(f".G   C  D\n {line}" for line in s) for k, s in enumerate(SONGS[0], 1))
    return (
        f'<?xml version="1.0"?>\n<song>\n<title>x</title>\n<author>Mara</author>\n<lyrics>\n{song}\n</lyrics>\n</song>'
    )


def numbered(numbers, separator):
    return BREAK.join(
        "\n\n".join(f"{n}{separator}" + "\n".join(s) for n, s in zip(numbers, song, strict=False)) for song in SONGS
    )


FOUND: dict[str, str] = {
    "Musixmatch": around(
        "Lyrics of {title} by Mara Quill\n\n", "\n\nWriter(s): Mara Quill\nLyrics powered by www.musixmatch.com"
    ),
    "Musixmatch, free": around(
        after="\n\n...\n\n******* This Lyrics is NOT for Commercial use *******\n({K}9618521247)"
    ),
    "AZLyrics, copied": around(
        'Mara Quill Lyrics\n"{title}"\n\n', "\n\nSubmit Corrections\nThanks to anna for adding these lyrics."
    ),
    "AZLyrics, pages": azlyrics(),
    "Spotify": around("{title}\nMara Quill\n\n", "\n\nLyrics provided by Musixmatch"),
    "MetroLyrics": around(
        "{title} Lyrics\nfrom Slow Weather\n\n"
        "{title} is track #{k} on the album Slow Weather. It was written by Quill, Mara.\n\n",
        "\n\nRead more: Mara Quill - {title} Lyrics | MetroLyrics",
    ),
    "Reddit": around(
        "u/quill_mara\n·\n{k} hr. ago\n\n{title}\n\n",
        "\n\nUpvote\n{K}\n\nDownvote\n\nReply\nreply\n\nShare\nShare",
    ),
    "adverts": around(after="\n\nADVERTISEMENT"),
    "ends of completions": "\n".join(
        json.dumps({"prompt": "A song:", "completion": f" {plain(song)}\n\nEND"}) for song in SONGS
    ),
    "lists by title": json.dumps(
        {title: [line for s in song for line in s] for title, song in zip(TITLES, SONGS, strict=True)}
    ),
    "LRC with credits": netease(),
    "a paragraph per line": paragraphs(),
    "chords with a legend": guitar(),
    "BBCode": BREAK.join(
        f'[b][size=150]{title}[/size][/b]\n[quote="mara"]\n[i]{plain(song)}[/i]\n[/quote]'
        for title, song in zip(TITLES, SONGS, strict=True)
    ),
    "YAML": "\n".join(
        f"- title: {title}\n  artist: Mara Quill\n  lyrics: |\n"
        + "\n".join(f"    {line}" for line in plain(song).split("\n"))
        for title, song in zip(TITLES, SONGS, strict=True)
    ),
    "a list of strings": "lyrics = [\n" + ",\n".join(repr(plain(song)) for song in SONGS) + "\n]\n",
    "triple quotes": "\n".join(f'song{k} = """{plain(song)}"""\n' for k, song in enumerate(SONGS)),
    "XML": "<?xml version='1.0'?>\n<songs>\n"
    + "\n".join(
        f"<song><title>{title}</title><lyrics>\n{html.escape(plain(song))}\n</lyrics></song>"
        for title, song in zip(TITLES, SONGS, strict=True)
    )
    + "\n</songs>",
    "numbered titles": "\n\n".join(
        f"{k}. {title}\n\n{plain(song)}" for k, (title, song) in enumerate(zip(TITLES, SONGS, strict=True), 1)
    ),
    "numbered tracks": "\n\n".join(
        f"Track {k}: {title}\n\n{plain(song)}" for k, (title, song) in enumerate(zip(TITLES, SONGS, strict=True), 1)
    ),
    "numbered songs": "\n\n".join(f"#{k}\n\n{plain(song)}" for k, song in enumerate(SONGS, 1)),
    "labels": around("Lyrics:\n"),
    "singers behind headers": BREAK.join(
        "\n\n".join(f"[Verse {k}] - Mara\n" + "\n".join(s) for k, s in enumerate(song, 1)) for song in SONGS
    ),
    "front matter": "\n\n".join(
        f"---\ntitle: {title}\ntags:\n  - song\n---\n\n{plain(song)}" for title, song in zip(TITLES, SONGS, strict=True)
    ),
    "bullets": BREAK.join("\n\n".join("\n".join(f"• {line}" for line in s) for s in song) for song in SONGS),
    "rows of lines": "song_id,line_no,lyric_line\n"
    + "".join(
        f'{k},{n},"{line.replace(QUOTE, 2 * QUOTE)}"\n'
        for k, song in enumerate(SONGS)
        for n, line in enumerate(plain_lines(song))
    ),
    "JSON by sections": json.dumps([{"sections": [{"type": "verse", "lines": s} for s in song]} for song in SONGS]),
    "JSON by verses": json.dumps([{"title": "x", "verses": ["\n".join(s) for s in song]} for song in SONGS]),
    "a mail": f"From: Mara <m@example.org>\nTo: Joss\nSubject: lyrics\n\nHi, here they are:\n\n\n"
    f"{around()}\n\n\n-- \nSent from my iPhone",
    "Project Gutenberg": "The Project Gutenberg eBook of Songs\n\n"
    "*** START OF THE PROJECT GUTENBERG EBOOK SONGS ***\n\n\n"
    f"{around()}\n\n\n*** END OF THE PROJECT GUTENBERG EBOOK SONGS ***\n\nUpdated editions will follow.",
    "two books of Project Gutenberg": "".join(
        f"The Project Gutenberg eBook of Songs\n\n*** START OF THE PROJECT GUTENBERG EBOOK SONGS ***\n\n\n"
        f"{BREAK.join(map(plain, songs))}\n\n\n*** END OF THE PROJECT GUTENBERG EBOOK SONGS ***\n\nUpdated editions.\n"
        for songs in (SONGS[:1], SONGS[1:])
    ),
    "rules of one sign": "\n\n⸻\n\n".join(map(plain, SONGS)),
    "quoted lines": BREAK.join(
        "\n\n".join("\n".join(f"'{line.replace(chr(39), chr(92) + chr(39))}'," for line in s) for s in song)
        for song in SONGS
    ),
    "German chords": BREAK.join(
        "\n\n".join("\n".join(f"Hm     A      fis\n{line}" for line in s) for s in song) for song in SONGS
    ),
    "Nashville numbers": BREAK.join(
        "\n\n".join("\n".join(f"1      4      5\n{line}" for line in s) for s in song) for song in SONGS
    ),
    "Romance chords": BREAK.join(
        "\n\n".join("\n".join(f"Do      Lam     Fa  Sol7\n{line}" for line in s) for s in song) for song in SONGS
    ),
    "LRC with notes": BREAK.join(
        "[ti:x]\n" + "\n".join(f"[00:{n:02d}]{line or '♪'}" for n, line in enumerate(plain(song).split("\n"), 5))
        for song in SONGS
    ),
    "Roman numbers": numbered(("I", "II", "III"), "\n\n"),
    "Roman numbers with dots": numbered(("I.", "II.", "III."), "\n"),
    "a hymnal": numbered((1, 2, 3), " "),
}  # fmt: skip


@pytest.mark.parametrize("kind", FOUND)
def test_songs_come_back_without_what_is_around_them(kind):
    understood = understand(FOUND[kind].encode())
    found = [song.lines for song in understood.songs]
    assert found == [[line for stanza in song for line in stanza] for song in SONGS], understood.removed


def test_a_tempo_above_the_lyrics_makes_no_karaoke_of_them():
    understood = understand(f"#BPM:120\n\n\n{BREAK.join(map(plain, SONGS))}".encode())
    lines = [line for song in understood.songs for line in song.lines]
    assert [line for line in lines if not line.startswith("#")] == [line for song in SONGS for s in song for line in s]


def test_a_letter_that_only_looks_like_a_roman_number():
    stanzas = [f"İ.\nbir iki üç dört beş {k}\nsekiz dokuz on" for k in range(8)]
    assert "bir iki üç dört beş 3" in understand("\n\n".join(stanzas).encode()).text


def ultrastar():
    lines = [line for stanza in SONGS[0] for line in stanza]
    notes = (
        "\n".join(f": {k} 2 60 {'' if k == 0 else ' '}{word}" for k, word in enumerate(line.split())) for line in lines
    )
    return "#TITLE:x\n#BPM:300\n" + "\n- 9\n".join(notes) + "\nE"


@pytest.mark.parametrize(
    "data",
    [
        ultrastar(),
        "\n".join(f"0:{k:02d}\n{line}" for k, line in enumerate(plain_lines(SONGS[0]))),
        "\n".join(f"0:{k:02d} {line}" for k, line in enumerate(plain_lines(SONGS[0]))),
        "| # | line |\n| --- | --- |\n"
        + "\n".join(f"| {k} | {line} |" for k, line in enumerate(plain_lines(SONGS[0]))),
        "\n".join(f"[10:{k:02d}] <mara> {line}" for k, line in enumerate(plain_lines(SONGS[0]))),
        "\n\n".join(f"{line} {k}/12" for k, line in enumerate(plain_lines(SONGS[0])[:12], 1)),
    ],
    ids=["UltraStar", "transcript", "transcript, inline", "Markdown table", "IRC", "tweets"],
)
def test_lines_come_back(data):
    lines = [line for song in understand_text(data).songs for line in song.lines]
    assert lines == plain_lines(SONGS[0])[: len(lines)]
    assert len(lines) >= 12


def test_opensong():
    understood = understand_text(opensong())
    assert [line for song in understood.songs for line in song.lines] == [line for s in SONGS[0] for line in s]


@pytest.mark.parametrize(
    "head", ["Mara — Today at {k}:07 PM\n", "Mara Quill  {k}:07 PM\n", "[0{k}.01.23, 1{k}:00:07] Mara Quill: "]
)
def test_messages_of_several_lines(head):
    notice = (
        "[01.01.23, 10:00:00] Band: Nachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt.\n" if head[0] == "[" else ""
    )
    messages = [head.format(k=k % 9 + 1) + "\n".join(s) for k, song in enumerate(SONGS) for s in song]
    understood = understand((notice + "\n".join(messages)).encode())
    lines = [line for song in understood.songs for line in song.lines]
    assert lines == [line for song in SONGS for s in song for line in s]


class TestWhatStays:
    """What recurs at the edges of songs, and is sung."""

    def kept(self, songs):
        understood = understand_text(BREAK.join(map(plain, songs)))
        assert [[list(stanza.lines) for stanza in song.stanzas] for song in understood.songs] == songs

    def test_a_first_line_that_many_songs_share(self):
        self.kept([[["Oh yeah", *song[0]], *song[1:]] if k % 2 else song for k, song in enumerate(SONGS)])

    def test_a_first_line_of_a_long_stanza_that_all_songs_share(self):
        self.kept([[["Oh yeah, oh yeah", *song[0], *song[1]], song[2]] for song in SONGS])

    def test_the_same_song_again_and_again(self):
        self.kept([SONGS[0]] * 6)

    def test_songs_that_begin_with_the_same_word(self):
        self.kept([[[f"And {song[0][0]}", *song[0][1:]], *song[1:]] for song in SONGS])

    def test_brackets_that_are_no_bbcode(self):
        self.kept([[[f"{song[0][0]} [yeah]", *song[0][1:]], *song[1:]] for song in SONGS])

    def test_a_colon_and_a_bar(self):
        self.kept(
            [[["Here is what she said: |", *song[0]], *song[1:]] if k < 2 else song for k, song in enumerate(SONGS)]
        )
