"""The labelled names: what they are, how they were taken out of the package, and that another file is refused."""

import pytest

from lstmlib.data import derived, names


def test_the_names():
    found = names()
    assert len(found) == len(set(found)) == 3018
    assert sum(len(name.words) for name in found) == 7269
    assert all(len(name.words) == len(name.labels) > 0 for name in found)
    kinds = [{label.startswith("Given") or label == "Surname" for label in name.labels} for name in found]
    people = {label for name, kind in zip(found, kinds, strict=True) if True in kind for label in name.labels}
    assert len(people) == 12
    assert len({label for name in found for label in name.labels} - people) == 11
    for name in found:
        assert set(name.labels) <= people or people.isdisjoint(name.labels)
    assert found[0] == (("Drake", "Rice"), ("GivenName", "Surname"))
    assert found[-1].words == ("Holy", "Rosary", "Church")


def test_a_name_that_comes_again_is_left_out():
    people = b"<C><N><G>Ann</G> <S>Lee</S></N><N><S>Ann</S></N>\n<N><G>Ann</G>  <S>Lee</S></N></C>"
    firms = b"<C><N><F>lee</F> <F>and</F> <L>co</L></N><N><S>Ann</S></N></C>"
    found = derived.DERIVE["names.txt.gz"]({"person_labeled.xml": people, "company_labeled.xml": firms})
    assert derived.unpacked("x.gz", found) == b"G Ann\tS Lee\nS Ann\nF lee and\tL co\n"


def test_another_file_is_refused(monkeypatch, tmp_path):
    (tmp_path / "sources.json").write_text((derived.FOLDER / "sources.json").read_text())
    (tmp_path / "names.txt.gz").write_bytes(derived.packed("GivenName Ann\n"))
    monkeypatch.setattr(derived, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match=r"names.txt.gz has the SHA-256 \w+, expected"):
        names()
