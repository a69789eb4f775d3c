"""The files that were taken out of packages: each says where it is from, and comes out of there again."""

import gzip
import importlib.metadata
import importlib.util
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

import data as command
from lstmlib.data import derived, electricity

SAID = ("what", "origin", "package", "version", "carrier", "members", "licence", "notice", "sha256")


def installed(source):
    """Return whether the package itself is here, in that version."""
    try:
        return source["carrier"] == "wheel" and importlib.metadata.version(source["package"]) == source["version"]
    except importlib.metadata.PackageNotFoundError:
        return False


def test_each_file_says_where_it_is_from():
    there = {path.name for path in derived.FOLDER.iterdir()} - {"sources.json"}
    assert derived.sources().keys() == derived.DERIVE.keys() == there
    for name, source in derived.sources().items():
        assert [key for key in SAID if not source[key]] == []
        assert source["carrier"] in ("wheel", "sdist")
        assert (derived.FOLDER / name).stat().st_size < 750_000


@pytest.mark.parametrize("name", derived.DERIVE)
def test_it_comes_out_of_the_package_again(name):
    source = derived.sources()[name]
    if source["package"] == "moviepy":
        pytest.importorskip("av", reason="PyAV decodes the film: make data")
    found = importlib.util.find_spec(source["package"]) if installed(source) else None
    if command.fetched(name):
        carried = command.carried(name)
    elif found and found.origin:
        carried = {member: (Path(found.origin).parents[1] / member).read_bytes() for member in source["members"]}
    else:
        pytest.skip(f"{source['package']} is not here: make data")
    assert derived.unpacked(name, derived.derive(name, carried)) == derived.read_bytes(name)


def test_what_is_not_what_it_was_is_refused(monkeypatch, tmp_path):
    (member,) = derived.sources()["electricity.txt"]["members"]
    with pytest.raises(ValueError, match=r"taylor.py of pmdarima 2.1.1 has the SHA-256"):
        derived.derive("electricity.txt", {member: b"rslt = [12345]"})
    (tmp_path / "sources.json").write_text((derived.FOLDER / "sources.json").read_text())
    (tmp_path / "electricity.txt").write_text("22262 21756\n")
    monkeypatch.setattr(derived, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match=r"electricity.txt has the SHA-256 \w+, expected"):
        electricity()


def test_the_same_text_is_packed_into_the_same_bytes():
    assert derived.packed("ab\n" * 99) == derived.packed("ab\n" * 99)
    assert gzip.decompress(derived.packed("é\n")).decode() == "é\n"


@pytest.mark.parametrize("carrier", ["wheel", "sdist"])
def test_members_are_read_out_of_both_kinds_of_package(monkeypatch, tmp_path, carrier):
    source = {"package": "Texts", "version": "1.0", "carrier": carrier, "members": {"a/one.txt": "", "a/two.txt": ""}}
    monkeypatch.setattr(derived, "sources", lambda: {"x": source})
    monkeypatch.setattr(command, "PACKAGES", tmp_path)
    assert command.fetched("x") == []
    if carrier == "wheel":
        with zipfile.ZipFile(tmp_path / "texts-1.0-py3-none-any.whl", "w") as archive:
            for name in source["members"]:
                archive.writestr(name, name)
    else:
        with tarfile.open(tmp_path / "Texts-1.0.tar.gz", "w:gz") as archive:
            for name in source["members"]:
                entry = tarfile.TarInfo(name)
                entry.size = len(name)
                archive.addfile(entry, io.BytesIO(name.encode()))
    assert command.carried("x") == {name: name.encode() for name in source["members"]}
