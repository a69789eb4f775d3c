"""The benchmark's arithmetic, and that both sides of a comparison do the same work; nothing here is timed."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from lstmlib.bench import timing
from lstmlib.bench.__main__ import RESULTS, show
from lstmlib.bench.cases import numpy_run, torch_run
from lstmlib.numpy import LSTM

COMMON = {"section": "s", "shape": {"T": 1}, "dtype": "float64"}


@pytest.fixture
def clock(monkeypatch):
    """A clock that runs only when ``sleep`` is called."""
    now = [0.0]
    for name in ("perf_counter", "process_time"):
        monkeypatch.setattr(timing.time, name, lambda: now[0])

    def sleep(seconds):
        now[0] += seconds

    return sleep


def test_runs_take_turns(clock):
    calls = []
    seconds = timing.interleaved({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, 3)
    assert calls == [*"aabb"] * 3  # each once untimed, then timed
    assert seconds == {"a": [0.0] * 3, "b": [0.0] * 3}


def test_ratios_are_taken_round_by_round(clock):
    slow = iter([9.0, 2.0, 9.0, 40.0, 9.0, 6.0])  # every other call is untimed
    fast = iter([9.0, 1.0, 9.0, 10.0, 9.0, 2.0])  # the machine was ten times slower in the second round
    runs = {"slow": lambda: clock(next(slow)), "fast": lambda: clock(next(fast))}
    (row,) = timing.compare(runs, "fast", 3, targets={"slow": (None, 2.5)}, **COMMON)
    assert row.ratio == pytest.approx(3.0)  # of 2, 4 and 3
    assert row.low < row.ratio < row.high
    assert row.milliseconds == pytest.approx(6000.0)
    assert row.met is False


def test_inverted_it_says_how_many_times_as_fast(clock):
    runs = {"ours": lambda: clock(1.0), "tape": lambda: clock(20.0)}
    (row,) = timing.compare(runs, "tape", 2, targets={"ours": (20.0, None)}, invert=True, **COMMON)
    assert row.ratio == pytest.approx(20.0)
    assert row.met is True


def test_the_device_is_waited_for_before_each_look_at_the_clock(clock):
    events = []
    timing.interleaved({"a": lambda: events.append("run")}, 1, wait=lambda: events.append("wait"))
    assert events == ["run", "wait", "run", "wait"]


def test_the_tape_computes_the_gradients_that_backward_does(rng):
    pytest.importorskip("autograd")
    from lstmlib.bench.tape import taped_lstm

    layer = LSTM(3, 4, rng=rng)
    x, dy = rng.standard_normal((5, 2, 3)), rng.standard_normal((5, 2, 4))
    _, _, cache = layer.forward(x)
    dx, _, grads = layer.backward(cache, dy)
    taped, taped_x = taped_lstm(layer.params, x, dy)()
    np.testing.assert_allclose(taped_x, dx, rtol=1e-10, atol=1e-13)
    for name in grads:
        np.testing.assert_allclose(taped[name], grads[name], rtol=1e-10, atol=1e-13)


def test_a_run_is_forward_and_backward():
    torch = pytest.importorskip("torch")
    dx, _, grads = numpy_run(LSTM(3, 4), (5, 2, 3, 4), "float64")()
    assert dx.shape == (5, 2, 3)
    assert grads["weight_hh_l0"].shape == (16, 4)
    layer = torch.nn.LSTM(3, 4)
    torch_run(layer, (5, 2, 3, 4))()
    assert layer.weight_hh_l0.grad.abs().max() > 0


def test_the_stored_table_is_complete_and_says_where_it_was_measured(capsys):
    stored = json.loads(RESULTS.read_text())
    assert {"processor", "numpy", "torch", "autograd", "threads", "environment"} <= stored["machine"].keys()
    rows = [timing.Row(**{key: value for key, value in item.items() if key != "met"}) for item in stored["rows"]]
    assert [row.met for row in rows] == [item["met"] for item in stored["rows"]]
    assert all(row.ratio > 0.0 and row.low <= row.ratio <= row.high for row in rows)
    sections = {row.section for row in rows}
    assert len(sections) >= 6
    shown = {
        (row.shape["T"], row.shape["N"], row.shape["D"], row.shape["H"])
        for row in rows
        if "beside torch on" in row.section
    }
    assert shown == {(100, 64, 128, 256), (100, 32, 32, 128), (100, 1, 8, 16)}
    show(rows)
    printed = capsys.readouterr().out
    assert all(section in printed for section in sections)
    assert printed.count("met") + printed.count("MET") == sum(row.met is not None for row in rows)


def test_it_wants_to_be_the_first_to_import_numpy():
    program = "import numpy; from lstmlib.bench.__main__ import main; main([])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, cwd=Path.cwd())
    assert done.returncode == 1
    assert "NumPy is already imported" in done.stderr
