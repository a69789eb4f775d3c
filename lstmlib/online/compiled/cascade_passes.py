"""Passes over a training set that train outputs or candidates: ``lstmlib.online.cascade``, in loops.

Side by side stand the eight candidates of one net, or its outputs, of which there are eight at most.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmlib.online.compiled.jit import entry, inlined, larger, part, smaller
from lstmlib.online.compiled.lanes import LANES, Floats, Integers, fused, load, logistic, store


class Rule(NamedTuple):
    """``cascade.Quickprop``, and when a phase is over, as the compiled code takes them."""

    epsilon: float
    mu: float
    decay: float
    change: float
    patience: int
    wait: bool


class Strings(NamedTuple):
    """Sequences of symbols, one after another, and what they do to the net: K steps in all."""

    symbols: Integers  # (K,)
    classes: Integers  # (K,), the symbol that comes next
    first: NDArray[np.bool_]  # (K,), whether a sequence begins
    hidden: Floats  # (H, K), what the hidden units do
    allowed: NDArray[np.bool_]  # (K, O), which outputs may be the most active; (0, O) where nobody asks


@part
def _quickprop(weights: Floats, slopes: Floats, steps: Floats, before: Floats, rule: Any, scale: float) -> None:
    """Take ``cascade.Quickprop.step`` with all weights."""
    limit = rule.mu / (1.0 + rule.mu)
    for row in range(weights.shape[0]):
        for lane in range(LANES):
            slope = slopes[row, lane] + rule.decay * weights[row, lane]
            step, earlier, found = steps[row, lane], before[row, lane], 0.0
            if step * slope <= 0.0:
                found = -rule.epsilon / scale * slope
            if step != 0.0:
                far = slope >= limit * earlier if step < 0.0 else slope <= limit * earlier
                found += rule.mu * step if far else step * (slope / (earlier - slope))
            steps[row, lane] = found
            before[row, lane] = slope
            weights[row, lane] += found


@inlined
def _outputs_at(strings: Any, V: Floats, i: int) -> Any:
    """Return the outputs at one step."""
    H = strings.hidden.shape[0]
    D = V.shape[0] - 1 - H
    total = load(V, D) + load(V, strings.symbols[i])
    for u in range(H):
        total = fused(load(V, D + 1 + u), strings.hidden[u, i], total)
    return logistic(total)


@part
def _note(rule: Any, value: float, last: float, since: int, waiting: bool) -> tuple[float, int, bool]:
    """Take note of what came of one more pass, as ``cascade.Patience``; return the last new value, and what follows.

    Returns:
        the last value that was new, how many passes ago, and whether none has been new yet where that is waited for.
    """
    if np.isnan(last):
        return value, 0, waiting
    if abs(value - last) > rule.change * last:
        return value, 0, False
    return last, since + 1, waiting


@part
def _all_right(strings: Any, V: Floats, y: Floats) -> bool:
    """Return whether at every step the outputs that are allowed are the most active."""
    for i in range(strings.symbols.shape[0]):
        store(y, 0, _outputs_at(strings, V, i))
        lowest, highest = np.inf, -np.inf
        for k in range(strings.allowed.shape[1]):
            if strings.allowed[i, k]:
                lowest = smaller(lowest, y[0, k])
            else:
                highest = larger(highest, y[0, k])
        if not lowest > highest:  # also where one is NaN
            return False
    return True


@entry
def train_outputs(
    strings: Any, judged: Any, V: Floats, e: Floats, exists: Floats, room: Any, rule: Any, offset: float, most: int
) -> tuple[int, float, bool]:
    """Train the outputs until their error stagnates or all is right.

    Args:
        strings: the training set.
        judged: sequences that end the phase as soon as all are right; none to go on to stagnation.
        V: weights from inputs, bias and hidden units to the outputs (D + 1 + H, 8).
        e: filled in, the errors times the slopes (K, 8).
        exists: 1 for an output that exists, else 0 (1, 8).
        room: slopes to work in (D + 1 + H, 8); the last steps and the slopes where they began, with which a phase goes
            on (the same); outputs to work in (1, 8).
        rule: of quickprop, and of the phase's end.
        offset: of the slope of an output.
        most: passes over the training set.

    Returns:
        how many passes there were, the error in the last, and whether all is right.
    """
    slopes, steps, before, y = room
    K, H = strings.symbols.shape[0], strings.hidden.shape[0]
    D = V.shape[0] - 1 - H
    last, since, waiting = np.nan, 0, rule.wait
    error = np.inf
    for n in range(1, most + 1):
        slopes[:] = 0.0
        squares = 0.0 * load(y, 0)
        for i in range(K):
            out = _outputs_at(strings, V, i)
            store(e, i, out)
            e[i, strings.classes[i]] -= 1.0
            difference = load(e, i) * load(exists, 0)
            squares = fused(difference, difference, squares)
            wrong = difference * (out * (1.0 - out) + offset)
            store(e, i, wrong)
            symbol = strings.symbols[i]
            store(slopes, symbol, load(slopes, symbol) + wrong)
            store(slopes, D, load(slopes, D) + wrong)
            for u in range(H):
                store(slopes, D + 1 + u, fused(wrong, strings.hidden[u, i], load(slopes, D + 1 + u)))
        store(y, 0, squares)
        error = y[0].sum()
        if judged.symbols.shape[0] > 0 and _all_right(judged, V, y):
            return n, error, True
        last, since, waiting = _note(rule, error, last, since, waiting)
        if (since >= rule.patience and not waiting) or n == most:
            return n, error, False
        _quickprop(V, slopes, steps, before, rule, float(K))
    return 0, error, False


@part
def _score(strings: Any, W: Floats, e: Floats, middle: Floats, size: float, symmetric: bool, room: Any) -> None:
    """Compute the covariances of eight candidates with the errors, and how these depend on every weight.

    Both are in ``room``: covariances (O, 8), their slopes (O S, 8).
    """
    covariances, towards, _, _, _, values, carried = room
    S, K, H, O = W.shape[0], strings.symbols.shape[0], strings.hidden.shape[0], middle.shape[0]  # noqa: E741
    D = S - H - 2
    covariances[:] = 0.0
    towards[:] = 0.0
    for i in range(K):
        if strings.first[i]:
            values[:] = 0.0
            carried[:] = 0.0
        symbol, before = strings.symbols[i], load(values, 0)
        total = load(W, D) + load(W, symbol)
        for u in range(H):
            total = fused(load(W, D + 1 + u), strings.hidden[u, i], total)
        own = load(W, S - 1)
        f = logistic(fused(own, before, total))
        slope = f * (1.0 - f)
        through = slope * own
        for s in range(S):
            store(carried, s, through * load(carried, s))
        store(carried, symbol, load(carried, symbol) + slope)
        store(carried, D, load(carried, D) + slope)
        for u in range(H):
            store(carried, D + 1 + u, fused(slope, strings.hidden[u, i], load(carried, D + 1 + u)))
        store(carried, S - 1, fused(slope, before, load(carried, S - 1)))
        value = f - 0.5 if symmetric else f
        store(values, 0, value)
        for k in range(O):
            wrong = e[i, k] - middle[k]
            store(covariances, k, fused(value, wrong, load(covariances, k)))
            for s in range(S):
                store(towards, k * S + s, fused(load(carried, s), wrong, load(towards, k * S + s)))
    for k in range(O):
        for lane in range(LANES):
            covariances[k, lane] /= size
            for s in range(S):
                towards[k * S + s, lane] /= size


@entry
def train_candidates(
    strings: Any,
    W: Floats,
    e: Floats,
    O: int,  # noqa: E741
    symmetric: bool,
    room: Any,
    rule: Any,
    most: int,
) -> tuple[int, float, int]:
    """Train eight candidates until the score of the best stagnates.

    Args:
        strings: the training set.
        W: weights from inputs, bias, hidden units and the candidate itself (S, 8).
        e: the errors that are left (K, 8).
        O: outputs.
        symmetric: see ``cascade.CascadeNet``.
        room: to work in: covariances (O, 8), their slopes (O S, 8), slopes, steps and slopes before (S, 8), values
            (1, 8), what the candidates carry along (S, 8).
        rule: of quickprop, and of the phase's end.
        most: passes over the training set.

    Returns:
        how many passes there were, the best score, and which candidate's it is.
    """
    covariances, towards, slopes, steps, before, _, _ = room
    K, S = strings.symbols.shape[0], W.shape[0]
    middle, size = np.zeros(O), 0.0
    for k in range(O):
        middle[k] = e[:, k].mean()
        size += (e[:, k] * e[:, k]).sum()
    steps[:] = 0.0
    before[:] = 0.0
    last, since, waiting = np.nan, 0, rule.wait
    score, best = 0.0, 0
    for n in range(1, most + 1):
        _score(strings, W, e, middle, size, symmetric, room)
        slopes[:] = 0.0
        score, best = -np.inf, 0
        for lane in range(LANES):
            found = 0.0
            for k in range(O):
                found += abs(covariances[k, lane])
                for s in range(S):
                    slopes[s, lane] -= np.sign(covariances[k, lane]) * towards[k * S + s, lane]
            if found > score:
                score, best = found, lane
        last, since, waiting = _note(rule, score, last, since, waiting)
        if (since >= rule.patience and not waiting) or n == most:
            return n, score, best
        _quickprop(W, slopes, steps, before, rule, float(K * S))
    return 0, score, best


@entry
def unit_values(strings: Any, W: Floats, lane: int, symmetric: bool, found: Floats, values: Floats) -> None:
    """Write what one of eight units does at every step into ``found`` (K,); ``values`` (1, 8) is to work in."""
    S, H = W.shape[0], strings.hidden.shape[0]
    D = S - H - 2
    for i in range(strings.symbols.shape[0]):
        if strings.first[i]:
            values[:] = 0.0
        total = load(W, D) + load(W, strings.symbols[i])
        for u in range(H):
            total = fused(load(W, D + 1 + u), strings.hidden[u, i], total)
        f = logistic(fused(load(W, S - 1), load(values, 0), total))
        store(values, 0, f - 0.5 if symmetric else f)
        found[i] = values[0, lane]
