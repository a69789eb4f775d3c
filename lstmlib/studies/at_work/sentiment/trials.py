"""Which nets are trained, how each is searched and judged, and what is stored of them.

The LSTM's last state was named beforehand as what the others are held against. All that is chosen is chosen on the
validation sentences, from three seeds each: the learning rate and how often all sentences are read. Then nets from new
seeds learn from both parts and are judged on the test sentences.
"""

import base64
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from lstmlib.numpy.checks import Array
from lstmlib.studies import journal, protocol
from lstmlib.studies.at_work.sentiment.bag import rmse
from lstmlib.studies.at_work.sentiment.nets import SIDES, Dropout, Net, learn, said, vocabulary
from lstmlib.studies.at_work.sentiment.task import Sentences, sentences

FOLDER = Path(__file__).parents[1] / "results"
REFERENCE = "last"
RATES, SEARCHED, SEEDS = (0.003, 0.01, 0.03), (100, 101, 102), {"pooling": 10, "dropout": 5, "curve": 5, "rating": 5}
EPOCHS = {"pooling": 5, "dropout": 5, "curve": 8, "rating": 5}  # the most that are tried
SIZES = (500, 1000, 2000, 4000)  # of the learning curve; the last point is all that is learnt from
FEW = 2000  # up to so many sentences, which make few updates, the rate is searched anew
DROPOUTS = {
    "none": Dropout(),
    "read-out": Dropout(readout=0.5),
    "other numbers at each step": Dropout(readout=0.5, steps=0.3),
    "the same numbers at all steps": Dropout(readout=0.5, sentence=0.3),
    "whole words": Dropout(readout=0.5, words=0.3),
}
USUAL = "read-out"
TENTHS = 10.0  # log odds are stored in tenths, up to 12.7


class Trial(NamedTuple):
    """One net."""

    study: str  # "pooling", "dropout", "curve" or "rating"
    part: str  # "validation" or "test"
    name: str  # what differs in this study: one of SIDES, of DROPOUTS, the number of sentences
    rate: float
    seed: int
    wrong: list[float]  # after each epoch in validation, after the last in test: percent, or the rating's RMSE
    said: str  # log odds of the test sentences, as ``packed``; in "rating" and "curve" nothing

    @property
    def epochs(self) -> int:
        """How often it read all sentences; in test the number stands before the error."""
        return int(self.wrong[0]) if self.part == "test" else len(self.wrong)


def packed(logits: Array) -> str:
    """Return log odds in tenths as text; what is nearest to 0 keeps its sign."""
    tenths = np.clip(np.rint(logits * TENTHS), -127, 127)
    tenths = np.where(tenths == 0, np.where(logits > 0, 1, -1), tenths)
    return base64.b64encode(tenths.astype(np.int8).tobytes()).decode()


def unpacked(text: str) -> Array:
    """Return log odds from what ``packed`` wrote."""
    return np.frombuffer(base64.b64decode(text), np.int8) / TENTHS


def load(folder: Path = FOLDER) -> list[Trial]:
    """Return the stored trials; a last line that was cut off is left out."""
    return journal.read(folder / "sentiment.jsonl", Trial)


def kind(study: str, name: str) -> tuple[str, Dropout]:
    """Return the side and the dropout of a trial."""
    if study == "pooling":
        return name, DROPOUTS[USUAL]
    return REFERENCE, DROPOUTS[name] if study == "dropout" else DROPOUTS[USUAL]


def learnt_from(data: Sentences, study: str, part: str, name: str) -> NDArray[np.int64]:
    """Return which sentences a trial learns from; in the curve never the validation sentences."""
    if study == "curve":
        return data.learn[: int(name)]
    return data.learn if part == "validation" else data.both


def trial(data: Sentences, study: str, part: str, name: str, rate: float, seed: int, epochs: int) -> tuple[Net, Trial]:
    """Train one net and judge it.

    Args:
        data: all sentences.
        study: one of ``EPOCHS``.
        part: "validation" or "test".
        name: what differs.
        rate: the learning rate.
        seed: of parameters, of what is dropped and of the order.
        epochs: how often all sentences are read.
    """
    which, judged = learnt_from(data, study, part, name), data.validation if part == "validation" else data.test
    known = vocabulary([data.words[k] for k in which])
    given, asked = ([known.read(data.words[k]) for k in some] for some in (which, judged))
    target: NDArray[Any] = data.rating if study == "rating" else data.positive
    side, drop = kind(study, name)
    net, wrong = Net(side, len(known.words) + 2, drop, seed), list[float]()
    last: Array = np.zeros(0)

    def judge(epoch: int, net: Net) -> None:
        nonlocal last
        if part == "test" and epoch < epochs:
            return
        if part == "test":
            wrong.append(float(epochs))
            with torch.no_grad():  # as precise as the net that is kept for the page
                net.embedding.weight.copy_(net.embedding.weight.half().float())
        last = said(net, asked)
        error = rmse(last - target[judged]) if study == "rating" else 100 * float(((last > 0) != target[judged]).mean())
        wrong.append(round(error, 3))

    learn(net, given, target[which], rate, epochs, seed, judge)
    keep = part == "test" and study in ("pooling", "dropout")
    return net, Trial(study, part, name, rate, seed, wrong, packed(last) if keep else "")


