import logging
from pathlib import Path

import pytest

from bot.services.data_files import DataFiles
from bot.services.model_intake import ModelIntake
from bot.store import artists, corpora, versions
from bot.store.artists import EVERYONE, StoredArtist
from bot.store.database import Database
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
    return ModelIntake(database, DataFiles([folder]), now=clock)


async def artist(database: Database, name: str) -> StoredArtist:
    found = await database.read(lambda connection: artists.find(connection, EVERYONE, name))
    assert found is not None
    return found


async def numbers(database: Database, name: str) -> list[int]:
    artist_id = (await artist(database, name)).id
    known = await database.read(lambda connection: versions.of_artist(connection, artist_id))
    return [version.number for version in known]


async def test_a_file_is_taken_in_once_with_its_curve_and_text(
    database: Database, folder: Path, intake: ModelIntake, clock: Clock
) -> None:
    (folder / "models" / "Burns.safetensors").write_bytes(samples.model(validation_bits_per_character=2.0))
    (folder / "models" / "Burns.png").write_bytes(b"picture")
    (folder / "corpora" / "burns.txt").write_text("A man's a man\r\n")
    assert await intake.take_in() == 1
    assert await intake.take_in() == 0
    assert await ModelIntake(database, DataFiles([folder]), now=clock).take_in() == 0  # nor after a restart
    burns = await artist(database, "burns")
    assert (burns.name, burns.bits_per_character) == ("Burns", 2.0)
    assert await database.read(lambda connection: corpora.text_of(connection, burns.id)) == "A man's a man"
    assert burns.singing_version_id is not None
    version_id = burns.singing_version_id
    assert await database.read(lambda connection: versions.curve(connection, version_id)) == b"picture"


async def test_a_file_that_is_written_anew_is_a_new_version(
    database: Database, folder: Path, intake: ModelIntake
) -> None:
    file = folder / "models" / "burns.safetensors"
    first = samples.model(1)
    file.write_bytes(first)
    await intake.take_in()
    file.write_bytes(samples.model(2))
    assert await intake.take_in() == 1
    assert await numbers(database, "burns") == [2, 1]
    file.write_bytes(first)  # known content
    assert await intake.take_in() == 0


async def test_what_was_forgotten_does_not_come_back(database: Database, folder: Path, intake: ModelIntake) -> None:
    file = folder / "models" / "burns.safetensors"
    file.write_bytes(samples.model(1))
    await intake.take_in()
    burns = await artist(database, "burns")
    await database.write(lambda connection: artists.forget(connection, burns.id))
    file.touch()
    assert await intake.take_in() == 0


async def test_a_bad_file_is_told_once_and_taken_in_when_it_is_mended(
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
    assert len(told) == 2 and all("is not taken in" in line and "\n" not in line for line in told)
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
    assert await ModelIntake(database, DataFiles([tmp_path / "nowhere"]), now=clock).take_in() == 0


def test_the_first_folder_has_the_first_word_on_texts_and_the_last_on_models(tmp_path: Path) -> None:
    for name in ("own", "shipped"):
        for kind, file in (("corpora", "Burns.txt"), ("models", "burns.safetensors")):
            (tmp_path / name / kind).mkdir(parents=True)
            (tmp_path / name / kind / file).touch()
    files = DataFiles([tmp_path / "own", tmp_path / "shipped"])
    assert files.corpus(" BURNS") == tmp_path / "own" / "corpora" / "Burns.txt"
    assert files.corpus("../corpora/Burns") is None
    assert [path.parts[-3] for path in files.models()] == ["shipped", "own"]
