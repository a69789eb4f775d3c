"""One vector against attention through the studies' protocol: ``python -m lstmlib.studies.translation.compare``.

Every side gets the same search for its rate, on validation seeds, and is then judged on six test seeds. Two tasks:
numbers, whose digits keep their order, and cards, whose order is turned upside down (``pairs.py``).
"""

import argparse
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from lstmlib.studies import journal
from lstmlib.studies.protocol import Side, beyond, chosen
from lstmlib.studies.translation.net import EncoderDecoder
from lstmlib.studies.translation.pairs import TASKS, Drawn, Task
from lstmlib.studies.translation.side_by_side import SideBySide
from lstmlib.studies.translation.text import END, Texts

RESULTS = Path(__file__).parent / "results"
SIDES: dict[str, dict[str, Any]] = {
    "one vector": {"attention": False},
    "one vector, forward": {"attention": False, "reading": "forward"},
    "one vector, reversed": {"attention": False, "reading": "reversed"},
    "attention": {},
    "attention, fed": {"input_feeding": True},
}
REFERENCE = "attention"
ON = {"numbers": tuple(SIDES), "cards": ("one vector", "attention", "attention, fed")}
HIDDEN, EMBED, BATCH = 32, 16, 16
RATES = (0.003, 0.01, 0.03)  # the first grid; it grows until the best lies inside
VALIDATION, TEST = (100, 101), tuple(range(6))
SEARCHED = 2  # the search's nets get one part in so many of the updates, and so show whether more would help
PATIENT = {("numbers", "one vector"): 6000}  # the side that is still learning then gets more, with fewer seeds
FEWER = 3
TESTED = 200  # texts of each length
AHEAD = 50  # updates whose pairs are drawn at once


class Trial(NamedTuple):
    """One net.

    Attributes:
        task, side: which.
        rate: Adam's, at the first update; it falls in a straight line to 0.
        seed: of the weights and of the pairs.
        updates: how many.
        loss: cross-entropy of a symbol, in nats, of texts of every length that is learnt from.
        right: how many symbols a target has -> the share of texts without one that is wrong.
        found: the same -> the share of symbols for which the largest weight lies on their own place, or on a card's
            letter; nothing without attention.
    """

    task: str
    side: str
    rate: float
    seed: int
    updates: int
    loss: float
    right: dict[str, float]
    found: dict[str, float]

    def wrong(self, counts: Sequence[int]) -> float:
        """Return the share of texts that are wrong, of all these lengths together, and half a text more.

        The half keeps a net without mistakes above 0, which the ratios of ``protocol`` need.
        """
        missed = TESTED * sum(1.0 - self.right[str(count)] for count in counts)
        return float((missed + 0.5) / (TESTED * len(counts) + 1))


def make(task: Task, side: str, seed: int) -> EncoderDecoder:
    """Return a net as it starts."""
    sizes = len(task.alphabet.source), len(task.alphabet.target), HIDDEN, EMBED
    return EncoderDecoder(*sizes, **SIDES[side], generator=torch.Generator().manual_seed(seed))


def stacked(parts: Sequence[Texts]) -> Texts:
    """Return texts of several nets as one, each array with the nets' axis in front, padded to the longest."""
    found = []
    for name in Texts._fields:
        arrays = [getattr(part, name) for part in parts]
        most = max(len(array) for array in arrays)
        found.append(
            torch.stack([torch.nn.functional.pad(a, (0, 0) * (a.ndim - 1) + (0, most - len(a))) for a in arrays])
        )
    return Texts(*found)


def pairs_of(task: Task, seed: int, updates: int) -> Iterator[Texts]:
    """Yield what the nets of one seed learn from, a batch an update: every length as often as any other."""
    rng = np.random.default_rng([seed, 1])
    for start in range(0, updates, AHEAD):
        now = min(AHEAD, updates - start)
        drawn = task.draw(rng.integers(1, task.learnt + 1, now * BATCH), rng).texts
        for k in range(now):
            yield Texts(*(part[..., k * BATCH : (k + 1) * BATCH] for part in drawn))


def train(name: str, side: str, asked: Sequence[tuple[float, int]], updates: int) -> list[Trial]:
    """Train nets of one side, one for each rate and seed, side by side; judge them."""
    task = TASKS[name]
    nets = SideBySide([make(task, side, seed) for _, seed in asked])
    rates = torch.tensor([rate for rate, _ in asked])
    sources = {seed: pairs_of(task, seed, updates) for _, seed in asked}
    for update in range(updates):
        now = {seed: next(source) for seed, source in sources.items()}
        nets.step(stacked([now[seed] for _, seed in asked]), rates * (1.0 - update / updates))
    tests = tests_of(task)
    return [
        Trial(name, side, rate, seed, updates, *judged(net, task, tests))
        for net, (rate, seed) in zip(nets.trained(), asked, strict=True)
    ]


