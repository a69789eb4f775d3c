"""The checks of the chapter on the forget gate."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lstmlib.exercises.report import attempt, compare, compare_number, pair, right
from lstmlib.numpy import LSTM
from lstmlib.numpy.checks import Array
from lstmlib.numpy.rnn import sigmoid

HALF = 100  # steps, in the exercise on the bias


def bias_for(half_life: float) -> float:
    """Return the forget bias b at which sigmoid(b) ** half_life is one half.

    Args:
        half_life: in steps, positive.
    """
    f = 0.5 ** (1.0 / half_life)
    return float(np.log(f / (1.0 - f)))


def check_bias(answer: Any) -> None:
    """Say whether ``answer`` is the forget bias that gives a half-life of 100 steps.

    Args:
        answer: a number.
    """
    f = 0.5 ** (1.0 / HALF)
    mistakes = {
        "that is the gate's value f; the bias is where the logistic function takes it": f,
        "that is f = 0.99; after 100 steps it leaves 37 percent, not half": np.log(0.99 / 0.01),
        "that is the bias with the wrong sign: it would shut the gate": -bias_for(HALF),
        "undo the logistic function, not the exponential: b = ln(f / (1 - f))": np.log(f),
        "that gives a half-life of one step: f = 1/2": 0.0,
        "that is a time constant of 100, after which a share of 1/e is left": np.log(
            np.exp(-1 / HALF) / (1 - np.exp(-1 / HALF))
        ),
    }
    if compare_number("the bias", answer, bias_for(HALF), mistakes):
        right(f"sigmoid(b) to the power of {HALF} is one half")


def check_left(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(f)`` is what is left at every step of what was written at every step.

    Args:
        answer: takes the forget gate of one cell, f (T,); returns (T, T), row t, column k: the share of what was
            written at step k that is still in the content after step t; 0 for k after t. Both count from 0.
    """
    f = np.random.default_rng(0).uniform(0.2, 0.95, 6)
    given = attempt(answer, f)
    if given is None:
        return
    left = _left(f)
    shifted = np.array([[f[k : t + 1].prod() if k <= t else 0.0 for k in range(6)] for t in range(6)])
    mistakes = {
        "the gate of step k itself doesn't touch what is written at step k: the product starts at k + 1": shifted,
        "rows are the steps t at which you look, columns the steps k of writing: yours is turned over": left.T,
        "what is written later than t can't be there yet: 0 above the diagonal": np.where(
            left > 0, left, np.array([[f[t + 1 : k + 1].prod() for k in range(6)] for t in range(6)])
        ),
        "a sum of gates is no share: each step multiplies": np.array(
            [[f[k + 1 : t + 1].sum() if k <= t else 0.0 for k in range(6)] for t in range(6)]
        ),
        "the gates differ from step to step: a power of one of them is right for a constant f only": np.array(
            [[f[t] ** (t - k) if k <= t else 0.0 for k in range(6)] for t in range(6)]
        ),
        "only the last row is there; please give one for every step t": left[-1],
    }
    if compare("what is left", given, left, mistakes):
        c, x = np.zeros(6), np.random.default_rng(1).standard_normal(6)
        content = 0.0
        for t in range(6):
            content = f[t] * content + x[t]
            c[t] = content
        if not np.allclose(left @ x, c, rtol=1e-12):
            raise AssertionError("the matrix times what is written isn't the content")
        right("times what is written, your matrix gives the contents of all steps at once")


def _left(f: Array) -> Array:
    T = len(f)
    return np.array([[f[k + 1 : t + 1].prod() if k <= t else 0.0 for k in range(T)] for t in range(T)])


