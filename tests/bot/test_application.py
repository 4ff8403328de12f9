import hashlib
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bot.application import open_application
from bot.services import Asker, Song, SongRequest
from bot.services.bases import Bases
from bot.services.data_files import SHIPPED, DataFolder
from bot.settings import Settings, SettingsError
from bot.store.faults import StoreError
from lstm.model.model_file import dump_model, load_model
from tests.bot import samples


@pytest.fixture
def shipped(tmp_path: Path) -> DataFolder:
    made = tmp_path / "shipped"
    (made / "models").mkdir(parents=True)
    (made / "models" / "anna.safetensors").write_bytes(samples.model(1))
    return DataFolder(made, "shipped")


async def test_it_opens_sings_and_opens_again(tmp_path: Path, shipped: DataFolder) -> None:
    settings = Settings(data_dir=tmp_path / "data", operators=frozenset({5}))
    for _ in range(2):
        async with open_application(settings, shipped=shipped) as application:
            operator = application.asker(user_id=5, guild_id=None, channel_id=1)
            assert operator.is_operator
            assert not application.asker(user_id=6, guild_id=None, channel_id=1).is_operator
            parts = [part async for part in application.lyrics.sing(operator, SongRequest("I walk", lines=2))]
            assert isinstance(parts[-1], Song)
            assert parts[-1].artist == "anna"
            (anna,) = await application.artists.visible(operator)
            assert anna.of_everyone
            details = await application.artists.details(operator, "anna")
            assert len(details.versions) == 1
            assert (await application.privacy.history(operator)).requests == parts[-1].request_id


async def test_a_new_data_folder_is_the_bots_alone(tmp_path: Path, shipped: DataFolder) -> None:
    async with open_application(Settings(data_dir=tmp_path / "data"), shipped=shipped):
        assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


async def test_a_data_folder_of_the_operators_wins_over_what_is_shipped(tmp_path: Path, shipped: DataFolder) -> None:
    own = tmp_path / "data" / "models"
    own.mkdir(parents=True)
    (own / "anna.safetensors").write_bytes(samples.model(2))
    async with open_application(Settings(data_dir=tmp_path / "data"), shipped=shipped) as application:
        asker = application.asker(user_id=5, guild_id=None, channel_id=1)
        details = await application.artists.details(asker, "anna")
        assert [version.number for version in details.versions if version.sings] == [2]


async def test_a_data_folder_that_cannot_be_made_is_a_wrong_setting(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match=r"LYRICS_DATA_DIR is .*file/data'; it must be the path of a folder"):
        async with open_application(Settings(data_dir=tmp_path / "file" / "data")):
            pass


