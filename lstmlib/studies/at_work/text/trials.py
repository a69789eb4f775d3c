"""Which nets are trained on the plays, what they reached, and how it is stored."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from lstmlib.data.plays import alphabet, plays
from lstmlib.studies import journal, protocol
from lstmlib.studies.at_work.halves import halves, kept
from lstmlib.studies.at_work.text.nets import Kind, Net, encode, learn, put, surprise

FOLDER = Path(__file__).parents[1] / "results"
KINDS = {"LSTM": Kind("LSTM", 96, 4)}
RATES = (0.003, 0.01, 0.03, 0.1)
SEEDS = {"validation": (100, 101), "test": tuple(range(5))}
LARGE, LARGE_RATE = Kind("LSTM", 192, 5), 0.01  # one net, for the figure: not part of the comparison


class Trial(NamedTuple):
    """One net: what it is, and its bits a character."""

    part: str  # "validation", "test" or "large"
    cell: str
    size: int
    epochs: int
    rate: float
    seed: int
    learnt: float  # in the last round, on what it learnt from
    plays: dict[str, float]  # of each play of the part
    bits: float  # of all of them together


def load(folder: Path = FOLDER) -> list[Trial]:
    """Return the stored trials; a last line that was cut off is left out."""
    return journal.read(folder / "text.jsonl", Trial)


def search(trials: list[Trial], cell: str) -> dict[float, list[float]]:
    """Return what each rate reached on the validation plays, as ``protocol.chosen`` takes it."""
    return protocol.by_setting((one.rate, one.bits) for one in trials if (one.part, one.cell) == ("validation", cell))


def tested(trials: list[Trial], cell: str) -> list[Trial]:
    """Return a cell's test nets, by seed."""
    return sorted((t for t in trials if (t.part, t.cell) == ("test", cell)), key=lambda t: t.seed)


def stored(seed: int | None = None, folder: Path = FOLDER) -> Net:
    """Return a test LSTM as it had learnt, rounded to half precision; the large one without a seed."""
    kind = KINDS["LSTM"] if seed is not None else LARGE
    net = Net(kind, len(alphabet(plays().learn)), 0)
    return put(net, kept(folder / f"{_name(seed)}.safetensors"))


def _name(seed: int | None) -> str:
    return "text-large" if seed is None else f"text-{seed}"


def train(folder: Path = FOLDER) -> None:
    """Run what isn't stored yet: each cell's search, its test nets, and the large net. Test LSTMs are kept whole.

    Args:
        folder: where the results are; each trial is written as it ends.
    """
    for cell in KINDS:
        for rate in RATES:
            for seed in SEEDS["validation"]:
                _once(folder, "validation", KINDS[cell], rate, seed)
        best = protocol.chosen(search(load(folder), cell))
        for seed in SEEDS["test"]:
            _once(folder, "test", KINDS[cell], best, seed)
        if cell == "LSTM":
            _once(folder, "large", LARGE, LARGE_RATE, 0)


def _once(folder: Path, part: str, kind: Kind, rate: float, seed: int) -> None:
    """Train a net and write what came of it, if it isn't stored."""
    from safetensors.numpy import save_file

    which = (part, *kind, rate, seed)
    if any(trial[: len(which)] == which for trial in load(folder)):
        return
    all_of_them = plays()
    letters = alphabet(all_of_them.learn)
    net, learnt = learn(encode("".join(all_of_them.learn.values()), letters), len(letters), kind, rate, seed)
    values = halves(net)
    if kind.cell == "LSTM" and part != "validation":
        save_file(values, folder / f"{_name(None if part == 'large' else seed)}.safetensors")
    texts = all_of_them.validation if part == "validation" else all_of_them.test
    found = {title: surprise(net, encode(text, letters)) for title, text in texts.items()}
    each = {title: round(float(bits.mean()), 5) for title, bits in found.items()}
    bits = round(float(np.concatenate(list(found.values())).mean()), 5)
    journal.add(folder / "text.jsonl", Trial(*which, round(learnt, 5), each, bits))
    print(*which, bits, flush=True)
