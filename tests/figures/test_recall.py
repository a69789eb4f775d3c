"""Looked up, or kept, as Python sees it: state, HTML, errors, and what two nets set by hand answer."""

import numpy as np
import pytest
from traitlets import TraitError

from lstmlib.figures import AssociativeRecall
from lstmlib.figures.recall import STEPS

TWICE = {"names": [0, 1, 0, 2, 0, 0, 1, 2], "asks": [False, False, True, False, False, True, True, True]}
FIVE = {"names": [0, 1, 2, 3, 4, 3, 0, 4], "asks": [False] * 5 + [True] * 3}


def test_state_is_in_the_html_and_the_repr():
    assert repr(AssociativeRecall()) == "AssociativeRecall()"
    figure = AssociativeRecall(told=True, cells=5, step=2)
    assert repr(figure) == "AssociativeRecall(told=True, cells=5, step=2)"
    page = figure._repr_mimebundle_()[0]["text/html"]
    assert page.startswith('<lstm-recall class="lstm-figure" told="true" cells="5" step="2"><img ')


def test_what_is_noted_once_both_find():
    found = AssociativeRecall().answers()
    np.testing.assert_allclose(found["attention"], [4, 7, 2, 7, 4, 2, 7, 4], atol=1e-12)
    np.testing.assert_allclose(found["LSTM"], [0, 0, 0, 7, 4, 2, 7, 4], atol=1e-9)
    np.testing.assert_array_equal(found["last"], [4, 7, 2, 7, 4, 2, 7, 4])


def test_what_is_noted_twice_is_mixed_until_the_steps_are_told():
    assert AssociativeRecall(**TWICE).answers()["attention"][5] == pytest.approx(6.5)
    assert AssociativeRecall(**TWICE, told=True).answers()["attention"][5] == pytest.approx(9.0)
    assert AssociativeRecall(**TWICE).answers()["LSTM"][[2, 5]] == pytest.approx([4.0, 9.0])


@pytest.mark.parametrize("cells", range(1, 6))
def test_an_lstm_answers_for_as_many_names_as_it_has_cells(cells):
    figure = AssociativeRecall(**FIVE, cells=cells)
    found = figure.answers()
    right = np.isclose(found["LSTM"], found["last"], atol=1e-6)[5:]
    assert list(right) == [name < cells for name in (3, 0, 4)]
    np.testing.assert_allclose(figure.contents()[-1], [4, 7, 2, 5, 9][:cells], atol=1e-6)


@pytest.mark.parametrize("seed", range(20))
def test_told_which_step_is_which_attention_finds_whatever_was_noted_last(seed):
    rng = np.random.default_rng(seed)
    asks = [bool(ask) for ask in rng.random(STEPS) < 0.4]
    names, numbers = rng.integers(5, size=STEPS), rng.integers(1, 10, size=STEPS)
    figure = AssociativeRecall(
        names=names.tolist(), numbers=numbers.tolist(), asks=asks, told=True, cells=int(rng.integers(1, 6))
    )
    found, known = figure.answers(), ~np.isnan(figure.answers()["last"])
    np.testing.assert_allclose(found["attention"][known], found["last"][known], atol=0.05)
    has_cell = known & (names < figure.cells) & np.array(asks)
    np.testing.assert_allclose(found["LSTM"][has_cell], found["last"][has_cell], atol=1e-6)
    assert not found["LSTM"][~np.array(asks)].round(6).any()


def test_without_steps_an_order_of_the_notes_is_as_good_as_another():
    order = [1, 0, 3, 2]  # of the steps that nobody has asked for yet
    names, numbers = [0, 0, 1, 2, 0, 1, 2, 0], [4, 9, 2, 5, 1, 1, 1, 1]
    asks = [False] * 4 + [True] * 4
    moved = {"names": [names[k] for k in order] + names[4:], "numbers": [numbers[k] for k in order] + numbers[4:]}
    for told, same in ((False, True), (True, False)):
        one, other = (
            AssociativeRecall(asks=asks, told=told, **given).answers()["attention"][4:]
            for given in ({"names": names, "numbers": numbers}, moved)
        )
        assert np.allclose(one, other, atol=1e-9) == same


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"names": [0] * 7}, "names has 7 steps, expected 8"),
        ({"names": [5] * 8}, "names"),
        ({"numbers": [0] * 8}, "numbers"),
        ({"asks": [True]}, "asks has 1 steps"),
        ({"cells": 0}, "cells"),
        ({"step": 9}, "step"),
    ],
)
def test_bad_state_is_refused(state, said):
    with pytest.raises(TraitError, match=said):
        AssociativeRecall(**state)
