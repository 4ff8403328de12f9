"""The dresses that songs come in: a module for each kind, found by its own signs.

Every dress is a pure function from text to text (`Dress.take_off`), which leaves marks (`lstm.text.boundaries`) where
songs and sections begin. Dresses are tried in the order of `CONTAINERS` and then of `DRESSES`, from the outermost to
the innermost: an export holds pages, a page holds headers, headers stand above numbered lines.
"""

from lstm.text.dresses import (
    bbcode,
    capitals,
    chat,
    chord_sheet,
    chordpro,
    genius,
    json_songs,
    line_ends,
    line_numbers,
    links,
    lookalikes,
    lrc,
    mail,
    markdown,
    markup,
    mojibake,
    repeat_marks,
    section_headers,
    separators,
    site,
    source_code,
    speaker_labels,
    subtitles,
    tables,
    yaml_songs,
)
from lstm.text.dresses.undressed import Dress, Undressed

__all__ = ["CONTAINERS", "DRESSES", "Dress", "Undressed"]

CONTAINERS = (
    Dress("mojibake", mojibake.take_off),
    Dress("JSON", json_songs.take_off, (".json", ".jsonl", ".ndjson")),
    Dress("YAML", yaml_songs.take_off, (".yaml", ".yml")),
    Dress("source code", source_code.take_off),
    Dress("CSV table", tables.take_off, (".csv", ".tsv")),
    Dress("separator tokens", separators.take_off_tokens),
    Dress("HTML", markup.take_off, (".htm", ".html", ".xml", ".ttml")),
    Dress("HTML entities", markup.take_off_entities),
    Dress("HTML", markup.take_off),  # tags that were spelt out as entities
    Dress("spelt-out line ends", line_ends.take_off_spelt_out),
    Dress("doubled line ends", line_ends.take_off_doubling),
)
"""What must be taken off before the text is cleaned: tabs, quotes and control characters mean something there."""

DRESSES = (
    Dress("email", mail.take_off),
    Dress("subtitles", subtitles.take_off, (".srt", ".vtt", ".ass")),
    Dress("chat", chat.take_off),
    Dress("LRC times", lrc.take_off, (".lrc",)),
    Dress("lyrics page", site.take_off),
    Dress("Genius page", genius.take_off),
    Dress("BBCode", bbcode.take_off),
    Dress("line numbers", line_numbers.take_off),
    Dress("Markdown", markdown.take_off, (".md", ".markdown")),
    Dress("rules between songs", separators.take_off_rules),
    Dress("ChordPro", chordpro.take_off, (".cho", ".crd", ".chordpro", ".chopro", ".pro")),
    Dress("chord sheet", chord_sheet.take_off),
    Dress("slashes between lines", line_ends.take_off_slashes),
    Dress("song per line", line_ends.take_off_song_per_line),
    Dress("section headers", section_headers.take_off),
    Dress("links and mentions", links.take_off),
    Dress("speaker labels", speaker_labels.take_off),
    Dress("repeat marks", repeat_marks.take_off),
    Dress("look-alike letters", lookalikes.take_off),
    Dress("capitals", capitals.take_off),
)
"""What is taken off a cleaned text, line by line."""
