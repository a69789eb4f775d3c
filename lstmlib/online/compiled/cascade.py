"""``lstmlib.online.cascade`` compiled, for sequences of symbols that ask at every step.

What hidden units do is looked up: they are frozen, so that over one training set they do the same in every pass.
"""

import numpy as np
from numpy.typing import NDArray

from lstmlib.numpy.checks import Array
from lstmlib.online.cascade import CANDIDATES, OUTPUTS, POOL, SLOPE_OFFSET, CascadeNet, Quickprop
from lstmlib.online.compiled.cascade_passes import Rule, Strings, train_candidates, train_outputs, unit_values
from lstmlib.online.compiled.lanes import LANES, Floats, aligned_rows
from lstmlib.tasks.symbols import Symbols

# What a lane does next.
NOTHING, TRAIN_OUTPUTS, TRAIN_CANDIDATES = 0, 1, 2


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
