"""The LSTM in one file is the library's: what it computes, every gradient, a step of Adam; and it learns to write."""

import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from lstmlib.numpy import LSTM, Adam, Linear, clip_grad_norm, cross_entropy

FILE = Path(__file__).parents[1] / "book" / "one-file.py"
D, H, T, N = 7, 5, 6, 3


@pytest.fixture(scope="module")
def one():
    """Return the names that the file defines."""
    return runpy.run_path(str(FILE), run_name="one_file")


@pytest.fixture
def case(one, rng):
    """Return a net away from its start, characters, the next ones, and a state to start from."""
    p = {name: value + 0.3 * rng.normal(size=value.shape) for name, value in one["draw"](D, H, rng).items()}
    x, target = rng.integers(D, size=(2, T, N))
    x[1] = x[0, 0]  # one character in all strands at once: its column gets three errors
    return p, x, target, rng.normal(size=(N, H)), rng.normal(size=(N, H))


def whole(one, p, x, target, h, c):
    scores, state, cache = one["forward"](p, x, h, c)
    loss, dscores = one["cross_entropy"](scores, target)
    return scores, state, loss, dscores, one["backward"](p, cache, dscores)


def test_it_is_the_library_forward_and_backward(one, case):
    p, x, target, h, c = case
    scores, state, loss, dscores, d = whole(one, *case)
    layer, readout = LSTM(D, H), Linear(H, D)
    layer.params["weight_ih_l0"][:], layer.params["weight_hh_l0"][:] = p["weight_ih"], p["weight_hh"]
    layer.params["bias_ih_l0"][:], layer.params["bias_hh_l0"][:] = p["bias"], 0.0
    readout.params["weight"][:], readout.params["bias"][:] = p["weight_out"], p["bias_out"]
    y, (h_n, c_n), cache = layer.forward(np.eye(D)[x], (h, c))
    z, _, readout_cache = readout.forward(y)
    expected_loss, dz = cross_entropy(z, target)
    dy, _, of_readout = readout.backward(readout_cache, dz)
    _, _, of_layer = layer.backward(cache, dy)
    pairs = [(scores, z), (state[0], h_n), (state[1], c_n), (loss, expected_loss), (dscores, dz)]
    pairs += [(d["weight_ih"], of_layer["weight_ih_l0"]), (d["weight_hh"], of_layer["weight_hh_l0"])]
    pairs += [(d["bias"], of_layer["bias_ih_l0"])]
    pairs += [(d["weight_out"], of_readout["weight"]), (d["bias_out"], of_readout["bias"])]
    for ours, theirs in pairs:
        assert np.abs(theirs).max() > 1e-3
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)


def test_every_gradient_is_that_of_finite_differences(one, case):
    p, *rest = case
    d = whole(one, *case)[-1]
    for name, value in p.items():
        for at in np.ndindex(value.shape):
            here, sides = value[at], []
            for value[at] in (here + 1e-5, here - 1e-5):
                sides.append(whole(one, p, *rest)[2])
            value[at] = here
            assert d[name][at] == pytest.approx((sides[0] - sides[1]) / 2e-5, abs=1e-8), (name, at)


def test_clipping_and_steps_of_adam_are_the_library_s(one, rng):
    p = one["draw"](D, H, rng)
    theirs = {name: value.copy() for name, value in p.items()}
    moments = {name: (np.zeros_like(value), np.zeros_like(value)) for name, value in p.items()}
    adam = Adam(theirs, one["RATE"])
    for k in range(1, 6):
        d = {name: 0.1 * k**2 * rng.normal(size=value.shape) for name, value in p.items()}
        copies = {name: value.copy() for name, value in d.items()}
        norm = clip_grad_norm(copies, one["CLIP"])
        one["clip"](d)
        assert (norm > one["CLIP"]) == (k > 1)
        one["adam"](p, d, moments, k)
        adam.step(copies)
        for name in p:
            np.testing.assert_allclose(d[name], copies[name], rtol=1e-14)
            np.testing.assert_allclose(p[name], theirs[name], rtol=0, atol=1e-15)


def test_it_learns_and_writes_the_same_each_time(one, capsys):
    text = "a cell remembers. " * 12
    p, losses = one["learn"](text, steps=120, show=40)
    said = capsys.readouterr().out
    assert losses[0] == pytest.approx(np.log(len(set(text))), abs=0.2)
    assert np.mean(losses[-10:]) < 0.1 * losses[0]
    assert "--- step 40" in said
    assert "cell remembers. a cell remembers." in said.split("--- after 120 steps")[1]
    again, _ = one["learn"](text, steps=120, show=40)
    for name, value in p.items():
        np.testing.assert_array_equal(value, again[name])


def test_it_stops_when_told_to_and_still_writes(one, capsys, monkeypatch):
    def stop(*given):
        raise KeyboardInterrupt

    monkeypatch.setitem(one["learn"].__globals__, "adam", stop)
    _, losses = one["learn"]("to be or not to be ")
    assert losses == []
    assert "--- after 0 steps\nt" in capsys.readouterr().out


def test_the_text_that_it_brings_along(one):
    assert one["zen"]().startswith("The Zen of Python, by Tim Peters")


def test_it_is_short_needs_numpy_alone_and_refuses_too_little(tmp_path):
    source = FILE.read_text()
    assert len(source.splitlines()) <= 150
    (tmp_path / "short.txt").write_text("12345678")
    program = (
        "import runpy, sys; sys.modules['lstmlib'] = sys.modules['torch'] = None;"
        f"sys.argv = ['', 'short.txt']; runpy.run_path({str(FILE)!r}, run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True)
    assert done.stderr == "the text has 8 characters, expected more than 8\n"
