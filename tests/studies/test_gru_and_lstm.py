"""The study of GRU and LSTM: equal sizes, what a trial returns, and that a stopped study goes on."""

import json

import numpy as np
import pytest

from lstmlib.numpy import GRU, CoupledLSTM
from lstmlib.studies import gru_and_lstm
from lstmlib.studies.gru_and_lstm import CELLS, PLAN, SEEDS, STEPS, TASKS, load, ratio, row, same_size, study


def parameters(make, hidden_size, task):
    layer = make(task.inputs, hidden_size, np.random.default_rng(0))
    return layer.num_parameters + (hidden_size + 1) * task.outputs


@pytest.mark.parametrize("task", TASKS)
def test_sizes_are_as_equal_as_whole_units_allow(task):
    task = TASKS[task]
    wanted = parameters(CELLS["LSTM"], 16, task)
    assert same_size(CELLS["LSTM"], task.inputs, task.outputs, wanted) == 16
    for make in CELLS.values():
        H = same_size(make, task.inputs, task.outputs, wanted)
        off = [abs(parameters(make, h, task) - wanted) for h in (H - 1, H, H + 1)]
        assert min(off) == off[1]
        assert off[1] < 0.06 * wanted


def test_a_gate_held_open_is_no_gate(rng):
    x = rng.standard_normal((9, 2, 3))
    held = STEPS["output gate held open"](3, 4, rng)
    assert isinstance(held, CoupledLSTM)
    y, (_, c), cache = held.forward(x)
    np.testing.assert_array_equal(y, np.tanh(cache.c[1:]))
    last = STEPS["no output squashing"](3, 4, rng)
    assert isinstance(last, GRU)
    y, _, cache = last.forward(x)
    _, _, grads = last.backward(cache, np.ones_like(y))
    np.testing.assert_array_equal(cache.gates[:, 0], 1.0)
    assert not grads["weight_hh_l0"][:4].any()
    assert not grads["bias_ih_l0"][:4].any()
    assert grads["weight_hh_l0"][4:].any()
    assert c.shape == (2, 4)


def test_with_the_reset_gate_held_open_the_two_gru_are_one_and_the_coupled_cell_without_exit(rng):
    x = rng.standard_normal((9, 2, 3))
    layer = STEPS["no output squashing"](3, 4, rng)
    p = {name.removesuffix("_l0"): value for name, value in layer.params.items()}
    h = np.zeros((2, 4))
    for t in range(9):
        net = x[t] @ p["weight_ih"].T + p["bias_ih"] + h @ p["weight_hh"].T + p["bias_hh"]
        f, g = 1.0 / (1.0 + np.exp(-net[:, 4:8])), np.tanh(net[:, 8:])
        h = f * h + (1.0 - f) * g
    np.testing.assert_allclose(layer.forward(x)[0][-1], h, rtol=1e-12)


def test_keep_gates_start_where_they_are_said_to():
    rng = np.random.default_rng(0)
    for layer, rows in (
        (CELLS["LSTM, bias 1"](2, 3, rng), slice(3, 6)),
        (CELLS["GRU, bias 1"](2, 3, rng), slice(3, 6)),
    ):
        np.testing.assert_array_equal((layer.params["bias_ih_l0"] + layer.params["bias_hh_l0"])[rows], 1.0)


def test_a_trial_returns_updates_or_none():
    easy = TASKS["counting"]._replace(limit=400)
    make = CELLS["LSTM, bias 1"]
    needed = gru_and_lstm.updates_needed(make, easy, 16, 0.03, 0)
    assert needed is not None
    assert needed % 25 == 0
    assert gru_and_lstm.updates_needed(make, easy._replace(limit=25), 16, 0.001, 0) is None
    assert gru_and_lstm.updates_needed(make, easy, 16, 0.03, 0) == needed


def test_a_stopped_study_goes_on(tmp_path, monkeypatch):
    monkeypatch.setitem(TASKS, "counting", TASKS["counting"]._replace(limit=50))
    path = tmp_path / "study.json"
    plan = [("parameters", "GRU", "counting", 0.03), ("units", "gates coupled", "counting", 0.03)]
    study(path, plan[1:], range(2))
    (first,) = load(path)
    assert first.hidden_size == 16
    assert len(first.updates) == 2
    text = path.read_text().replace(json.dumps(first.updates), "[7, null]")  # a mark that a rerun would lose
    path.write_text(text)
    study(path, plan, range(2))
    assert [item[:4] for item in load(path)] == plan
    assert load(path)[1].updates == [7, None]
    assert load(path)[0] == row("parameters", "GRU", "counting", 0.03, range(2))
    study(path, plan, range(2))  # nothing left to do
    assert [item[:4] for item in load(path)] == plan


def test_the_stored_study_is_the_planned_one():
    rows = load()
    assert [item[:4] for item in rows] == PLAN
    for item in rows:
        assert len(item.updates) == SEEDS
        limit = TASKS[item.task].limit
        assert all(u is None or (25 <= u <= limit and u % 25 == 0) for u in item.updates)
        make = (CELLS if item.group == "parameters" else STEPS)[item.cell]
        assert item.parameters == parameters(make, item.hidden_size, TASKS[item.task])


def test_ratios_have_the_interval_of_welch():
    from scipy.stats import ttest_ind

    first, second = [100, 150, 125, 175, 100], [250, 200, 325, 300, 225]
    middle, low, high = ratio(first, second)
    theirs = ttest_ind(np.log(first), np.log(second), equal_var=False)
    assert (low, high) == pytest.approx(tuple(np.exp(theirs.confidence_interval(0.95))), rel=1e-10)
    assert middle == pytest.approx(np.sqrt(low * high), rel=1e-10)
    assert ratio([100, None], [100, 200]) is None
    assert ratio([100, 100], [200, 200]) == pytest.approx((0.5, 0.5, 0.5))
    with pytest.raises(ValueError, match="got 1 and 2 nets, expected at least two of each"):
        ratio([100], [100, 200])


def test_one_stored_trial_again():
    """The same versions give the same count; another machine's arithmetic may move it by a few looks."""
    (stored,) = [r for r in load() if r[:4] == ("parameters", "GRU", "counting", 0.01)]
    again = gru_and_lstm.updates_needed(CELLS["GRU"], TASKS["counting"], stored.hidden_size, 0.01, 0)
    assert again == pytest.approx(stored.updates[0], abs=75)
