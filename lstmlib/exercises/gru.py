"""The checks of the chapter on the gated recurrent unit."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lstmlib.exercises.report import attempt, compare, not_yet, right
from lstmlib.numpy import GRU
from lstmlib.numpy.checks import Array
from lstmlib.numpy.rnn import sigmoid

D, H = 3, 4


def _step(x: Array, h: Array, p: dict[str, Array], *, kind: str = "") -> Array:
    """Return one step of a GRU (H,), its reset gate after the product, with one mistake."""
    size = len(h)
    from_x = p["weight_ih_l0"] @ x + p["bias_ih_l0"]
    weights, bias = p["weight_hh_l0"], p["bias_hh_l0"]
    from_h = weights @ h + bias
    r, z = sigmoid(from_x[: 2 * size] + from_h[: 2 * size]).reshape(2, size)
    if kind == "other order":
        r, z = z, r
    W_hn, b_hn = weights[2 * size :], bias[2 * size :]
    recurrent = {
        "before": W_hn @ (r * h) + b_hn,
        "bias outside": r * (W_hn @ h) + b_hn,
        "no reset": W_hn @ h + b_hn,
    }.get(kind, r * (W_hn @ h + b_hn))
    n = from_x[2 * size :] + recurrent
    n = n if kind == "no tanh" else np.tanh(n)
    return {
        "z takes": z * n + (1.0 - z) * h,
        "sum": h + (1.0 - z) * n,
        "reset content": (1.0 - z) * n + z * r * h,
        "candidate": n,
    }.get(kind, (1.0 - z) * n + z * h)


def check_step(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(x, h, p)`` is one step of a GRU with the reset gate after the product.

    Args:
        answer: takes x (D,), h (H,) and p, a dict with a GRU's four arrays; returns the new h (H,).
    """
    rng = np.random.default_rng(0)
    layer = GRU(D, H, rng=rng)
    for value in layer.params.values():
        value *= 2.0
    x, h = rng.standard_normal(D), rng.uniform(-1.0, 1.0, H)
    p = {name: value.copy() for name, value in layer.params.items()}
    given = attempt(answer, x, h, p)
    if given is None:
        return
    expected = layer.forward(x[None, None], h[None])[1][0]
    mistakes = {
        "z keeps the old here: (1 - z) * n + z * h": _step(x, h, layer.params, kind="z takes"),
        "the rows of each array are for r, then z, then n": _step(x, h, layer.params, kind="other order"),
        "that resets the state before the product; here r multiplies W_hn h + b_hn": _step(
            x, h, layer.params, kind="before"
        ),
        "b_hn is inside: r * (W_hn h + b_hn)": _step(x, h, layer.params, kind="bias outside"),
        "the reset gate is missing": _step(x, h, layer.params, kind="no reset"),
        "the candidate goes through tanh": _step(x, h, layer.params, kind="no tanh"),
        "the old state counts as far as z lets it: z * h, not h": _step(x, h, layer.params, kind="sum"),
        "r belongs to the candidate alone; the old state is kept by z": _step(x, h, layer.params, kind="reset content"),
        "that is the candidate; the new state is a mean of it and of the old one": _step(
            x, h, layer.params, kind="candidate"
        ),
    }
    if compare("the new state", given, expected, mistakes):
        right("the same as GRU.forward's")


def _turned(params: dict[str, Array], rows: slice, names: tuple[str, ...]) -> Array:
    """Return all parameters in one row, some rows of some arrays with their sign turned."""
    turned = {name: value.copy() for name, value in params.items()}
    for name in names:
        turned[name][rows] *= -1.0
    return np.concatenate([value.ravel() for value in turned.values()])


