"""A line is a result only if a trial can have it; all that is stored are."""

import json

import pytest

from lstmlib.paper.result import read_line, write_line
from lstmlib.paper.store import RESULTS
from lstmlib.paper.version import VERSION

GOOD = {"seed": 10**26, "trial": 3, "solved": True, "sequences": 500, "version": VERSION, "seconds": 1.5}
GOOD |= {"wrong": 2, "tested": 2560, "error": 0.01, "earlier": None, "units": 7, "length": 1e5, "symbols": 3}


def test_every_stored_line_is_one():
    files = list(RESULTS.glob("*/*.jsonl"))
    assert len(files) > 50
    for path in files:
        for line in path.read_bytes().splitlines():
            assert write_line(read_line(line)) == line + b"\n"


def test_a_good_line_is_returned_whole():
    assert read_line(write_line(GOOD)) == GOOD
    more = GOOD | {"what a later version adds": [1]}
    assert read_line(write_line(more)) == more


@pytest.mark.parametrize("name", ["seed", "trial", "solved", "sequences", "version"])
@pytest.mark.parametrize("value", [None, "7", 7.0, -1, [7], float("nan")])
def test_what_every_result_has(name, value):
    with pytest.raises(ValueError, match=f"{name} is "):
        read_line(write_line(GOOD | {name: value}))
    with pytest.raises(ValueError, match=f"{name} is None"):
        read_line(write_line({key: value for key, value in GOOD.items() if key != name}))


@pytest.mark.parametrize("name", ["wrong", "tested", "units", "symbols", "error", "seconds", "length"])
@pytest.mark.parametrize("value", [None, "7", True, -1, -0.5, [7], {}, float("nan"), float("inf"), 10**400])
def test_what_some_results_have(name, value):
    with pytest.raises(ValueError, match=rf"{name} is |of {value} wrong"):
        read_line(write_line(GOOD | {name: value}))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"tested": 0, "wrong": 0}, "0 of 0 wrong"),
        ({"wrong": 2561}, "2561 of 2560 wrong"),
        ({"trial": 10**20}, "trial is"),
        ({"sequences": 10**20}, "sequences is"),
        ({"solved": 1}, "solved is 1"),
        ({"trial": True}, "trial is True"),
    ],
)
def test_what_cannot_be(change, said):
    with pytest.raises(ValueError, match=said):
        read_line(write_line(GOOD | change))


def test_a_test_is_whole():
    for name in ("wrong", "tested", "error"):
        with pytest.raises(ValueError, match=f"without {name}"):
            read_line(write_line({key: value for key, value in GOOD.items() if key != name}))


@pytest.mark.parametrize("line", [b"", b"{", b"[]", b"7", b'"x"', b"null", b"\xff", b"[" * 100_000, b"9" * 5000])
def test_what_is_no_object(line):
    with pytest.raises(ValueError):  # noqa: PT011 - of many kinds
        read_line(line)


def test_what_another_version_stored_is_not_judged():
    other = GOOD | {"version": VERSION + 1, "wrong": None, "units": "many"}
    assert read_line(json.dumps(other).encode()) == other
