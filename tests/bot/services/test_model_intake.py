import hashlib
import logging
import os
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.services import model_intake
from bot.services.data_files import DataFiles, DataFolder
from bot.services.model_intake import ModelIntake
from bot.store import artists, corpora, versions
from bot.store.artists import EVERYONE, StoredArtist
from bot.store.database import Database
from lstm.model.model_file import dump_model, load_model
from tests.bot import samples
from tests.bot.samples import Clock


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "data"
    (made / "models").mkdir(parents=True)
    (made / "corpora").mkdir()
    return made


@pytest.fixture
def intake(database: Database, folder: Path, clock: Clock) -> ModelIntake:
    return ModelIntake(database, DataFiles([DataFolder(folder, "own")]), now=clock)


async def artist(database: Database, name: str) -> StoredArtist:
    found = await database.read(lambda connection: artists.find(connection, EVERYONE, name))
    assert found is not None
    return found


async def numbers(database: Database, name: str) -> list[int]:
    artist_id = (await artist(database, name)).id
    known = await database.read(lambda connection: versions.of_artist(connection, artist_id))
    return [version.number for version in known]


async def test_the_event_loop_waits_for_no_hash_and_no_cleaning(
    database: Database, folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy: list[threading.Thread] = []

    def watched(work: Callable[..., Any]) -> Callable[..., Any]:
        def watching(*arguments: Any, **more: Any) -> Any:
            busy.append(threading.current_thread())
            return work(*arguments, **more)

        return watching

    (folder / "models" / "Burns.safetensors").write_bytes(samples.model())
    monkeypatch.setattr(model_intake, "clean", watched(model_intake.clean))
    monkeypatch.setattr(hashlib, "sha256", watched(hashlib.sha256))
    (folder / "corpora" / "Burns.txt").write_text("A man's a man\n")
    assert await ModelIntake(database, DataFiles([DataFolder(folder, "shipped")]), now=clock).take_in() == 1
    assert len(busy) >= 2
    assert threading.main_thread() not in busy


async def test_a_file_is_taken_in_once_with_its_curve_and_text(
    database: Database, folder: Path, intake: ModelIntake, clock: Clock
) -> None:
    (folder / "models" / "Burns.safetensors").write_bytes(samples.model(validation_bits_per_character=2.0))
    (folder / "models" / "Burns.png").write_bytes(b"picture")
    (folder / "corpora" / "burns.txt").write_text("A man's a man\r\n")
    assert await intake.take_in() == 1
    assert await intake.take_in() == 0
    assert (
        await ModelIntake(database, DataFiles([DataFolder(folder, "own")]), now=clock).take_in() == 0
    )  # nor after a restart
    burns = await artist(database, "burns")
    assert (burns.name, burns.bits_per_character) == ("Burns", 2.0)
    assert await database.read(lambda connection: corpora.text_of(connection, burns.id)) == "A man's a man"
    assert burns.singing_version_id is not None
    version_id = burns.singing_version_id
    assert await database.read(lambda connection: versions.curve(connection, version_id)) == b"picture"


async def test_a_rewritten_file_is_a_new_version(database: Database, folder: Path, intake: ModelIntake) -> None:
    file = folder / "models" / "burns.safetensors"
    first = samples.model(1)
    file.write_bytes(first)
    await intake.take_in()
    file.write_bytes(samples.model(2))
    assert await intake.take_in() == 1
    assert await numbers(database, "burns") == [2, 1]
    file.write_bytes(first)  # an operator goes back by means of the file
    assert await intake.take_in() == 1
    assert await numbers(database, "burns") == [3, 2, 1]


@pytest.mark.parametrize("source", ["own", "shipped"])
async def test_a_model_worse_than_the_baseline_waits_unless_it_comes_with_the_bot(
    database: Database, folder: Path, clock: Clock, caplog: pytest.LogCaptureFixture, source: str
) -> None:
    model = load_model(samples.model())
    worse = replace(model.training, validation_bits_per_character=2.6, baseline_bits_per_character=2.5)
    (folder / "models" / "Burns.safetensors").write_bytes(dump_model(replace(model, training=worse)))
    assert await ModelIntake(database, DataFiles([DataFolder(folder, source)]), now=clock).take_in() == 1
    assert await numbers(database, "Burns") == [1]
    assert ((await artist(database, "Burns")).singing_version_id is None) is (source == "own")
    assert ("/rollback lets it sing anyway" in caplog.text) is (source == "own")


async def test_a_copy_under_another_name_is_another_artist(
    database: Database, folder: Path, intake: ModelIntake
) -> None:
    for name in ("burns", "robert"):
        (folder / "models" / f"{name}.safetensors").write_bytes(samples.model(1))
    assert await intake.take_in() == 2
    assert await numbers(database, "burns") == await numbers(database, "robert") == [1]


async def forget(database: Database, name: str) -> None:
    artist_id = (await artist(database, name)).id
    await database.write(lambda connection: artists.forget(connection, artist_id))


async def test_what_was_forgotten_does_not_come_back_by_itself(
    database: Database, folder: Path, intake: ModelIntake, clock: Clock
) -> None:
    (folder / "models" / "burns.safetensors").write_bytes(samples.model(1))
    await intake.take_in()
    await forget(database, "burns")
    assert await intake.take_in() == 0
    assert await ModelIntake(database, DataFiles([DataFolder(folder, "own")]), now=clock).take_in() == 0


@pytest.mark.parametrize("is_missed", [False, True])
async def test_what_was_forgotten_and_is_put_back_is_taken_in(
    database: Database, folder: Path, intake: ModelIntake, is_missed: bool
) -> None:
    file = folder / "models" / "burns.safetensors"
    file.write_bytes(samples.model(1))
    await intake.take_in()
    await forget(database, "burns")
    modified = file.stat().st_mtime_ns
    file.unlink()
    if is_missed:  # the bot looks while the file is away
        assert await intake.take_in() == 0
    file.write_bytes(samples.model(1))
    os.utime(file, ns=(modified, modified) if is_missed else (modified + 1, modified + 1))
    assert await intake.take_in() == 1
    assert await numbers(database, "burns") == [1]


async def test_what_comes_with_the_bot_returns_at_the_next_start(
    database: Database, folder: Path, clock: Clock
) -> None:
    (folder / "models" / "burns.safetensors").write_bytes(samples.model(1))
    files = DataFiles([DataFolder(folder, "shipped")])
    intake = ModelIntake(database, files, now=clock)
    assert await intake.take_in() == 1
    await forget(database, "burns")
    (folder / "models" / "burns.safetensors").touch()
    assert await intake.take_in() == 1  # it was written again
    await forget(database, "burns")
    assert await intake.take_in() == 0
    assert await ModelIntake(database, files, now=clock).take_in() == 1


async def test_what_an_earlier_version_of_the_bot_took_in_is_not_taken_in_again(
    database: Database, folder: Path, intake: ModelIntake
) -> None:
    data = samples.model(1)
    (folder / "models" / "burns.safetensors").write_bytes(data)
    await intake.take_in()

    def as_it_was(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO earlier_model_files SELECT sha256, taken_in_at FROM model_files")
        connection.execute("DELETE FROM model_files")

    await database.write(as_it_was)
    (folder / "models" / "burns.safetensors").touch()
    assert await intake.take_in() == 0
    assert await numbers(database, "burns") == [1]


async def test_a_bad_file_is_reported_once_and_taken_in_when_it_is_repaired(
    folder: Path, intake: ModelIntake, caplog: pytest.LogCaptureFixture
) -> None:
    bad = folder / "models" / "burns.safetensors"
    bad.write_bytes(samples.model(1)[:-100])
    (folder / "models" / (".." + "x" * 60 + ".safetensors")).write_bytes(samples.model(2))
    (folder / "models" / "good.safetensors").write_bytes(samples.model(3))
    with caplog.at_level(logging.WARNING):
        assert await intake.take_in() == 1
        assert await intake.take_in() == 0
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == 2
    assert all("did not import" in line and "\n" not in line for line in told)
    bad.write_bytes(samples.model(1))
    assert await intake.take_in() == 1


async def test_an_upload_is_not_replaced_by_a_file(
    database: Database, folder: Path, intake: ModelIntake, clock: Clock
) -> None:
    (folder / "models" / "burns.safetensors").write_bytes(samples.model(1))
    (folder / "corpora" / "burns.txt").write_text("of the file")
    made = await database.write(lambda connection: artists.find_or_create(connection, EVERYONE, "burns", clock()))
    await database.write(lambda connection: corpora.keep(connection, made.id, "uploaded", is_upload=True, now=clock()))
    await intake.take_in()
    assert await database.read(lambda connection: corpora.text_of(connection, made.id)) == "uploaded"


async def test_a_missing_folder_is_no_model(database: Database, tmp_path: Path, clock: Clock) -> None:
    assert await ModelIntake(database, DataFiles([DataFolder(tmp_path / "nowhere", "own")]), now=clock).take_in() == 0


def test_the_first_folder_has_the_first_word_on_texts_and_the_last_on_models(tmp_path: Path) -> None:
    for name in ("own", "shipped"):
        for kind, file in (("corpora", "Burns.txt"), ("models", "burns.safetensors")):
            (tmp_path / name / kind).mkdir(parents=True)
            (tmp_path / name / kind / file).touch()
    files = DataFiles([DataFolder(tmp_path / "own", "own"), DataFolder(tmp_path / "shipped", "shipped")])
    assert files.corpus(" BURNS") == tmp_path / "own" / "corpora" / "Burns.txt"
    assert files.corpus("../corpora/Burns") is None
    assert [path.parts[-3] for _, path in files.models()] == ["shipped", "own"]


def test_in_a_checkout_only_what_is_shipped_counts_for_another_data_folder(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    for name in ("harbour-lights", "mine"):
        (tmp_path / "models" / f"{name}.safetensors").touch()
    shipped = frozenset({"harbour-lights"})
    elsewhere = DataFiles([DataFolder(tmp_path, "shipped", artists=shipped)])
    assert [path.stem for _, path in elsewhere.models()] == ["harbour-lights"]
    here = DataFiles([DataFolder(tmp_path, "own", without=shipped), DataFolder(tmp_path, "shipped", artists=shipped)])
    assert [(folder.source, path.stem) for folder, path in here.models()] == [
        ("shipped", "harbour-lights"),
        ("own", "mine"),
    ]
