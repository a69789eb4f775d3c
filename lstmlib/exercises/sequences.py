"""The checks of the chapter on sequences."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lstmlib.exercises.report import attempt, compare, not_yet, number, pair, right
from lstmlib.numpy import RNN
from lstmlib.numpy.checks import Array


def check_step(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(x, h, weight_ih, weight_hh, bias)`` is a step of an Elman net with tanh.

    Args:
        answer: takes x (N, D), h (N, H), weight_ih (H, D), weight_hh (H, H), bias (H,); returns the next h (N, H).
    """
    rng = np.random.default_rng(0)
    x, h = rng.standard_normal((2, 3)), rng.uniform(-1.0, 1.0, (2, 4))
    weight_ih, weight_hh, bias = rng.standard_normal((4, 3)), rng.standard_normal((4, 4)), rng.standard_normal(4)
    given = attempt(answer, x, h, weight_ih, weight_hh, bias)
    if given is None:
        return
    inputs, state = x @ weight_ih.T, h @ weight_hh.T
    expected = np.tanh(inputs + state + bias)
    mistakes = {
        "the squashing function is missing: np.tanh(...) of the whole sum": inputs + state + bias,
        "the old state h doesn't enter: add h @ weight_hh.T": np.tanh(inputs + bias),
        "the input x doesn't enter: add x @ weight_ih.T": np.tanh(state + bias),
        "the bias is missing": np.tanh(inputs + state),
        "weight_hh stands the wrong way round: row k holds what unit k hears, so h @ weight_hh.T": np.tanh(
            inputs + h @ weight_hh + bias
        ),
        "squash the sum, not each part": np.tanh(inputs) + np.tanh(state) + np.tanh(bias),
        "squash everything once, the old state with it": np.tanh(inputs + bias) + state,
    }
    if compare("the new state", given, expected, mistakes):
        right("the same rule serves every step and every sequence: no T and no N in the weights")


def _bptt(
    dy: Array,
    h: Array,
    weight_hh: Array,
    *,
    transposed: bool = False,
    sign: float = 1.0,
    slope: Callable[[Array], Array] = lambda h: 1.0 - h * h,
    shift: int = 1,
    direct_only: bool = False,
    carried_only: bool = False,
) -> Array:
    """Return delta (T, H) for tanh; the keywords make the mistakes."""
    delta, carried = np.zeros_like(dy), np.zeros(dy.shape[1])
    for t in reversed(range(len(dy))):
        if carried_only:
            delta[t] = dy[t] + carried * slope(h[t + shift])
        else:
            delta[t] = (dy[t] + sign * carried) * slope(h[t + shift])
        carried = np.zeros_like(carried) if direct_only else delta[t] @ (weight_hh.T if transposed else weight_hh)
    return delta


def check_bptt(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(dy, h, weight_hh)`` sends the error of a tanh net back through time.

    Args:
        answer: takes dy (T, H), h (T + 1, H) with the initial state first, weight_hh (H, H); returns delta (T, H), the
            error at each step's net input, and the gradient for weight_hh (H, H).
    """
    rng = np.random.default_rng(1)
    layer, dy = RNN(2, 3, rng=rng), rng.standard_normal((5, 3))
    weight_hh = layer.params["weight_hh_l0"] = 1.5 * rng.standard_normal((3, 3))
    start = rng.uniform(-0.9, 0.9, (1, 3))
    y, _, cache = layer.forward(rng.standard_normal((5, 1, 2)), start)
    h = np.concatenate([start, y[:, 0]])
    given = attempt(answer, dy, h, weight_hh)
    if given is None:
        return
    two = pair(given, "expected two arrays: return delta, gradient")
    if two is None:
        return
    delta = _bptt(dy, h, weight_hh)
    mistakes = {
        "the slope f'(net) is missing: multiply by 1 - h**2": _bptt(dy, h, weight_hh, slope=np.ones_like),
        "the slope takes the state before the step; step t made h[t + 1], so 1 - h[t + 1]**2": _bptt(
            dy, h, weight_hh, shift=0
        ),
        "h is already tanh(net): the slope is 1 - h**2, not 1 - tanh(h)**2": _bptt(
            dy, h, weight_hh, slope=lambda h: 1.0 - np.tanh(h) ** 2
        ),
        "the error must go back against the arrows: W_hh transposed in the equation, delta @ weight_hh in code": _bptt(
            dy, h, weight_hh, transposed=True
        ),
        "the sign of the error from the next step is turned round": _bptt(dy, h, weight_hh, sign=-1.0),
        "each step has its own error only; add what comes back from the step after it": _bptt(
            dy, h, weight_hh, direct_only=True
        ),
        "the slope must multiply the whole error, dy[t] too": _bptt(dy, h, weight_hh, carried_only=True),
        "all signs are turned round: dy is the loss's gradient, to be passed on as it is": -delta,
    }
    if not compare("delta", two[0], delta, mistakes):
        return
    _, _, grads = layer.backward(cache, dy[:, None])
    mistakes = {
        "off by one step: delta[t] meets the state before it, h[:-1], not the one it made": delta.T @ h[1:],
        "transposed: the row is the unit that hears, the column the one it hears; delta.T @ h[:-1]": (
            grads["weight_hh_l0"].T
        ),
        "the copies' gradients are added up, not averaged": grads["weight_hh_l0"] / len(dy),
        "only the last step's copy counts; add up all of them": np.outer(delta[-1], h[-2]),
    }
    if compare("the gradient for weight_hh", two[1], grads["weight_hh_l0"], mistakes):
        right("it is what RNN.backward returns")


def crossover(hidden_size: int, input_size: int) -> int:
    """Return the least T at which backpropagation through time keeps more numbers than RTRL, for one sequence."""
    H, D = hidden_size, input_size
    S = H + D + 1
    carried = H + H * H * S + H * S  # RTRL's state, sensitivities and gradient
    return (carried - H) // (D + H) + 1  # T D + (T + 1) H is more than that


def check_crossover(answer: Any) -> None:
    """Say whether ``answer`` is the least T at which backpropagation through time keeps more than RTRL, H = 64, D = 26.

    Args:
        answer: a whole number.
    """
    H, D = 64, 26
    given = number(answer)
    if given is None:
        return
    if not given.is_integer():
        not_yet(f"{answer} is no whole number of steps: the least T that is enough is the next one up")
        return
    T, S = crossover(H, D), H + D + 1
    carried = H * H * S + H * S
    hints = {
        T - 1: "nearly: at this length it still keeps less; one step more, and it keeps more",
        carried // H + 1: "the cache holds x as well as h: D + H numbers a step",
        (H * H * H + H * S) // (D + H)
        + 1: "weight_hh is not all: a unit has H + D + 1 incoming weights, bias and inputs too",
        (H**3 + H * H) // (D + H)
        + 1: "weight_hh is not all: a unit has H + D + 1 incoming weights, bias and inputs too",
        (H * S) // (D + H) + 1: "each weight has H sensitivities, one for every unit of the state, not one",
        2 * H * S // (D + H) + 1: "each weight has H sensitivities, one for every unit of the state, not one",
        (H * H * S) // (D + H) + 1: "nearly: RTRL carries the gradient itself too, H (H + D + 1) numbers",
    }
    if given == T:
        right(f"from {T} steps on")
    elif int(given) in hints:
        not_yet(hints[int(given)])
    else:
        kept = int(given) * D + (int(given) + 1) * H
        not_yet(
            f"at {int(given)} steps the cache holds {kept:,} numbers; count RTRL's: state H, sensitivities, gradient"
        )
