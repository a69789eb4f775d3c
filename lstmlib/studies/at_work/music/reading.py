"""What is stored of the nets that go on with chorales, and the kept ones as the library's own: without PyTorch."""

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmlib.data.chorales import KEYS
from lstmlib.numpy import LSTM, Linear, SequenceModel
from lstmlib.numpy.checks import Array
from lstmlib.studies import journal, protocol
from lstmlib.studies.at_work.halves import kept

FOLDER = Path(__file__).parents[1] / "results"
NAME = "music.jsonl"
KINDS = {
    "apart": "LSTM, keys apart",
    "turn": "LSTM, keys in turn",
    "turn, all keys": "LSTM, keys in turn, learnt in all twelve keys",
}
SEARCHED = ("apart", "turn")  # nets that learn in all keys take the setting of those that don't
KEPT = {"apart": "music-apart.safetensors", "turn": "music-turn.safetensors"}
DRAWS = 9999  # of the bootstrap


class Setting(NamedTuple):
    """What is chosen for a kind."""

    rate: float
    bias: float  # of the forget gate, at the beginning
    dropout: float  # share of the states that the read-out doesn't see in training
    cells: int


class Trial(NamedTuple):
    """One net."""

    part: str  # "search" or "test"
    kind: str  # one of KINDS
    rate: float
    bias: float
    dropout: float
    cells: int
    seed: int
    valid: float  # nats a step on the validation part, after the best epoch
    epoch: int  # which that was
    curve: list[float]  # nats a step on the validation part after each epoch
    nats: list[float]  # of each test chorale; empty in the search
    groups: dict[str, float]  # nats a step in each group of steps of the test
    contexts: list[float]  # nats a step of the test if only the last 1, 2, 4, ... chords are seen
    counted: dict[str, list[float]]  # nats of each test chorale with counts on top, made as it is and in any key

    @property
    def setting(self) -> Setting:
        """What was chosen for it, or is tried."""
        return Setting(self.rate, self.bias, self.dropout, self.cells)


def load(folder: Path = FOLDER) -> list[Trial]:
    """Return the stored trials; a last line that was cut off is left out."""
    return journal.read(folder / NAME, Trial)


def search(trials: Sequence[Trial], kind: str) -> dict[Setting, list[float]]:
    """Return the nats a step on the validation part, by setting, as ``protocol.chosen`` takes it: one net of each."""
    return {one.setting: [one.valid] for one in trials if (one.part, one.kind) == ("search", kind)}


def chosen(trials: Sequence[Trial], kind: str) -> Setting:
    """Return a kind's setting: the lowest nats on the validation part."""
    return protocol.chosen(search(trials, kind.split(", ")[0]))


def tested(trials: Sequence[Trial], kind: str) -> list[Trial]:
    """Return a kind's test nets of the setting that was chosen, by seed."""
    setting = chosen(trials, kind)
    return sorted((t for t in trials if (t.part, t.kind, t.setting) == ("test", kind, setting)), key=lambda t: t.seed)


def median_net(trials: Sequence[Trial]) -> Trial:
    """Return the net in the middle by its nats on the test; of an even count the better one; of equals the first."""
    return sorted(trials, key=lambda t: (sum(t.nats), t.seed))[(len(trials) - 1) // 2]


class Difference(NamedTuple):
    """How many nats a step one model needs less than another, below 0 if it needs more."""

    nats: float
    low: float  # of the 95 percent interval
    high: float
    p: float  # Wilcoxon's, two-sided
    better: int  # chorales on which it is


def difference(first: Array, second: Array, lengths: NDArray[np.int64]) -> Difference:
    """Compare two models chorale by chorale.

    The difference is that of the mean over all steps, of all nets of a side. Its interval is the percentile
    bootstrap's: each draw takes chorales with replacement, the same for both, and nets with replacement on each side.
    The test is Wilcoxon's on the nats a step of each chorale; where a side has several nets, of their mean there.

    Args:
        first: nats of each chorale, (nets, N), or (N,).
        second: those of the other.
        lengths: steps of each chorale, (N,).
    """
    from scipy import stats

    a, b = np.atleast_2d(first), np.atleast_2d(second)
    rng, N, found = np.random.default_rng(0), len(lengths), np.empty(DRAWS)
    for k in range(DRAWS):
        which = rng.integers(0, N, N)
        mine, other = (one[rng.integers(0, len(one), len(one))].mean(0)[which].sum() for one in (a, b))
        found[k] = (other - mine) / lengths[which].sum()
    each = (b.mean(0) - a.mean(0)) / lengths
    low, high = np.quantile(found, [0.025, 0.975])
    p = float(stats.wilcoxon(each).pvalue)
    return Difference(float((b.mean(0) - a.mean(0)).sum() / lengths.sum()), low, high, p, int((each > 0).sum()))


class Net(NamedTuple):
    """A net that goes on with chords, as the library's own."""

    model: SequenceModel  # from the chord before to the score of each key
    below: NDArray[np.float32] | None  # (88, 88): what a key's score gets if a lower one sounds; of keys apart nothing

    def scores(self, states: Array, roll: NDArray[np.uint8]) -> Array:
        """Return each key's score before the logistic function, (T, 88), of the states and the chords themselves."""
        scores = states @ self.model.params["readout.weight"].T + self.model.params["readout.bias"]
        return scores if self.below is None else scores + roll.astype(np.float32) @ self.below.T

    def says(self, roll: NDArray[np.uint8]) -> Array:
        """Return the probability that each key sounds at each step, given all before: (T, 88)."""
        before = np.concatenate([np.zeros((1, KEYS)), roll[:-1]]).astype(np.float32)
        states = self.model.recurrent.forward(before[:, None])[0][:, 0]
        return np.asarray(1.0 / (1.0 + np.exp(-self.scores(states, roll))))

    def nats(self, roll: NDArray[np.uint8]) -> Array:
        """Return the nats of each key at each step, (T, 88)."""
        p = np.clip(self.says(roll).astype(np.float64), 1e-12, 1 - 1e-12)
        return np.asarray(-np.where(roll > 0, np.log(p), np.log1p(-p)))


def stored(kind: str = "turn", folder: Path = FOLDER) -> Net:
    """Return the kept net of a kind, "apart" or "turn": the first of its test nets."""
    values = kept(folder / KEPT[kind])
    below = values.pop("below.weight", None)
    cells = values["readout.weight"].shape[1]
    how: dict[str, Any] = {"rng": np.random.default_rng(0), "dtype": np.float32}
    model = SequenceModel(LSTM(KEYS, cells, **how), Linear(cells, KEYS, **how))
    for name, value in values.items():
        model.params[name] = value
    return Net(model, below)


def switched_off(net: Net, cells: Sequence[int]) -> Net:
    """Return a copy of a net in which nobody sees these cells, from 0: the gates don't, and the read-out doesn't."""
    other = copy.deepcopy(net)
    other.model.params["recurrent.weight_hh_l0"][:, list(cells)] = 0.0
    other.model.params["readout.weight"][:, list(cells)] = 0.0
    return other
