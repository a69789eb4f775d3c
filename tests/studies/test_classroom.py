"""A class's answers: read, refused where they can't be, and summed up as by hand."""

import numpy as np
import pytest

from lstmlib.studies import classroom


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "class.csv"
    classroom.write(classroom.simulated(40, np.random.default_rng(0), groups=("book", "text")), path)
    return path


def test_what_is_simulated_says_so_and_can_be_read(file):
    assert "simulated-01" in file.read_text()
    answers = classroom.read(file)
    assert answers.before.shape == answers.after.shape == (40, 8)
    assert answers.load.shape == (40, 6)
    assert set(answers.group) == {"book", "text"}
    whole = classroom.both(answers)
    assert 30 < whole.sum() < 40
    assert np.isnan(answers.after[~whole]).all()
    assert set(np.unique(answers.before)) == {0.0, 1.0}
    assert answers.load.min() >= 1
    assert answers.load.max() <= 7


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("before_3,", "before3,", "lacks before_3"),
        (",book,0,", ",book,2,", r"line \d+: before_1 is 2, not 0 to 1"),
    ],
)
def test_what_is_wrong_is_named(file, old, new, message):
    text = file.read_text(encoding="utf-8-sig")
    assert old in text
    file.write_text(text.replace(old, new, 1))
    with pytest.raises(ValueError, match=message):
        classroom.read(file)


def test_an_empty_file_is_refused(file):
    file.write_text(",".join(classroom.COLUMNS) + "\n")
    with pytest.raises(ValueError, match="no line"):
        classroom.read(file)


def test_interval_and_tests_are_right_where_the_answer_is_known():
    rng = np.random.default_rng(1)
    values = rng.normal(0.3, 0.2, 400)
    low, high = classroom.interval(values, rng)
    half = 1.96 * values.std() / 20
    assert low == pytest.approx(values.mean() - half, abs=0.003)
    assert high == pytest.approx(values.mean() + half, abs=0.003)
    assert classroom.by_sign(values, rng) < 1e-3
    assert classroom.by_sign(np.array([1.0, -1.0, 1.0, -1.0]), rng) == 1.0
    # Six differences of one sign: 2 of 64 turns are as far from 0.
    assert classroom.by_sign(np.ones(6), rng) == pytest.approx(2 / 64, abs=0.006)
    more, low, high = classroom.between(values + 0.1, values, rng)
    assert more == pytest.approx(0.1)
    assert low < 0.1 < high


def test_intervals_contain_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(2)
    held = 0
    for _ in range(200):
        low, high = classroom.interval(rng.normal(0.0, 1.0, 40), rng, draws=500)
        held += low <= 0.0 <= high
    assert 0.90 < held / 200 <= 0.99
