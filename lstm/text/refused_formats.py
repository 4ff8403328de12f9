"""Files that are no plain text, told by their first bytes, and what to do about them."""

from lstm.text.errors import CorpusError

_SAVE = "open it, save it as plain text (UTF-8) and use that file."
_UNPACK = "unpack it and use the text file inside."

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"{\\rtf", f"This is an RTF document; {_SAVE}"),
    (b"%PDF", "This is a PDF; copy its text into a plain text file (UTF-8) and use that."),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", f"This is a Word or other Office document; {_SAVE}"),
    (b"\x1f\x8b", f"This is a gzip archive; {_UNPACK}"),
    (b"BZh", f"This is a bzip2 archive; {_UNPACK}"),
    (b"\xfd7zXZ\0", f"This is an xz archive; {_UNPACK}"),
    (b"7z\xbc\xaf\x27\x1c", f"This is a 7z archive; {_UNPACK}"),
    (b"Rar!\x1a\x07", f"This is a RAR archive; {_UNPACK}"),
    (b"\x28\xb5\x2f\xfd", f"This is a zstd archive; {_UNPACK}"),
    (b"SQLite format 3\0", "This is a SQLite database; export its lyrics column as CSV or text and use that."),
    (b"\x89PNG", "This is a picture; use a plain text file of the lyrics instead."),
    (b"\xff\xd8\xff", "This is a picture; use a plain text file of the lyrics instead."),
    (b"GIF8", "This is a picture; use a plain text file of the lyrics instead."),
    (b"ID3", "This is an audio file; use a plain text file of the lyrics instead."),
    (b"OggS", "This is an audio file; use a plain text file of the lyrics instead."),
    (b"fLaC", "This is an audio file; use a plain text file of the lyrics instead."),
    (b"RIFF", "This is an audio, picture or video file; use a plain text file of the lyrics instead."),
    (b"MThd", "This is a MIDI file; use a plain text file of the lyrics instead."),
    (b"\x7fELF", "This is a binary file, not plain text; use a .txt file of the lyrics instead."),
)
_IN_A_ZIP: tuple[tuple[bytes, str], ...] = (
    (b"word/", f"This is a Word document; {_SAVE}"),
    (b"xl/", "This is an Excel workbook; save the sheet as CSV (UTF-8) and use that."),
    (b"ppt/", f"This is a PowerPoint document; {_SAVE}"),
    (b"opendocument.text", f"This is an OpenDocument text file; {_SAVE}"),
    (b"application/epub", f"This is an e-book; {_SAVE}"),
)
_NAMES_IN_A_ZIP = 65_536


def refuse_other_formats(data: bytes) -> None:
    """Refuse documents, archives, pictures and sounds.

    Raises:
        CorpusError: the sentence names the format and says how to get at the text.
    """
    head = data[:16].lstrip(b"\xef\xbb\xbf \r\n\t")
    for signature, sentence in _SIGNATURES:
        if head.startswith(signature) or data.startswith(signature):
            if signature.isalnum() and _is_text(data):
                continue  # a song may begin with these letters
            raise CorpusError(sentence)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        names = data[:_NAMES_IN_A_ZIP] + data[-_NAMES_IN_A_ZIP:]
        for part, sentence in _IN_A_ZIP:
            if part in names:
                raise CorpusError(sentence)
        raise CorpusError(f"This is a zip archive; {_UNPACK}")


def _is_text(data: bytes) -> bool:
    head = data[:4096]
    return not any(byte < 32 and byte not in b"\t\n\r\f" for byte in head)
