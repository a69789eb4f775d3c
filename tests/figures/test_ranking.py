"""The ranking as Python sees it: its state, its HTML, what it carries, errors."""

import numpy as np
import pytest
from traitlets import TraitError

from lstmlib.figures import Ranking
from lstmlib.figures.ranking import TASKS, given
from lstmlib.studies.cells import ranking
from lstmlib.studies.cells.settings import MARKS, RATES, TEST, VALIDATION
from lstmlib.studies.cells.store import unpacked

CELLS = ("V", "NFG", "NOG", "NOAF")


def test_state_is_in_the_html_and_the_repr():
    figure = Ranking(cells=CELLS, bias="3", mark=2)
    assert repr(figure) == "Ranking(4 cells, bias='3', mark=2)"
    data, _ = figure._repr_mimebundle_()
    assert data["text/html"].startswith('<lstm-ranking class="lstm-figure" data="{')
    assert ' bias="3" mark="2">' in data["text/html"]


@pytest.mark.parametrize("task", TASKS)
def test_what_it_carries_is_what_is_stored(task):
    there = given(task, CELLS)
    for cell, settings in there["cells"].items():
        assert [tuple(one[:2]) for one in settings] == [one for one in ranking.grid(task)[cell] if one[1] in RATES]
        for bias, rate, middle, digits in settings:
            losses = np.reshape(unpacked(digits), (len(TEST), len(MARKS)))
            for mark in range(len(MARKS)):
                np.testing.assert_allclose(losses[:, mark], ranking.values(task, cell, (bias, rate), mark=mark))
            nets = ranking.values(task, cell, (bias, rate), seeds=(*VALIDATION, *TEST))
            assert unpacked(middle) == pytest.approx([np.median(nets)])


def test_places_are_the_library_s():
    figure = Ranking(cells=CELLS, bias="0", rate="0.01", mark=3, seeds=7)
    assert figure.places() == ranking.ranking("adding", CELLS, bias=0.0, rate=0.01, mark=3, seeds=7)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"task": "copy"}, "task"),
        ({"bias": "2"}, "bias"),
        ({"rate": "1"}, "rate"),
        ({"mark": 5}, "mark"),
        ({"seeds": 3}, "seeds"),
    ],
)
def test_bad_state_is_refused(state, said):
    with pytest.raises(TraitError, match=said):
        Ranking(cells=CELLS, **state)
    with pytest.raises(KeyError, match="LSTM"):
        Ranking(cells=("LSTM",))
