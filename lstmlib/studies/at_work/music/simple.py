"""What needs no net: frequencies, the chord that stays, regressions on the last chords, and counts of whole chords."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from lstmlib.data.chorales import KEYS, Score
from lstmlib.numpy.checks import Array
from lstmlib.studies.at_work.music.task import seen, shifted

COUNTS = (1, 2, 4)  # chords that a regression sees
STRENGTHS = (3e-4, 1e-4, 3e-5)  # how much a weight's square costs, beside nats a step
WEIGHTS = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)  # of what counts fall back on


def frequencies(learn: Sequence[Score], judge: Sequence[Score]) -> list[Array]:
    """Return the nats of each step if every key sounds as often as in what was learnt from, whatever was before."""
    every = np.concatenate([piece.roll for piece in learn])
    p = (every.sum(0) + 0.5) / (len(every) + 1.0)
    return [-(piece.roll * np.log(p) + (1 - piece.roll) * np.log1p(-p)).sum(1) for piece in judge]


def stays(learn: Sequence[Score], judge: Sequence[Score]) -> list[Array]:
    """Return the nats of each step if every key flips with a frequency of its own, one if it sounds and one if not."""
    before = np.concatenate([seen(piece.roll)[:, 0] for piece in learn]) > 0
    every = np.concatenate([piece.roll for piece in learn]) > 0
    on = (np.where(before, every, False).sum(0) + 0.5) / (before.sum(0) + 1.0)
    off = (np.where(before, False, every).sum(0) + 0.5) / ((~before).sum(0) + 1.0)
    found = []
    for piece in judge:
        p = np.where(seen(piece.roll)[:, 0] > 0, on, off)
        found.append(-np.where(piece.roll > 0, np.log(p), np.log1p(-p)).sum(1))
    return found


class Regression(NamedTuple):
    """A logistic regression for each key, on the last chords; in turn: also on the lower keys of the chord itself."""

    weight: NDArray[np.float32]  # (88, 88 K + K)
    bias: NDArray[np.float32]
    below: NDArray[np.float32] | None  # (88, 88), from which key's sound to which key, zero on and above the diagonal
    unheard: NDArray[np.bool_]  # keys that nobody played in what was learnt from, (88,)
    rare: float  # the probability of each of those

    def nats(self, piece: Score) -> Array:
        """Return the nats of each step, (T,)."""
        x = features(piece.roll, self.weight.shape[1] // (KEYS + 1))
        scores = x @ self.weight.T + self.bias
        if self.below is not None:
            scores = scores + piece.roll.astype(np.float32) @ self.below.T
        return key_nats(np.where(self.unheard, np.log(self.rare / (1 - self.rare)), scores), piece.roll).sum(1)


def features(roll: NDArray[np.uint8], count: int) -> NDArray[np.float32]:
    """Return what a regression sees at each step: the last chords, and of each whether there is none yet, (T, 89 K)."""
    none = np.arange(count, 0, -1) > np.arange(len(roll))[:, None]
    return np.concatenate([seen(roll, count).reshape(len(roll), -1), none.astype(np.float32)], 1)


def key_nats(scores: Array, roll: NDArray[Any]) -> Array:
    """Return the nats of each key at each step, of the scores before the logistic function, both (T, 88)."""
    return np.asarray(np.logaddexp(0.0, scores) - roll * scores, float)


def regressions(learn: Sequence[Score], count: int, *, in_turn: bool, strengths: Sequence[float]) -> list[Regression]:
    """Return a regression for each strength, from the strongest on; each begins where the one before ended.

    Args:
        learn: what is learnt from.
        count: how many chords each key sees.
        in_turn: whether it also sees the lower keys of its own chord.
        strengths: what the squares of weights cost, falling.
    """
    torch.set_num_threads(1)
    torch.manual_seed(0)
    rolls = [piece.roll for piece in learn]
    every = np.concatenate(rolls)
    heard: NDArray[np.bool_] = np.asarray(every.any(0))
    K = int(heard.sum())
    x = np.concatenate([features(roll, count) for roll in rolls])
    used = np.r_[np.tile(heard, count), np.ones(count, bool)]
    x_, y = torch.from_numpy(x[:, used]), torch.from_numpy(every[:, heard].astype(np.float32))
    W = torch.zeros(K, x_.shape[1], requires_grad=True)
    U = torch.zeros(K, K, requires_grad=in_turn)
    rate = every[:, heard].mean(0)
    b = torch.from_numpy(np.log(rate / (1 - rate)).astype(np.float32)).requires_grad_()
    lower, found = torch.tril(torch.ones(K, K), -1), []
    own = [W, b, U] if in_turn else [W, b]
    for strength in strengths:
        solver = torch.optim.LBFGS(own, max_iter=100, history_size=20, line_search_fn="strong_wolfe")

        def closure(solver: torch.optim.LBFGS = solver, strength: float = strength) -> torch.Tensor:
            solver.zero_grad()
            scores = x_ @ W.T + b + (y @ (U * lower).T if in_turn else 0.0)
            nats = torch.nn.functional.binary_cross_entropy_with_logits(scores, y, reduction="sum") / len(y)
            loss = nats + strength * (W.square().sum() + U.square().sum())
            loss.backward()  # type: ignore[no-untyped-call]
            return loss

        solver.step(closure)  # type: ignore[no-untyped-call]
        weight, bias = np.zeros((KEYS, x.shape[1]), np.float32), np.zeros(KEYS, np.float32)
        weight[np.ix_(heard, used)], bias[heard] = W.detach().numpy(), b.detach().numpy()
        below = np.zeros((KEYS, KEYS), np.float32)
        below[np.ix_(heard, heard)] = (U * lower).detach().numpy()
        unheard: NDArray[np.bool_] = np.logical_not(heard)
        found.append(Regression(weight, bias, below if in_turn else None, unheard, 0.5 / (len(every) + 1.0)))
    return found


def counts(learn: Sequence[Score], shifts: Sequence[int] = (0,)) -> dict[Any, Counter[bytes]]:
    """Return how often each chord came after each other one, and after each two, in some keys."""
    found: dict[Any, Counter[bytes]] = defaultdict(Counter)
    for piece in learn:
        for by in shifts:
            for k in (1, 2):
                for past, chord in _steps(shifted(piece.roll, by), k):
                    found[past][chord] += 1
    return dict(found)


def _steps(roll: NDArray[np.uint8], order: int) -> list[tuple[tuple[bytes, ...], bytes]]:
    """Return each step's chord after those before it, as bytes; before the first there is nothing."""
    names = [b""] * order + [chord.tobytes() for chord in roll]
    return [(tuple(names[t : t + order]), names[t + order]) for t in range(len(roll))]


class Counted:
    """Counts of whole chords after one or two others, in the manner of Witten and Bell, on top of another model.

    Args:
        learn: what is counted.
        order: how many chords before are told apart, 1 or 2.
        weight: how much the model below counts, times the number of chords that were seen to follow.
        after: what ``counts`` returned, if it was counted before.
    """

    def __init__(
        self, learn: Sequence[Score], order: int, weight: float, after: dict[Any, Counter[bytes]] | None = None
    ) -> None:
        self.order, self.weight = order, weight
        self.after = counts(learn) if after is None else after

    def nats(self, piece: Score, other: Array) -> Array:
        """Return the nats of each step, where the model below says ``other``, (T,)."""
        p = np.exp(-other)
        for k in range(1, self.order + 1):
            for t, (past, chord) in enumerate(_steps(piece.roll, k)):
                if found := self.after.get(past):
                    rest = self.weight * len(found)
                    p[t] = (found[chord] + rest * p[t]) / (found.total() + rest)
        return np.asarray(-np.log(p))
