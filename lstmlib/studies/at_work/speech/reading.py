"""What is stored of the nets that hear who is speaking, and the kept one as the library's own: without PyTorch."""

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmlib.data.vowels import COEFFICIENTS, SPEAKERS
from lstmlib.files import load as read_file
from lstmlib.numpy import LSTM, Linear, SequenceModel
from lstmlib.numpy.checks import Array
from lstmlib.numpy.ctc import log_softmax
from lstmlib.studies import journal, protocol
from lstmlib.studies.at_work.speech.task import FOLDS, Scale

FOLDER = Path(__file__).parents[1] / "results"
NAME, KEPT = "speech.jsonl", {"last": "speech-last.safetensors", "every": "speech-every.safetensors"}
CELLS = 32  # of a direction
SIDES = {
    "last": "LSTM, asked after the last frame",
    "both": "LSTM from both ends, mean of the states",
    "every": "LSTM, asked after every frame",
}


class Setting(NamedTuple):
    """What is chosen for a side."""

    rate: float
    bias: float  # of the forget gate, at the beginning
    dropout: float  # share of the states that the read-out doesn't see in training


class Trial(NamedTuple):
    """One net."""

    part: str  # "search", "test", or "longer", a test net of twice the updates
    side: str  # one of SIDES
    rate: float
    bias: float
    dropout: float
    seed: int
    nats: float  # cross-entropy after the last frame: of its fold in the search, of the test's utterances
    halfway: int  # utterances of the test that it had wrong after half of its updates
    said: str  # whom it takes each test utterance's speaker for, a figure an utterance; empty in the search
    after: list[int]  # how many are wrong after 1, 2, ... 29 frames; shorter ones count with their last verdict
    changed: dict[str, int]  # how many are wrong if they are changed, by what is done

    @property
    def setting(self) -> Setting:
        """What was chosen for it, or is tried."""
        return Setting(self.rate, self.bias, self.dropout)


def load(folder: Path = FOLDER) -> list[Trial]:
    """Return the stored trials; a last line that was cut off is left out."""
    return journal.read(folder / NAME, Trial)


def search(trials: Sequence[Trial], side: str) -> dict[Setting, list[float]]:
    """Return the cross-entropy of each fold, by setting, as ``protocol.chosen`` takes it."""
    searched = (one for one in trials if (one.part, one.side) == ("search", side))
    return protocol.by_setting(((one.setting, one.nats) for one in searched), FOLDS)


def chosen(trials: Sequence[Trial], side: str) -> Setting:
    """Return a side's setting: the lowest median over the folds."""
    return protocol.chosen(search(trials, side))


def tested(trials: Sequence[Trial], side: str) -> list[Trial]:
    """Return a side's test nets of the setting that was chosen, by seed."""
    return _nets(trials, side, "test")


def longer(trials: Sequence[Trial], side: str) -> list[Trial]:
    """Return a side's test nets with twice the updates, by seed; of sides that weren't the best there are none."""
    return _nets(trials, side, "longer")


def _nets(trials: Sequence[Trial], side: str, part: str) -> list[Trial]:
    setting = chosen(trials, side)
    return sorted((t for t in trials if (t.part, t.side, t.setting) == (part, side, setting)), key=lambda t: t.seed)


def wrong(said: str, speaker: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which utterances are wrong, (N,)."""
    return np.array([int(k) for k in said]) != speaker


def best_side(trials: Sequence[Trial]) -> str:
    """Return the side with the lowest cross-entropy in cross-validation: it stands for the LSTM where one is named."""
    found = {side: search(trials, side).values() for side in SIDES}
    return min((s for s in SIDES if found[s]), key=lambda side: min(float(np.median(v)) for v in found[side]))


def median_net(trials: Sequence[Trial], speaker: NDArray[np.int64]) -> Trial:
    """Return the net in the middle by its number of errors; of an even count the better one; of equals the first."""
    ordered = sorted(trials, key=lambda t: (int(wrong(t.said, speaker).sum()), t.seed))
    return ordered[(len(ordered) - 1) // 2]


def empty() -> SequenceModel:
    """Return a net of the library that says after every frame who is speaking, its parameters still random."""
    rng = np.random.default_rng(0)
    recurrent = LSTM(COEFFICIENTS, CELLS, rng=rng, dtype=np.float32)
    return SequenceModel(recurrent, Linear(CELLS, SPEAKERS, rng=rng, dtype=np.float32))


def stored(side: str = "every", folder: Path = FOLDER) -> SequenceModel:
    """Return the first test net of a side that reads from the front, "every" or "last"."""
    model = empty()
    read_file(model, folder / KEPT[side])
    return model


def switched_off(model: SequenceModel, cells: Sequence[int]) -> SequenceModel:
    """Return a copy of a net in which nobody sees these cells, from 0: the gates don't, and the read-out doesn't."""
    other = copy.deepcopy(model)
    other.params["recurrent.weight_hh_l0"][:, list(cells)] = 0.0
    other.params["readout.weight"][:, list(cells)] = 0.0
    return other


def log_probabilities(model: SequenceModel, scaled: Scale, frames: Array) -> Array:
    """Return what a net says of one utterance after each frame: log probabilities of the nine, (T, 9)."""
    scores = model.forward(scaled.of(frames)[:, None].astype(np.float32))[0]
    return log_softmax(scores.astype(np.float64))[:, 0]
