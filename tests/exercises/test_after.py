"""Each check accepts the page's own solution, tells the starter 'not yet', and knows the mistakes that readers make."""

import numpy as np
import pytest
from chapter import CHAPTERS, definitions, labels, said, solutions, starters

from lstmlib.exercises.after import check_combine, check_flip, check_stabiliser, stable_mean
from lstmlib.numpy.scan import scan

PAGE = CHAPTERS / "after.ipynb"


@pytest.mark.parametrize("name", ["ex-af-combine", "ex-af-flip", "ex-af-stable"])
def test_the_page_s_solution_is_right(name, capsys):
    exec(solutions(PAGE)[name], {"np": np, **globals()})
    lines = said(capsys)
    assert lines
    assert all(line.startswith("right: ") for line in lines), lines


def test_every_exercise_has_a_solution_that_runs(capsys):
    found = labels(PAGE, "ex-af-")
    assert len(found) >= 5
    assert sorted(solutions(PAGE)) == sorted(found)
    for code in solutions(PAGE).values():
        exec(code, definitions(PAGE))
    lines = said(capsys)
    assert not any("not yet" in line or "False" in line for line in lines), lines


def test_the_starters_are_not_right_yet(capsys):
    found = starters(PAGE)
    assert len(found) == 3
    for code in found:
        exec(code, {"np": np, **globals()})
    lines = said(capsys)
    assert len(lines) == 3
    assert all(line.startswith("not yet: ") for line in lines)


def pair(rule):
    return lambda later, earlier: rule(*later, *earlier)


PAIRS = {
    "goes through the earlier pair first": pair(lambda a, b, a0, b0: (a * a0, a0 * b + b0)),
    "multiplied by the later a, too": pair(lambda a, b, a0, b0: (a * a0, b + b0)),
    "they don't add up": pair(lambda a, b, a0, b0: (a + a0, a * b0 + b)),
    "stands before h, not before the earlier b": pair(lambda a, b, a0, b0: (a * a0, a * a0 * b0 + b)),
    "nothing multiplies it": pair(lambda a, b, a0, b0: (a * a0, a * b0 + a0 * b)),
    "shape (), expected (2,)": pair(lambda a, b, a0, b0: a * b0 + b),
    "stops with TypeError": lambda later: later,
    "returns nothing": lambda later, earlier: None,
}


@pytest.mark.parametrize("hint", PAIRS)
def test_a_wrong_pair_is_told_what_it_is(hint, capsys):
    check_combine(PAIRS[hint])
    (line,) = said(capsys)
    assert line.startswith("not yet: ")
    assert hint in line


GATES = {
    "turn at every 1": lambda x: (2 * x - 1, 0 * x),
    "where x is 0, keep": lambda x: (-np.ones(40), 0 * x),
    "it should turn": lambda x: (np.ones(40), x),
    "no a from 0 up can turn a sign": lambda x: (1 - x, 0 * x),
    "a gate that looks back can't be scanned": lambda x: (1 + 0 * x, np.where(x > 0, 2 - 4 * (np.cumsum(x) % 2), 0)),
    "expected two arrays": lambda x: 1 - 2 * x,
    "returns nothing": lambda x: None,
}


@pytest.mark.parametrize("hint", GATES)
def test_wrong_gates_are_told_what_they_are(hint, capsys):
    check_flip(GATES[hint])
    (line,) = said(capsys)
    assert line.startswith("not yet: ")
    assert hint in line


def naive(log_f, log_i, z):
    f, i = np.exp(log_f), np.exp(log_i)
    return scan(f, i * z) / scan(f, i)


MEANS = {
    "divide it by n(t)": lambda f, i, z: scan(np.exp(f), np.exp(i) * z),
    "by the same f": lambda f, i, z: scan(np.exp(f), np.exp(i) * z) / np.cumsum(np.exp(i)),
    "take exp(log_f)": lambda f, i, z: scan(f, i * z) / scan(f, i),
    "an exponential overflows": naive,
    "one largest exponent for the whole row": lambda f, i, z: naive(f, i - i.max(), z),
    "returns nothing": lambda f, i, z: None,
}


@pytest.mark.parametrize("hint", MEANS)
def test_a_wrong_mean_is_told_what_it_is(hint, capsys):
    check_stabiliser(MEANS[hint])
    line = said(capsys)[-1]
    assert line.startswith("not yet: ")
    assert hint in line


def test_the_stabilised_mean_is_the_naive_one(rng):
    log_f, log_i, z = -rng.random(30), rng.standard_normal(30), rng.standard_normal(30)
    np.testing.assert_allclose(stable_mean(log_f, log_i, z), naive(log_f, log_i, z), rtol=1e-12)
