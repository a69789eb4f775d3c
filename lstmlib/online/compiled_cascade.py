"""``lstmlib.online.cascade`` compiled, for sequences of symbols that ask at every step.

It needs Numba (``pip install 'lstmlib[paper]'``). Side by side stand the eight candidates of one net, and then its
outputs, of which there are eight at most. What hidden units do is looked up: they are frozen, so that over one
training set they do the same in every pass.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lstmlib.numpy.checks import Array
from lstmlib.online.cascade import CANDIDATES, OUTPUTS, POOL, SLOPE_OFFSET, CascadeNet, Quickprop
from lstmlib.online.compiled import Floats, Integers, aligned_rows
from lstmlib.online.lanes import LANES, fused, load, logistic, store
from lstmlib.tasks.symbols import Symbols

# What a lane does next.
NOTHING, TRAIN_OUTPUTS, TRAIN_CANDIDATES = 0, 1, 2


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


@njit(error_model="numpy")  # type: ignore[untyped-decorator]
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


@njit(error_model="numpy", forceinline=True)  # type: ignore[untyped-decorator]
def _outputs_at(strings: Any, V: Floats, i: int) -> Any:
    """Return the outputs at one step."""
    H = strings.hidden.shape[0]
    D = V.shape[0] - 1 - H
    total = load(V, D) + load(V, strings.symbols[i])
    for u in range(H):
        total = fused(load(V, D + 1 + u), strings.hidden[u, i], total)
    return logistic(total)


@njit(error_model="numpy")  # type: ignore[untyped-decorator]
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


@njit(error_model="numpy")  # type: ignore[untyped-decorator]
def _all_right(strings: Any, V: Floats, y: Floats) -> bool:
    """Return whether at every step the outputs that are allowed are the most active."""
    for i in range(strings.symbols.shape[0]):
        store(y, 0, _outputs_at(strings, V, i))
        lowest, highest = np.inf, -np.inf
        for k in range(strings.allowed.shape[1]):
            if strings.allowed[i, k]:
                lowest = min(lowest, y[0, k])
            else:
                highest = max(highest, y[0, k])
        if lowest <= highest:
            return False
    return True


@njit(cache=True, error_model="numpy", nogil=True)  # type: ignore[untyped-decorator]
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


@njit(error_model="numpy")  # type: ignore[untyped-decorator]
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


@njit(cache=True, error_model="numpy", nogil=True)  # type: ignore[untyped-decorator]
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


@njit(cache=True, error_model="numpy", nogil=True)  # type: ignore[untyped-decorator]
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


class Lane:
    """One net, the strings that it learns from, those by which it is judged, and where it stands."""

    def __init__(self, net: CascadeNet, params: dict[str, Array], strings: Strings, judged: Strings) -> None:
        self.net, self.params, self.strings, self.judged = net, params, strings, judged
        self.e = aligned_rows(len(strings.symbols))
        rows = net.input_size + 1 + net.hidden_size
        self.steps, self.before = aligned_rows(rows), aligned_rows(rows)  # of the outputs' weights
        self.candidates, self.covariances = aligned_rows(0), aligned_rows(0)
        self.best = -1  # of the candidates; -1 if there are none
        self.task, self.most = NOTHING, 0
        self.passes, self.right, self.error, self.score = 0, False, np.inf, 0.0
        for u in range(net.hidden_size):
            unit = [params["weight_ih"][u], params["bias_h"][u : u + 1], params["weight_hh"][u, : u + 1]]
            W = aligned_rows(net.input_size + u + 2)
            W[:, 0] = np.concatenate(unit)
            self.see(W, 0)

    def see(self, W: Floats, which: int) -> None:
        """Note what one of eight units does at every step of both sets."""
        self.strings, self.judged = (self._seen(strings, W, which) for strings in (self.strings, self.judged))

    def _seen(self, strings: Strings, W: Floats, which: int) -> Strings:
        found = np.zeros(len(strings.symbols))
        unit_values(strings, W, which, self.net.symmetric, found, aligned_rows(1))
        return strings._replace(hidden=np.vstack([strings.hidden, found[None]]))


class Cascades:
    """Eight nets, each of which learns as ``cascade.Cascade`` does, on a training set of its own.

    A lane is told to train its outputs or its candidates; ``run`` does, lane after lane.

    Args:
        net: sizes; as what every net begins.
        patience: see ``cascade.Cascade``.

    Raises:
        ValueError: more than eight outputs.
    """

    def __init__(self, net: CascadeNet, *, patience: int = 8) -> None:
        if net.output_size > LANES:
            raise ValueError(f"net has {net.output_size} outputs, expected at most {LANES}")
        self.net, self.patience = net, patience
        self.lanes: dict[int, Lane] = {}
        self.exists = aligned_rows(1)
        self.exists[0, : net.output_size] = 1.0

    def put(
        self,
        lane: int,
        params: dict[str, Array],
        drawn: Symbols,
        judged: Symbols | None = None,
        allowed: NDArray[np.bool_] | None = None,
    ) -> None:
        """Give a lane a net of its own, and a training set.

        Args:
            lane: which, 0 to 7.
            params: name -> array, with the shapes of ``net.shapes``.
            drawn: the training set, which asks at every step.
            judged: sequences by which the net is judged: as soon as all are right, it has nothing more to learn.
            allowed: which outputs may be the most active at each step of these (T, N, O).

        Raises:
            ValueError: parameters that don't fit the net.
        """
        self.net.check(params)
        O = self.net.output_size  # noqa: E741
        if judged is None or allowed is None:
            none = np.zeros((0, 0), np.int64)
            judged, allowed = Symbols(none, none, none.astype(bool), np.zeros(0, np.int64)), np.zeros((0, 0, O), bool)
        copies = {name: value.copy() for name, value in params.items()}
        strings = _flat(drawn, np.zeros((*drawn.mask.shape, O), bool))
        self.lanes[lane] = Lane(self.net, copies, strings, _flat(judged, allowed))

    def train_outputs(self, lane: int, most: int) -> None:
        """Let a lane train its outputs, over so many passes at most; ``run`` then does."""
        one = self.lanes[lane]
        one.task, one.most = TRAIN_OUTPUTS, most

    def train_candidates(self, lane: int, weights: Array, most: int) -> None:
        """Let a lane train candidates, over so many passes at most; ``run`` then does.

        Args:
            lane: which, 0 to 7.
            weights: where they start (8, ``num_sources``).
            most: passes over the training set.

        Raises:
            ValueError: weights of another shape.
        """
        one = self.lanes[lane]
        if np.shape(weights) != (POOL, one.net.num_sources):
            raise ValueError(f"weights has shape {np.shape(weights)}, expected {(POOL, one.net.num_sources)}")
        one.candidates = aligned_rows(one.net.num_sources)
        one.candidates[:] = weights.T
        one.task, one.most = TRAIN_CANDIDATES, most

    def run(self) -> None:
        """Let every lane that has something to do get done with it."""
        for one in self.lanes.values():
            if one.task == TRAIN_OUTPUTS:
                self._outputs(one)
            elif one.task == TRAIN_CANDIDATES:
                self._candidates(one)
            one.task = NOTHING

    def _outputs(self, one: Lane) -> None:
        p, D, O = one.params, one.net.input_size, one.net.output_size  # noqa: E741
        V = aligned_rows(D + 1 + one.net.hidden_size)
        V[:, :O] = np.hstack([p["weight_direct"], p["bias_out"][:, None], p["weight_out"]]).T
        one.steps, one.before = (_longer(array, len(V)) for array in (one.steps, one.before))
        room = aligned_rows(len(V)), one.steps, one.before, aligned_rows(1)
        rule = self._rule(OUTPUTS, wait=False)
        given = one.strings, one.judged, V, one.e, self.exists, room, rule, SLOPE_OFFSET, one.most
        passes, one.error, one.right = train_outputs(*given)
        one.passes += passes
        outward = V[:, :O].T.copy()
        trained = {"weight_direct": outward[:, :D], "bias_out": outward[:, D], "weight_out": outward[:, D + 1 :]}
        one.params = one.params | trained

    def _candidates(self, one: Lane) -> None:
        S, O = one.net.num_sources, one.net.output_size  # noqa: E741
        one.covariances = aligned_rows(O)
        room = (one.covariances, *(aligned_rows(count) for count in (O * S, S, S, S, 1, S)))
        rule = self._rule(CANDIDATES, wait=True)
        given = one.strings, one.candidates, one.e, O, one.net.symmetric, room, rule, one.most
        passes, one.score, one.best = train_candidates(*given)
        one.passes += passes

    def _rule(self, quickprop: Quickprop, *, wait: bool) -> Rule:
        return Rule(quickprop.epsilon, quickprop.mu, quickprop.decay, quickprop.change, self.patience, wait)

    def install(self, lane: int) -> None:
        """Make the best of a lane's candidates a hidden unit.

        Raises:
            ValueError: no candidates have been trained since the last one was installed.
        """
        one = self.lanes[lane]
        if one.best < 0:
            raise ValueError("there are no candidates, expected train_candidates before install")
        outward = -one.covariances[:, one.best]
        one.params = one.net.install(one.params, one.candidates[:, one.best].copy(), outward)
        one.see(one.candidates, one.best)
        one.net, one.best = one.net.grown, -1

    def params(self, lane: int) -> dict[str, Array]:
        """Return the parameters of a lane's net, name -> array; copies."""
        return {name: value.copy() for name, value in self.lanes[lane].params.items()}

    @property
    def busy(self) -> NDArray[np.bool_]:
        """Which lanes have something to do (8,)."""
        return np.array([lane in self.lanes and self.lanes[lane].task != NOTHING for lane in range(LANES)])


def _longer(array: Floats, rows: int) -> Floats:
    """Return a copy with so many rows, the new ones 0."""
    found = aligned_rows(rows)
    found[: len(array)] = array
    return found


def _flat(drawn: Symbols, allowed: NDArray[np.bool_]) -> Strings:
    """Return sequences one after another, and what is allowed in them (T, N, O); hidden units there are none."""
    mask = drawn.mask.T
    first = np.zeros(mask.shape, bool)
    first[:, :1] = True
    symbols, classes = drawn.symbols.T[mask], drawn.target.T[mask]
    return Strings(symbols, classes, first[mask], np.zeros((0, len(symbols))), allowed.swapaxes(0, 1)[mask])
