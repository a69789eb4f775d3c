"""Learning curves are those of the trials, and lead to the nets that are returned."""

from dataclasses import replace

import numpy as np
import pytest

from lstmlib.online.compiled.lstm1997 import train
from lstmlib.paper import ROWS
from lstmlib.paper.curves import learning_curves, untrained_contents
from lstmlib.paper.rows import reading_of
from lstmlib.paper.trials import draw, initial_params, random_sources

ROW = replace(ROWS["table-4/T100-N3"], task={**ROWS["table-4/T100-N3"].task, "min_length": 10})


def test_they_are_the_trials_own():
    reading = reading_of(ROW, {})
    found = learning_curves(ROW, 600, seed=3, nets=2, every=200)
    assert found.sequences.tolist() == [200, 400, 600]
    for trial in range(2):
        weights, training, _ = random_sources(ROW, 3, trial)
        params = initial_params(ROW, reading, weights)
        drawn = [draw(ROW, reading, count, training) for count in (500, 100)]
        errors = []
        for batch in drawn:
            params, e = train(ROW.net, params, batch, ROW.learning_rate)
            errors += e.tolist()
        e = np.array(errors).reshape(3, 200, 3)
        np.testing.assert_array_equal(found.wrong[trial], (e[..., 0] >= 0.2).mean(1))
        np.testing.assert_allclose(found.error[trial], e[..., 1].mean(1), rtol=1e-13)
        for name, value in params.items():
            np.testing.assert_array_equal(found.params[trial][name], value)


@pytest.mark.parametrize(
    ("row", "options", "said"),
    [
        ("table-1/3x2-0.5", {}, "expected a row of experiments 2c to 6"),
        ("table-2/RTRL-100", {}, "expected a row of experiments 2c to 6"),
        ("table-9/6a", {"nets": 9}, "nets is 9, expected 1 to 8"),
        ("table-9/6a", {"every": 700}, "sequences is 1000, expected a multiple of 700"),
    ],
)
def test_bad_input(row, options, said):
    with pytest.raises(ValueError, match=said):
        learning_curves(ROWS[row], 1000, **options)


def test_gates_that_are_seen_push_contents_away():
    """A cell that sees its gates has a bias in all but name; without, its content is a sum of the symbols' own."""
    row = ROWS["table-3/q100-p100"]
    everything = untrained_contents(row, 100)
    nothing = untrained_contents(row, 100, chosen={"recurrence": "none"})
    assert everything.shape == (100, 8, 2)
    assert np.median(np.abs(everything[-1])) > 3 * np.median(np.abs(nothing[-1]))
    # Without recurrence the last content is the sum, over the symbols, of gate times input.
    reading = reading_of(row, {"recurrence": "none"})
    weights, training, _ = random_sources(row, 0, 0)
    W = initial_params(row, reading, weights)["weight_ih"]
    symbols = draw(row, reading, 1, training).symbols[:100, 0]
    net = W[:, symbols]
    y_in, g = 1.0 / (1.0 + np.exp(-net[:2])), 4.0 / (1.0 + np.exp(-net[2:4])) - 2.0
    np.testing.assert_allclose(nothing[-1, 0], (y_in * g).sum(1), rtol=1e-12)


def test_contents_of_other_rows_or_of_too_many_steps():
    with pytest.raises(ValueError, match="table-7/T100: expected a row of experiment 2c or 6"):
        untrained_contents(ROWS["table-7/T100"], 10)
    with pytest.raises(ValueError, match="steps is 200, expected at most 1"):
        untrained_contents(ROWS["table-9/6a"], 200)
