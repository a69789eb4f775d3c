"""What is compared, what is stored of it, and the stored nets as the library's own: nothing here needs PyTorch.

All nets read a string from both ends. Those of the kind "CTC" are told its digits, but not where they are. One of the
kind "framewise" is there to be looked at: it is told at every point which digit it belongs to, or that it is between
two.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmlib.data.pendigits import Pendigits, pendigits
from lstmlib.files import load as read_file
from lstmlib.numpy import LSTM, Bidirectional, Linear, SequenceModel
from lstmlib.numpy.checks import Array
from lstmlib.numpy.ctc import log_softmax
from lstmlib.studies import journal, protocol
from lstmlib.studies.at_work.handwriting.strings import BETWEEN, Strings, strings

KINDS = ("CTC", "framewise")
CELLS, CLASSES, BLANK = 32, 11, 0  # cells a direction; the digits are the classes 1 to 10
HELD_BACK = 1500  # digits of the first 30 writers that only validation strings are made of
COUNTS = {"learn": 6000, "validation": 300, "test": 1000}  # strings


class Trial(NamedTuple):
    """One net."""

    part: str  # "validation" or "test"
    kind: str
    rate: float
    seed: int
    half: float  # label error rate at half of all updates, by best path
    error: float  # at the end
    loss: float  # mean over the last hundred updates
    width: float  # points for which a label is the most probable class, on average over all labels said
    each: str  # how many labels are wrong in each test string, a figure a string, 9 for more; empty in validation


def parts() -> dict[str, Pendigits]:
    """Return digits by what they are for: "search" and "validation" by the first 30 writers, "learn" both, "test".

    Which of the 30 wrote a digit isn't known, so a net that is validated has seen the same people's hand.
    """
    learn, test = pendigits().learn(), pendigits().test()
    order = np.random.default_rng(0).permutation(len(learn.digit))
    held, rest = order[:HELD_BACK], order[HELD_BACK:]
    return {
        "search": Pendigits(learn.points[rest], learn.digit[rest]),
        "validation": Pendigits(learn.points[held], learn.digit[held]),
        "learn": learn,
        "test": test,
    }


def learnt(part: str) -> Strings:
    """Return the strings that nets of a part, "validation" or "test", learn from; always the same."""
    source = parts()["search" if part == "validation" else "learn"]
    return strings(source, COUNTS["learn"], np.random.default_rng(1))


def judged(part: str) -> Strings:
    """Return the strings by which nets of a part, "validation" or "test", are judged; always the same."""
    return strings(parts()[part], COUNTS[part], np.random.default_rng(2 if part == "validation" else 3))


def frames(batch: Strings) -> NDArray[np.int64]:
    """Return the class of each point (T, N): its digit, or the blank between two."""
    which = np.take_along_axis(batch.target.T, np.maximum(batch.owner, 0), 0) + 1
    return np.where(batch.owner == BETWEEN, BLANK, which)


def wanted(source: Strings) -> list[list[int]]:
    """Return what each string says."""
    return [source.digits(n) for n in range(len(source.lengths))]


# What is stored, and what follows from it.


def load(folder: Path) -> list[Trial]:
    """Return the stored trials; a last line that was cut off is left out."""
    return journal.read(folder / "handwriting.jsonl", Trial)


def chosen(trials: Sequence[Trial]) -> float:
    """Return the rate that the test nets have: the lowest median label error rate on the validation strings."""
    return protocol.chosen(protocol.by_setting((one.rate, one.error) for one in trials if one.part == "validation"))


def tested(trials: Sequence[Trial], kind: str) -> list[Trial]:
    """Return a kind's test nets, by seed."""
    return sorted((t for t in trials if (t.part, t.kind) == ("test", kind)), key=lambda t: t.seed)


def kept(kind: str) -> str:
    """Return the name of the file with a kind's first test net."""
    return f"handwriting-{kind.lower()}.safetensors"


def stored(kind: str, folder: Path) -> SequenceModel:
    """Return a kind's first test net, as it was when it had learnt."""
    model = empty()
    read_file(model, folder / kept(kind))
    return model


def empty() -> SequenceModel:
    """Return a net of the library that is built as ``nets.Net`` is."""
    rng = np.random.default_rng(0)

    def layer() -> LSTM:
        return LSTM(2, CELLS, rng=rng, dtype=np.float32)

    return SequenceModel(Bidirectional(layer(), layer()), Linear(2 * CELLS, CLASSES, rng=rng, dtype=np.float32))


def log_probabilities(model: SequenceModel, source: Strings) -> list[Array]:
    """Return the logarithms of each class's probability at each point of each string, (T, 11) each."""
    scores = model.forward(source.x, lengths=source.lengths)[0]
    return [log_softmax(scores[:T, n].astype(np.float64)) for n, T in enumerate(source.lengths)]
