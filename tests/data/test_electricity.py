"""The demand for electricity: what was derived from the package, and that it comes out again."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

import data as command
from lstmlib.data import derived, electricity
from lstmlib.data.electricity import DAY, START, WEEK


def test_the_series():
    demand = electricity()
    assert demand.shape == (12 * WEEK,)
    assert START.weekday() == 0
    assert demand[:3].tolist() == [22262.0, 21756.0, 22247.0]
    assert (demand.min(), demand.max()) == (18640.0, 38777.0)
    days = demand.reshape(-1, DAY).mean(1).reshape(-1, 7).mean(0)
    assert days.argmin() == 6  # Sundays
    assert days[:5].min() > days[5:].max()


def test_each_file_says_where_it_is_from():
    assert derived.sources().keys() == derived.DERIVE.keys() == {p.name for p in derived.FOLDER.glob("*.txt")}
    for name, source in derived.sources().items():
        assert all(source[key] for key in ("what", "origin", "package", "version", "member", "licence", "notice"))
        assert len(derived.read(name)) < 150_000


@pytest.mark.parametrize("name", derived.DERIVE)
def test_it_comes_out_of_the_package_again(name):
    source = derived.sources()[name]
    wheels = list(command.WHEELS.glob(f"{source['package']}-{source['version']}-*.whl"))
    found = importlib.util.find_spec(source["package"])
    if wheels:
        carried = command.carried(name)
    elif found and found.origin:
        carried = (Path(found.origin).parents[1] / source["member"]).read_bytes()
    else:
        pytest.skip(f"{source['package']} is not here: make data")
    assert derived.derive(name, carried) == (derived.FOLDER / name).read_bytes()


def test_what_is_not_what_it_was_is_refused(monkeypatch, tmp_path):
    with pytest.raises(ValueError, match=r"taylor.py of pmdarima 2.1.1 has the SHA-256"):
        derived.derive("electricity.txt", b"rslt = [12345]")
    (tmp_path / "sources.json").write_text((derived.FOLDER / "sources.json").read_text())
    (tmp_path / "electricity.txt").write_text("22262 21756\n")
    monkeypatch.setattr(derived, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match=r"electricity.txt has the SHA-256 \w+, expected"):
        electricity()


def test_numbers_in_the_docstring_are_left_out():
    text = b'"""array([22262., 21756.])"""\n    rslt = np.array([\n  22262, 21756, 22247]).astype(dtype)\n  x = 123456'
    assert np.array(derived.DERIVE["electricity.txt"](text).split()).tolist() == [b"22262", b"21756", b"22247"]