def check_step(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(x, h, c, W_ih, W_hh, b)`` is one step of an LSTM.

    Args:
        answer: takes x (D,), h and c of the step before (H,), W_ih (4H, D), W_hh (4H, H) and b (4H,), rows in the order
            i, f, g, o; returns the new h and c.
    """
    D, H, rng = 3, 2, np.random.default_rng(0)
    layer = LSTM(D, H, rng=rng)
    x, h, c = rng.standard_normal(D), rng.uniform(-1, 1, H), 2.0 * rng.standard_normal(H)
    p = layer.params
    b = p["bias_ih_l0"] + p["bias_hh_l0"]
    given = attempt(answer, x, h, c, p["weight_ih_l0"], p["weight_hh_l0"], b)
    if given is None:
        return
    two = pair(given, "return two arrays, the new h and the new c")
    if two is None:
        return
    _, (new_h, new_c), _ = layer.forward(x[None, None], (h[None], c[None]))
    net = p["weight_ih_l0"] @ x + p["weight_hh_l0"] @ h + b
    contents = {
        "that is the new h; return h first, then c": new_h[0],
        "c is right for the order i, f, o, g; here rows come in the order i, f, g, o": _step(net, c, "ifog")[1],
        "c is right for the order f, i, g, o; here rows come in the order i, f, g, o": _step(net, c, "figo")[1],
        "g goes through tanh, not through the logistic function": sigmoid(net[H : 2 * H]) * c
        + sigmoid(net[:H]) * sigmoid(net[2 * H : 3 * H]),
        "the forget gate multiplies the old content: f * c. A gate near 1 keeps": (1.0 - sigmoid(net[H : 2 * H])) * c
        + sigmoid(net[:H]) * np.tanh(net[2 * H : 3 * H]),
        "the forget gate is missing: that is the sum of 1997": c + sigmoid(net[:H]) * np.tanh(net[2 * H : 3 * H]),
        "the input gate is missing": sigmoid(net[H : 2 * H]) * c + np.tanh(net[2 * H : 3 * H]),
        "h of the step before is missing from the net inputs": _step(p["weight_ih_l0"] @ x + b, c, "ifgo")[1],
        "the bias is missing": _step(net - b, c, "ifgo")[1],
    }
    o = sigmoid(net[3 * H :])
    outputs = {
        "that is the new c; return h first, then c": new_c[0],
        "h shows the new content, not the old one": o * np.tanh(c),
        "the content is squashed before it is shown: o * tanh(c)": o * new_c[0],
        "the output gate is missing: o * tanh(c)": np.tanh(new_c[0]),
    }
    both = compare("the new c", two[1], new_c[0], contents), compare("the new h", two[0], new_h[0], outputs)
    if all(both):
        right("one step of lstmlib.numpy.LSTM, and of torch.nn.LSTMCell")


def _step(net: Array, c: Array, order: str) -> tuple[Array, Array]:
    """Return h and c after a step whose net inputs (4H,) come in that order of gates."""
    part = dict(zip(order, net.reshape(4, -1), strict=True))
    i, f, o = (sigmoid(part[name]) for name in "ifo")
    c = f * c + i * np.tanh(part["g"])
    return o * np.tanh(c), c


def check_count(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(D, H)`` counts the numbers in one layer: those of the equations, and those of torch.

    Args:
        answer: takes the sizes D and H; returns two counts: with one bias a unit, and with torch's two.
    """
    sizes = ((3, 5), (100, 64), (1, 1))
    given = []
    for D, H in sizes:
        given.append(attempt(answer, D, H))
        if given[-1] is None:
            return
    D, H = np.array(sizes).T
    layers = [LSTM(d, h) for d, h in sizes]
    expected = np.array([[layer.num_parameters, sum(p.size for p in layer.params.values())] for layer in layers])

    def pair(first: Array, second: Array) -> Array:
        return np.stack([first, second], -1)

    once = 4 * H * (H + D + 1)
    mistakes = {
        "both counts are the same: torch keeps a second bias, 4H numbers more": pair(once, once),
        "the biases are missing from the first count: one for each of 4H units": pair(4 * H * (H + D), once),
        "torch's second bias has an entry for each unit of each gate: 4H, not H": pair(once, once + H),
        "an input gate, a forget gate and an output gate are three; g is the fourth set of units": pair(
            3 * H * (H + D + 1), 3 * H * (H + D + 2)
        ),
        "that is an Elman net, or one gate: there are four": pair(H * (H + D + 1), H * (H + D + 2)),
        "the other way round, please: the equations first": expected[:, ::-1],
    }
    if compare("the counts for three sizes", np.array(given, dtype=object), expected, mistakes):
        right("4H(H + D + 1), and 4H more with torch's second bias")
