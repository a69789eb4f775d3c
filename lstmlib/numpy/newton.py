"""Newton's method for a recurrence that isn't linear: all its states at once, by scans of its linearisation."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from lstmlib.numpy.checks import FLOATS, Array, check_array, check_plain, check_positive, check_size, named
from lstmlib.numpy.lstm import LSTM, SCALE, SHIFT, squash
from lstmlib.numpy.recurrent import by_gate
from lstmlib.numpy.scan import Round, sweeps
from lstmlib.numpy.squashing import slopes

Step = Callable[[Array], tuple[Array, Array]]


class Newton(NamedTuple):
    """What ``newton_scan`` found."""

    states: Array  # (T, n)
    iterations: int
    converged: bool


def matrix_scan(J: Array, b: Array, s0: Array, plan: Callable[[int], list[Round]] = sweeps) -> Array:
    """Return all states of s(t) = J(t) s(t-1) + b(t), where J(t) is a full matrix.

    Pairs (J, b) combine as in ``scan``, with a product of matrices: n^3 + n^2 multiplications a combination.

    Args:
        J: the factors (T, n, n).
        b: what comes in (T, n).
        s0: the state before the first step (n,).
        plan: which cells are combined in which round, as in ``scan``.

    Returns:
        s (T, n).

    Raises:
        TypeError: not arrays of floats.
        ValueError: the shapes don't fit.
    """
    J, b, s0 = (check_plain(name, value, "a float array") for name, value in (("J", J), ("b", b), ("s0", s0)))
    if not all(part.dtype in FLOATS for part in (J, b, s0)):
        raise TypeError(f"J, b and s0 have dtypes {J.dtype}, {b.dtype} and {s0.dtype}, expected float32 or float64")
    if b.ndim != 2 or J.shape != (*b.shape, b.shape[-1]) or s0.shape != b.shape[1:]:
        raise ValueError(
            f"J, b and s0 have shapes {J.shape}, {b.shape} and {s0.shape}, expected (T, n, n), (T, n), (n,)"
        )
    J, b = J.copy(), b.copy()
    b[0] += J[0] @ s0
    for to, earlier in plan(len(b)):
        b[to] += (J[to] @ b[earlier, :, None])[..., 0]
        J[to] = J[to] @ J[earlier]
    return b


def newton_scan(step: Step, s0: Array, length: int, tolerance: float = 1e-10, limit: int | None = None) -> Newton:
    """Return all states of s(t) = step(s(t-1)) without waiting for any of them.

    From a guess of all states, 0 at first, each step is replaced by its tangent at the guess,
    s(t) = f(t) + J(t) (s(t-1) - guess(t-1)). That is a linear recurrence; a scan solves it, and its states are the
    next guess. In exact arithmetic the first k states are right after k iterations, so T of them always suffice.

    Source: Lim et al. (2024), "Parallelizing non-linear sequential models over the sequence length" (DEER).

    Args:
        step: takes the states before all steps (T, n); returns those after them (T, n) and the Jacobians (T, n, n),
            entry [t, j, k] the derivative of the new state j for the old state k.
        s0: the state before the first step (n,).
        length: T.
        tolerance: stop when no state moves by more than this, relative to 1 or to the state, whichever is larger.
        limit: of iterations, T + 1 if ``None``.

    Returns:
        The states (T, n), how many iterations were made, and whether the last one moved no state. Products of
        Jacobians may overflow on the way; then the states aren't finite, and it hasn't converged.

    Raises:
        TypeError, ValueError: a state that is no array (n,) of floats; ``length``, ``tolerance`` or ``limit`` is not
            positive.
    """
    s0, length = check_array("s0", s0, ("n",)), check_size("length", length)
    tolerance = check_positive("tolerance", tolerance)
    limit = None if limit is None else check_size("limit", limit)
    guess: Array = np.zeros((length, len(s0)))
    made = 0
    for made in range(1, (length + 1 if limit is None else limit) + 1):
        before = np.concatenate([s0[None], guess[:-1]])
        after, J = step(before)
        with np.errstate(over="ignore", invalid="ignore"):
            found = matrix_scan(J, after - (J @ before[:, :, None])[..., 0], s0)
            moved = np.abs(found - guess) / np.maximum(1.0, np.abs(found))
        guess = found
        if not np.isfinite(guess).all():
            break
        if moved.max() <= tolerance:
            return Newton(guess, made, converged=True)
    return Newton(guess, made, converged=False)


def lstm_step(layer: LSTM, x: Array) -> Step:
    """Return the step of an LSTM that reads ``x``, with its Jacobian; the state is h and then c, n = 2H.

    Args:
        layer: of one layer.
        x: one sequence (T, D).

    Raises:
        TypeError: a layer of another kind, or an ``x`` of another dtype than its.
        ValueError: more than one layer, or an ``x`` that isn't (T, D).
    """
    if type(layer) is not LSTM:
        raise TypeError(f"layer is {named(layer)}, expected an LSTM of lstmlib.numpy")
    if layer.num_layers != 1:
        raise ValueError(f"layer has {layer.num_layers} layers, expected 1")
    x = check_array("x", x, ("T", layer.input_size), dtype=layer.dtype)
    H = layer.hidden_size
    W_ih, W_hh, b_ih, b_hh = by_gate({name[:-3]: value for name, value in layer.params.items()}, 4)
    given = x @ W_ih + b_ih + b_hh  # (4, T, H)
    U = W_hh.swapaxes(1, 2)  # (4, H, H): from h to each gate

    def step(before: Array) -> tuple[Array, Array]:
        h, c_old = before[:, :H], before[:, H:]
        gates = given + h @ W_hh
        squash(gates, SCALE, SHIFT, layer.clip)
        i, f, g, o = gates
        slope_i, slope_f, slope_g, slope_o = slopes(gates, 2, layer.clip)
        c = f * c_old + i * g
        tanh_c = np.tanh(c)
        J = np.zeros((len(x), 2 * H, 2 * H))
        to_c = np.stack([g * slope_i, c_old * slope_f, i * slope_g], axis=1)  # (T, 3, H)
        dc_dh = np.einsum("tgj,gjk->tjk", to_c, U[:3])
        leave = o * (1.0 - tanh_c**2)
        J[:, H:, :H] = dc_dh
        J[:, :H, :H] = leave[:, :, None] * dc_dh + (tanh_c * slope_o)[:, :, None] * U[3]
        unit = np.arange(H)
        J[:, H + unit, H + unit] = f
        J[:, unit, H + unit] = leave * f
        return np.concatenate([o * tanh_c, c], axis=1), J

    return step
