import sqlite3
from dataclasses import fields

from bot.store import artists, corpora
from bot.store.corpora import CorpusReport
from lstm.text.summary import CorpusSummary
from tests.bot.samples import Clock


def test_a_report_is_read_as_it_was_stored(connection: sqlite3.Connection, clock: Clock) -> None:
    artist = artists.find_or_create(connection, 7, "burns", clock())
    summary = CorpusSummary(
        62, 41_000, "cp1252", ("Genius page", "chat"), {"page titles": 62}, near_copies=3, left_out=9, characters=40_000
    )
    assert all(getattr(summary, field.name) != field.default for field in fields(summary))
    report = CorpusReport(summary, ("I walk", "alone"), (("verse", "chorus"), ("verse",)))
    corpora.keep(connection, artist.id, "I walk\nalone", is_upload=True, now=clock(), report=report)
    assert corpora.report_of(connection, artist.id) == report


def test_reports_of_earlier_versions_are_read() -> None:
    stored = """{"summary": {"songs": 1, "size": 2, "encoding": "utf-8", "dresses": [], "removed": {},
        "near_copies": 0}, "first_lines": [], "kinds": []}"""
    assert CorpusReport.from_json(stored) == CorpusReport(CorpusSummary(1, 2, "utf-8"), (), ())
