"""Writing whole files or none."""

import errno
import os
import stat

import pytest

from lstm.model.atomic_write import write_atomically


def test_a_new_file_in_a_new_folder(tmp_path):
    path = tmp_path / "a" / "b" / "model.safetensors"
    write_atomically(path, b"weights")
    assert path.read_bytes() == b"weights"
    assert [p.name for p in path.parent.iterdir()] == ["model.safetensors"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_a_file_is_replaced_whole(tmp_path):
    path = tmp_path / "model"
    path.write_bytes(b"old and longer")
    with path.open("rb") as reader:
        write_atomically(path, b"new")
        assert reader.read() == b"old and longer", "who has it open goes on reading the old one"
    assert path.read_bytes() == b"new"


def test_nothing_is_left_behind_when_it_cannot_be_written(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        write_atomically(tmp_path / "folder", b"data")
    assert [p.name for p in tmp_path.iterdir()] == ["folder"]
    (tmp_path / "file").write_bytes(b"kept")
    with pytest.raises(OSError, match="file"):
        write_atomically(tmp_path / "file" / "below", b"data")
    assert (tmp_path / "file").read_bytes() == b"kept"


def test_the_old_file_stays_when_the_data_is_none(tmp_path):
    path = tmp_path / "model"
    path.write_bytes(b"old")
    with pytest.raises(TypeError):
        write_atomically(path, "text, not bytes")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["model"]


def test_errors_name_the_file_and_not_a_temporary_one(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match=r"File exists|Not a directory") as caught:
        write_atomically(tmp_path / "file" / "model", b"data")
    assert caught.value.filename == str(tmp_path / "file" / "model")


def test_a_full_disk_names_the_file(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left") as caught:
        write_atomically(tmp_path / "model", b"data")
    assert caught.value.filename == str(tmp_path / "model")
    assert list(tmp_path.iterdir()) == []
