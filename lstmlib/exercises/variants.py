"""The checks of the chapter on variants."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lstmlib.exercises.report import attempt, compare, compare_number, right
from lstmlib.numpy import LSTM, CoupledLSTM, PeepholeLSTM
from lstmlib.numpy.checks import Array
from lstmlib.numpy.rnn import sigmoid

SIZES = ((3, 5), (64, 128), (1, 1))  # D and H


def _counts(count: Callable[[int, int], float]) -> Array:
    return np.array([count(D, H) for D, H in SIZES], float)


def check_parameters(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(D, H)`` is how many parameters a coupled cell with peepholes has, one bias a unit.

    Args:
        answer: takes the width of the input D and the number of cells H; returns a number.
    """
    given = []
    for D, H in SIZES:
        given.append(attempt(answer, D, H))
        if given[-1] is None:
            return
    expected = _counts(lambda D, H: CoupledLSTM(D, H).num_parameters + 2 * H)
    mistakes = {
        "that is the coupled cell without peepholes": _counts(lambda D, H: 3 * H * (H + D + 1)),
        "the input gate has no weights of its own left, so it has no peephole either": expected
        + _counts(lambda D, H: H),
        "that is the peephole cell with all its gates; coupled, the input gate's rows are gone": _counts(
            lambda D, H: PeepholeLSTM(D, H).num_parameters
        ),
        "the biases are missing: one a unit, for f, g and o": expected - _counts(lambda D, H: 3 * H),
        "one bias a unit, as papers count; torch.nn keeps two that are only ever added": expected
        + _counts(lambda D, H: 3 * H),
        "a peephole is one weight a cell and gate, not a matrix: each gate sees its own cell alone": expected
        + _counts(lambda D, H: 2 * H * H - 2 * H),
    }
    if compare("the number of parameters", given, expected, mistakes):
        right("three blocks of H rows, and two peepholes a cell")


def _step(x: Array, h: Array, c: Array, p: dict[str, Array], *, seen: str = "old old new", bare: bool = False) -> Array:
    """Return (h, c) after a step in which i, f and o see the old or the new c, in this order.

    A gate i that sees the new c can't come before it: it then sees what c would be with the peepholes of i and f shut.
    """
    i: Array
    f: Array
    o: Array
    i, f, net_g, o = np.split(p["W"] @ x + p["U"] @ h + p["b"], 4)
    g = np.tanh(net_g)
    ahead = sigmoid(f) * c + sigmoid(i) * g
    which = {"old": c, "new": ahead}
    see_i, see_f, see_o = seen.split()
    i = sigmoid(i + p["w_i"] * which[see_i])
    f = sigmoid(f + p["w_f"] * which[see_f])
    new = f * c + i * g
    o = sigmoid(o + p["w_o"] * (new if see_o == "new" else c))
    return np.stack([o * (new if bare else np.tanh(new)), new])


def check_peephole(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(x, h, c, p)`` is one step of an LSTM with peepholes.

    Args:
        answer: takes x (D,), h and c of the step before (H,), and p, a dict with W (4H, D), U (4H, H) and b (4H,) in
            the order i, f, g, o, and the peepholes w_i, w_f, w_o, each (H,); returns (h, c) after the step.
    """
    rng = np.random.default_rng(0)
    D, H = 3, 4
    layer = PeepholeLSTM(D, H, rng=rng)
    layer.params["weight_ch_l0"][:] = rng.uniform(1.0, 2.0, 3 * H)
    x, h, c = rng.standard_normal(D), rng.uniform(-1, 1, H), rng.standard_normal(H)
    q = layer.params
    p = {"W": q["weight_ih_l0"], "U": q["weight_hh_l0"], "b": q["bias_ih_l0"] + q["bias_hh_l0"]}
    p |= dict(zip(("w_i", "w_f", "w_o"), np.split(q["weight_ch_l0"], 3), strict=True))
    given = attempt(answer, x, h, c, {name: value.copy() for name, value in p.items()})
    if given is None:
        return
    _, (new_h, new_c), _ = layer.forward(x[None, None], (h[None], c[None]))
    expected = np.stack([new_h[0], new_c[0]])
    plain = LSTM(D, H)
    for name in plain.params:
        plain.params[name][:] = q[name]
    without = np.stack([part[0] for part in plain.forward(x[None, None], (h[None], c[None]))[1]])
    mistakes = {
        "the output gate sees the new content c(t), which is there when it opens": _step(
            x, h, c, p, seen="old old old"
        ),
        "no gate sees the cell yet: that is an LSTM without peepholes": without,
        "first h, then c, please": expected[::-1],
        "what is shown goes through tanh: h = o * tanh(c)": _step(x, h, c, p, bare=True),
        "the input gate and the forget gate see the old content c(t-1): the new one isn't made yet": _step(
            x, h, c, p, seen="new new new"
        ),
    }
    if compare("h and c", given, expected, mistakes):
        right("the same as PeepholeLSTM's")


def equal_width(D: int, H: int) -> int:
    """Return the number of coupled cells whose parameters come closest to those of an LSTM of H cells; D inputs."""
    wanted = LSTM(D, H).num_parameters
    return min(range(1, 4 * H), key=lambda width: abs(3 * width * (width + D + 1) - wanted))


def check_width(answer: Any) -> None:
    """Say whether ``answer`` is how many coupled cells have as many parameters as 64 LSTM cells, both with 32 inputs.

    Args:
        answer: an integer.
    """
    mistakes = {
        "with as many cells the coupled layer has a quarter fewer parameters, and the comparison is not even": 64,
        "parameters grow with H (H + D + 1), not with H: a third more cells are too many": 85,
        "the weights of the input don't grow as the square: 64 times the root of 4/3 leaves out that D stays 32": 74,
    }
    if compare_number("H", answer, equal_width(32, 64), mistakes):
        right(f"{CoupledLSTM(32, equal_width(32, 64)).num_parameters} beside {LSTM(32, 64).num_parameters} parameters")