async def test_a_data_folder_that_had_to_be_made_is_named(
    tmp_path: Path, shipped: DataFolder, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be mistyped; the default folder is expected to be new, so that the console need not say so."""
    monkeypatch.chdir(tmp_path)
    made = "there was no data folder at {}: it has been created, and is empty"
    for folder, level in ((Path("data"), "INFO"), (tmp_path / "dtaa", "WARNING")):
        for is_new in (True, False):
            caplog.clear()
            with caplog.at_level("INFO"):
                async with open_application(Settings(data_dir=folder), shipped=shipped):
                    pass
            said = {record.getMessage(): record.levelname for record in caplog.records}
            expected = (made, level) if is_new else ("the data folder is {}", "INFO")
            assert said[expected[0].format(tmp_path / folder)] == expected[1]


async def test_a_default_artist_that_does_not_exist_stops_the_start(tmp_path: Path, shipped: DataFolder) -> None:
    settings = Settings(data_dir=tmp_path / "data", default_artist="nobody")
    with pytest.raises(SettingsError) as caught:
        async with open_application(settings, shipped=shipped):
            pass
    assert str(caught.value) == ("LYRICS_DEFAULT_ARTIST is 'nobody'; it must be a shared artist (anna)")


async def test_a_default_artist_that_was_held_back_can_be_let_sing(
    tmp_path: Path, shipped: DataFolder, caplog: pytest.LogCaptureFixture
) -> None:
    model = load_model(samples.model())
    worse = replace(model.training, validation_bits_per_character=2.6, baseline_bits_per_character=2.5)
    (tmp_path / "data" / "models").mkdir(parents=True)
    (tmp_path / "data" / "models" / "burns.safetensors").write_bytes(dump_model(replace(model, training=worse)))
    settings = Settings(data_dir=tmp_path / "data", default_artist="burns")
    async with open_application(settings, shipped=shipped) as services:
        assert "does not sing yet" in caplog.text
        operator = Asker(user_id=0, guild_id=None, channel_id=None, is_operator=True)
        assert (await services.artists.rollback(operator, "burns")).number == 1
        assert (await services.artists.details(operator, "burns")).artist.name == "burns"


async def test_a_default_artist_is_found_in_any_case(tmp_path: Path, shipped: DataFolder) -> None:
    async with open_application(Settings(data_dir=tmp_path / "data", default_artist="ANNA"), shipped=shipped):
        pass


async def test_a_missing_default_that_was_not_configured_is_a_warning(
    tmp_path: Path, shipped: DataFolder, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_application(Settings(data_dir=tmp_path / "data"), shipped=shipped):
        assert "LYRICS_DEFAULT_ARTIST is 'harbour-lights'; it must be" in caplog.text


async def test_a_cluster_needs_its_extra(tmp_path: Path, shipped: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("bot.training.cluster", "bot.training.cluster_worker"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setitem(sys.modules, "distributed", None)  # as if it were not installed
    with pytest.raises(SettingsError, match=r"LYRICS_DASK_SCHEDULER is 'tcp://host:1'; .* pip install"):
        async with open_application(Settings(data_dir=tmp_path, dask_scheduler="tcp://host:1"), shipped=shipped):
            pass


def test_without_a_cluster_nothing_of_dask_is_imported() -> None:
    program = "import bot.application, sys; sys.exit('distributed' in sys.modules or 'dask' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)


async def test_an_operators_word_list_is_checked_at_the_start(tmp_path: Path, shipped: DataFolder) -> None:
    (tmp_path / "language_filter.txt").write_text("h3ll\n")
    with pytest.raises(SettingsError, match=r"language_filter\.txt cannot be used as a word list"):
        async with open_application(Settings(data_dir=tmp_path), shipped=shipped):
            pass
    (tmp_path / "language_filter.txt").write_text("hell\n")
    async with open_application(Settings(data_dir=tmp_path), shipped=shipped):
        pass


async def test_a_broken_store_closes_what_was_open(tmp_path: Path, shipped: DataFolder) -> None:
    (tmp_path / "lyrics.db").write_bytes(b"no database " * 50)
    with pytest.raises(StoreError):
        async with open_application(Settings(data_dir=tmp_path), shipped=shipped):
            pass
    (tmp_path / "lyrics.db").unlink()
    async with open_application(Settings(data_dir=tmp_path), shipped=shipped):
        pass


async def test_a_history_of_no_days_empties_the_store(tmp_path: Path, shipped: DataFolder) -> None:
    for history_days in (30, 0):
        settings = Settings(data_dir=tmp_path, history_days=history_days)
        async with open_application(settings, shipped=shipped) as application:
            asker = application.asker(user_id=5, guild_id=None, channel_id=1)
            async for _ in application.lyrics.sing(asker, SongRequest("I walk", lines=2)):
                pass
    with sqlite3.connect(tmp_path / "lyrics.db") as connection:
        assert connection.execute("SELECT count(*) FROM requests").fetchone() == (0,)
    connection.close()


def test_every_artist_of_the_repository_is_shipped() -> None:
    command = ["git", "ls-files", "data/models/*.safetensors"]
    listed = subprocess.run(command, cwd=SHIPPED.path.parent, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a clone of the repository")
    assert {Path(line).stem for line in listed.stdout.splitlines()} == SHIPPED.artists


def test_the_shipped_artists_are_where_the_checkout_has_them() -> None:
    assert SHIPPED.artists
    for artist in SHIPPED.artists:
        assert (SHIPPED.path / "corpora" / f"{artist}.txt").is_file()
        assert (SHIPPED.path / "models" / f"{artist}.safetensors").is_file()


async def test_the_base_is_kept_for_artists_that_were_trained_here(tmp_path: Path, shipped: DataFolder) -> None:
    data = tmp_path / "data"
    async with open_application(Settings(data_dir=data), shipped=shipped):
        pass
    assert not (data / "bases").exists()  # what comes with the bot comes with its base
    (data / "models").mkdir()
    (data / "models" / "ours.safetensors").write_bytes(samples.model(2))
    async with open_application(Settings(data_dir=data), shipped=shipped):
        pass
    (kept,) = (data / "bases").iterdir()
    base = (kept / "base.safetensors").read_bytes()
    assert hashlib.sha256(base).hexdigest() == kept.name
    assert (kept / "reader.safetensors").is_file()


def folder_with_an_own_artist(tmp_path: Path) -> Path:
    """A data folder with a model that does not come with the bot."""
    data = tmp_path / "data"
    (data / "models").mkdir(parents=True)
    (data / "models" / "ours.safetensors").write_bytes(samples.model(2))
    return data


async def test_a_damaged_copy_of_a_base_is_replaced_or_reported(
    tmp_path: Path, shipped: DataFolder, caplog: pytest.LogCaptureFixture
) -> None:
    data = folder_with_an_own_artist(tmp_path)
    async with open_application(Settings(data_dir=data), shipped=shipped):
        pass
    (kept,) = (data / "bases").iterdir()
    copy, earlier = kept / "base.safetensors", data / "bases" / ("0" * 64) / "base.safetensors"
    copy.write_bytes(b"damaged" + copy.read_bytes()[7:])
    earlier.parent.mkdir()
    earlier.write_bytes(b"damaged")
    async with open_application(Settings(data_dir=data), shipped=shipped):
        pass
    assert hashlib.sha256(copy.read_bytes()).hexdigest() == kept.name
    assert f"{copy} was damaged, and has been replaced" in caplog.text
    assert f"{earlier} is damaged: artists trained on this base model" in caplog.text


async def test_a_base_that_cannot_be_kept_stops_nothing(
    tmp_path: Path, shipped: DataFolder, caplog: pytest.LogCaptureFixture
) -> None:
    data = folder_with_an_own_artist(tmp_path)
    (data / "bases").touch()
    async with open_application(Settings(data_dir=data), shipped=shipped) as application:
        assert await application.artists.visible(application.asker(user_id=5, guild_id=None, channel_id=1))
    assert "cannot keep the base model for later releases" in caplog.text


async def test_a_base_that_cannot_be_kept_at_first_is_kept_later(
    tmp_path: Path, shipped: DataFolder, caplog: pytest.LogCaptureFixture
) -> None:
    data = folder_with_an_own_artist(tmp_path)
    async with open_application(Settings(data_dir=data), shipped=shipped) as application:
        in_the_way = tmp_path / "bases"
        in_the_way.touch()
        bases = Bases(application.database, in_the_way)
        await bases.keep()
        await bases.keep()
        assert caplog.text.count("cannot keep the base model for later releases") == 1
        in_the_way.unlink()
        await bases.keep()
    (kept,) = in_the_way.iterdir()
    assert (kept / "base.safetensors").is_file()