def tests_of(task: Task) -> dict[int, Drawn]:
    """Return the texts that all nets are judged by: 0 -> every length that is learnt from, and one entry a length."""
    rng = np.random.default_rng(1_000_000)
    every = task.draw(np.repeat(np.arange(1, task.learnt + 1), TESTED // 4), rng)
    return {0: every} | {count: task.draw(np.full(TESTED, count), rng) for count in task.tested}


@torch.no_grad()
def judged(
    net: EncoderDecoder, task: Task, tests: dict[int, Drawn]
) -> tuple[float, dict[str, float], dict[str, float]]:
    """Return a net's loss, and for every length its share of texts that are right, and of looks at the right place."""
    every = tests[0].texts
    scores, _ = net(every.source, every.lengths, every.read)
    loss = torch.nn.functional.cross_entropy(scores[every.mask], every.target[every.mask])
    right, found = {}, {}
    for count in task.tested:
        texts, places = tests[count]
        said, _ = net.translate(texts.source, texts.lengths, count + 1)
        said = torch.nn.functional.pad(said, (0, 0, 0, count + 1 - len(said)), value=END)
        right[str(count)] = round(float((said == texts.target).all(0).double().mean()), 4)
        if net.attention is not None:
            _, weights = net(texts.source, texts.lengths, texts.read, need_weights=True)
            assert weights is not None
            off = places.T - weights[:, :-1].argmax(2).numpy()  # (N, T - 1)
            on = (off == 0) | (off == 1) if task is TASKS["cards"] else off == 0
            found[str(count)] = round(float(on.mean()), 4)
    return float(f"{float(loss):.4g}"), right, found


def stored(path: Path = RESULTS / "compare.jsonl") -> list[Trial]:
    """Return the trials that are stored; a last line that was cut off is left out."""
    return journal.read(path, Trial)


def validation(trials: Sequence[Trial], name: str, side: str) -> dict[float, list[Trial]]:
    """Return rate -> its validation nets, by rising rate."""
    mine = [t for t in trials if (t.task, t.side) == (name, side) and t.seed in VALIDATION]
    return {rate: [t for t in mine if t.rate == rate] for rate in sorted({t.rate for t in mine})}


def rate_of(trials: Sequence[Trial], name: str, side: str) -> float:
    """Return the rate that the validation nets choose, by their loss."""
    return chosen({rate: [t.loss for t in found] for rate, found in validation(trials, name, side).items()})


def final(trials: Sequence[Trial], name: str, side: str, updates: int | None = None) -> list[Trial]:
    """Return the nets of the test seeds, at the task's number of updates or another."""
    updates = TASKS[name].updates if updates is None else updates
    return [t for t in trials if (t.task, t.side, t.updates) == (name, side, updates) and t.seed in TEST]


def side_of(trials: Sequence[Trial], name: str, side: str, counts: Sequence[int]) -> Side:
    """Return a side as ``protocol.against`` takes it: the share of wrong texts of these lengths, on the test seeds."""
    mine = final(trials, name, side)
    return Side(side, f"rate {mine[0].rate:g}", [t.wrong(counts) for t in mine])


def wanted(trials: Sequence[Trial], name: str, side: str) -> tuple[int, list[tuple[float, int]]] | None:
    """Return the next nets to train, as updates and (rate, seed); ``None`` if none are left."""
    found, updates = validation(trials, name, side), TASKS[name].updates
    if not found:
        return updates // SEARCHED, [(rate, seed) for rate in RATES for seed in VALIDATION]
    rate = rate_of(trials, name, side)
    if (more := beyond(rate, list(found))) is not None:
        return updates // SEARCHED, [(more, seed) for seed in VALIDATION]
    if not final(trials, name, side):
        return updates, [(rate, seed) for seed in TEST]
    return None


def patient(trials: Sequence[Trial], name: str, side: str) -> tuple[int, list[tuple[float, int]]] | None:
    """Return the same for a side that gets more time than the others, once it has been judged."""
    longer = PATIENT[name, side]
    if final(trials, name, side, longer) or not final(trials, name, side):
        return None
    return longer, [(rate_of(trials, name, side), seed) for seed in TEST[:FEWER]]


def main(arguments: list[str] | None = None) -> None:
    """Train what isn't stored yet, and write after every group of nets, so that it can be stopped and gone on with."""
    parser = argparse.ArgumentParser(prog="python -m lstmlib.studies.translation.compare", description=__doc__)
    parser.add_argument("tasks", nargs="*", choices=[*TASKS, "patience", []], help="which (default: all)")
    parser.add_argument("--output", type=Path, default=RESULTS / "compare.jsonl", help="default %(default)s")
    given = parser.parse_args(arguments)
    torch.set_num_threads(1)
    asked = [(wanted, name, side) for name in given.tasks or TASKS if name in TASKS for side in ON[name]]
    if not given.tasks or "patience" in given.tasks:
        asked += [(patient, *key) for key in PATIENT]
    for find, name, side in asked:
        while (job := find(stored(given.output), name, side)) is not None:
            start = time.process_time()
            found = train(name, side, job[1], job[0])
            journal.add(given.output, *found)
            spent = time.process_time() - start
            print(f"{spent:5.0f} s  {name}, {side}: {len(found)} nets, {job[0]} updates", flush=True)


if __name__ == "__main__":
    main()