def search(trials: list[Trial], study: str, name: str) -> dict[tuple[float, int], list[float]]:
    """Return what each rate and number of epochs reached on the validation sentences, as ``chosen`` takes it."""
    searched = [one for one in trials if (one.study, one.part, one.name) == (study, "validation", name)]
    return protocol.by_setting(
        ((one.rate, epoch), error) for one in searched for epoch, error in enumerate(one.wrong, 1)
    )


def chosen(trials: list[Trial], study: str, name: str) -> tuple[float, int]:
    """Return the rate and the number of epochs of the test nets."""
    return protocol.chosen(search(trials, study, name))


def tested(trials: list[Trial], study: str, name: str) -> list[Trial]:
    """Return the test nets of what was chosen, by seed; the usual dropout's are those of the pooling."""
    if (study, name) == ("dropout", USUAL):
        return tested(trials, "pooling", REFERENCE)[: SEEDS["dropout"]]
    if study == "rating":
        name = ""
    rate, epochs = chosen(trials, study, name)
    wanted = (study, "test", name, rate, epochs)
    return sorted((t for t in trials if (*t[:4], t.epochs) == wanted), key=lambda t: t.seed)


def errors(trials: list[Trial], study: str, name: str) -> list[float]:
    """Return the test nets' errors, by seed: percent of the sentences, or the root mean square of the rating's."""
    return [one.wrong[-1] for one in tested(trials, study, name)]


def logits(trials: list[Trial], study: str, name: str) -> Array:
    """Return the log odds of the test sentences that the test nets said, (nets, sentences)."""
    return np.array([unpacked(one.said) for one in tested(trials, study, name)])


def plan(data: Sentences) -> list[tuple[str, str]]:
    """Return every study and what differs in it, in the order in which they run."""
    sizes = [*(str(size) for size in SIZES), str(len(data.learn))]
    found = [("pooling", side) for side in (REFERENCE, *(side for side in SIDES if side != REFERENCE))]
    found += [("curve", size) for size in sizes] + [("rating", "")]
    return found + [("dropout", name) for name in DROPOUTS if name != USUAL]


def run(folder: Path = FOLDER) -> None:
    """Run what isn't stored yet: every search, then its test nets. The first of the reference's is kept whole.

    Args:
        folder: where the results are; each trial is written as it ends.
    """
    torch.set_num_threads(1)
    data = sentences()
    for study, name in plan(data):
        rates = list(RATES)
        if study != "pooling" and not (study == "curve" and int(name) <= FEW):  # the rate is the reference's
            rates = [chosen(load(folder), "pooling", REFERENCE)[0]]
        _search(data, folder, study, name, rates)
        while study == "pooling" and (more := protocol.beyond(chosen(load(folder), study, name)[0], sorted(rates))):
            rates.append(more)
            _search(data, folder, study, name, [more])
        rate, epochs = chosen(load(folder), study, name)
        for seed in range(SEEDS[study]):
            net = _once(data, folder, study, "test", name, rate, seed, epochs)
            if net and (study, name, seed) == ("pooling", REFERENCE, 0):
                keep(net, folder / "sentiment-net.safetensors")


def _search(data: Sentences, folder: Path, study: str, name: str, rates: list[float]) -> None:
    for rate in rates:
        for seed in SEARCHED:
            _once(data, folder, study, "validation", name, rate, seed, EPOCHS[study])


def _once(data: Sentences, folder: Path, *how: Any) -> Net | None:
    """Train a net and write what came of it, if it isn't stored; return it."""
    *which, epochs = how
    if any(list(one[:5]) == which and one.epochs == epochs for one in load(folder)):
        return None
    net, found = trial(data, *how)
    journal.add(folder / "sentiment.jsonl", found)
    print(*found[:6], flush=True)
    return net


def keep(net: Net, path: Path) -> None:
    """Write a net: vectors in half precision, as they were judged, all else in single."""
    from safetensors.numpy import save_file

    state = {name: value.detach().numpy() for name, value in net.state_dict().items()}
    save_file(state | {"embedding.weight": state["embedding.weight"].astype(np.float16)}, path)