def check_convert(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(params)`` turns weights of a GRU whose z takes the new into ones for a z that keeps the old.

    Args:
        answer: takes a dict of a GRU's four arrays, rows r, z, n; returns such a dict.
    """
    layer = GRU(D, H, rng=np.random.default_rng(1))
    given = attempt(answer, {name: value.copy() for name, value in layer.params.items()})
    if given is None:
        return
    if not isinstance(given, dict) or sorted(given) != sorted(layer.params):
        not_yet(f"expected a dict with the keys {', '.join(layer.params)}")
        return
    for name, value in layer.params.items():
        if np.shape(given[name]) != value.shape:
            not_yet(f"{name} has shape {np.shape(given[name])}, expected {value.shape}")
            return
    names = tuple(layer.params)
    weights = tuple(name for name in names if name.startswith("weight"))
    z = slice(H, 2 * H)
    mistakes = {
        "nothing has changed: the two conventions are two functions": _turned(layer.params, z, ()),
        "those are the reset gate's rows; z has the second block": _turned(layer.params, slice(0, H), names),
        "those are the candidate's rows; z has the second block": _turned(layer.params, slice(2 * H, None), names),
        "only z has to be turned round; r and n are the same in both": _turned(layer.params, slice(None), names),
        "the biases, too: 1 - z is the logistic function of minus the whole net input": _turned(
            layer.params, z, weights
        ),
        "both parts of the net input: weight_hh and bias_hh as well": _turned(
            layer.params, z, ("weight_ih_l0", "bias_ih_l0")
        ),
    }
    found = np.concatenate([np.asarray(given[name], float).ravel() for name in names])
    if compare("the parameters", found, _turned(layer.params, z, names), mistakes):
        right("a net moved from one convention to the other says the same")


def step_factor(z: Array, r: Array, n: Array, h: Array, u: Array, v_r: Array, v_z: Array) -> Array:
    """Return d h(t) / d h(t-1) of a GRU of one unit without biases in its candidate.

    Args:
        z: the update gate.
        r: the reset gate.
        n: the candidate, after tanh.
        h: the old state.
        u: the candidate's weight from the old state.
        v_r: the reset gate's.
        v_z: the update gate's.
    """
    inner = r + h * r * (1.0 - r) * v_r
    return z + (1.0 - z) * (1.0 - n**2) * u * inner + (h - n) * z * (1.0 - z) * v_z


def check_factor(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(z, r, n, h, u, v_r, v_z)`` is d h(t) / d h(t-1) of a GRU of one unit.

    Args:
        answer: takes seven arrays (8,), see ``step_factor``; returns (8,).
    """
    rng = np.random.default_rng(2)
    z, r = rng.uniform(0.1, 0.9, (2, 8))
    n, h = rng.uniform(-0.9, 0.9, (2, 8))
    u, v_r, v_z = rng.standard_normal((3, 8))
    given = attempt(answer, z, r, n, h, u, v_r, v_z)
    if given is None:
        return
    zero = np.zeros(8)
    slope, gate = (1.0 - z) * (1.0 - n**2) * u, (h - n) * z * (1.0 - z) * v_z
    mistakes = {
        "that is the kept part alone; h(t-1) acts through the candidate and the gates as well": z,
        "h(t-1) acts through both gates as well": step_factor(z, r, n, h, u, zero, zero),
        "h(t-1) acts through the update gate as well": step_factor(z, r, n, h, u, v_r, zero),
        "h(t-1) acts through the reset gate as well": step_factor(z, r, n, h, u, zero, v_z),
        "more z means more of the old and less of the new: (h - n), not (n - h)": z
        + slope * (r + h * r * (1.0 - r) * v_r)
        - gate,
        "z is missing: the old state is kept as far as z says": step_factor(z, r, n, h, u, v_r, v_z) - z,
        "the candidate's slope is missing: 1 - n ** 2": z + (1.0 - z) * u * (r + h * r * (1.0 - r) * v_r) + gate,
        "a gate's slope is missing: r * (1 - r)": z + slope * (r + h * v_r) + gate,
        "the update gate's slope is missing: z * (1 - z)": step_factor(z, r, n, h, u, v_r, zero) + (h - n) * v_z,
        "the candidate enters as far as 1 - z lets it": z + (1.0 - n**2) * u * (r + h * r * (1.0 - r) * v_r) + gate,
    }
    if compare("the factor", given, step_factor(z, r, n, h, u, v_r, v_z), mistakes):
        right("three ways back: kept, through the candidate, through the gates")
