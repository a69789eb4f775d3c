"""How far nets count that were taught to count to ten: ``python -m lstmlib.studies.counting``.

LSTM, GRU and plain tanh nets of as many parameters, each with the rate and the bias that carry it furthest on
validation seeds, in two rounds, then ten test seeds (``protocol`` says how comparisons are made). The kinds of net are
those of ``gru_searched``, and so are biases and seeds.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from lstmlib.studies import journal
from lstmlib.studies.gru_searched import (
    ADDED,
    BATCH,
    BIASES,
    FURTHER,
    KINDS,
    VALIDATION,
    Setting,
    losses,
    make,
    say,
    stacked,
)
from lstmlib.studies.protocol import Side
from lstmlib.studies.second_round import TwoRounds, told
from lstmlib.tasks import counting, counting_solved

RESULTS = Path(__file__).parent / "results" / "counting.jsonl"
TAUGHT, TRIED = 10, 1000  # the largest n that is taught, and the largest that is tried
RATES = (0.003, 0.01, 0.03)  # the first grid; it grows until the best lies inside, that of the second round too
LOWER = (-5.0, -3.0, -2.0)  # biases searched later, for both cells, as the second round's best lay at -1, an end
MARKS = (1000, 3000, 10_000)  # updates after which it is asked how far a net counts
SEARCHED = 3000  # the search's nets get so many, the test's all
TEST = tuple(range(10))


class Trial(NamedTuple):
    """One net: what it was, for how many updates it was taught, and how far it counted after some: updates -> n."""

    net: str
    rate: float
    bias: float | None
    seed: int
    updates: int
    reach: dict[str, int]


def reach(net: Any) -> int:
    """Return the largest n to which a net gets every string a^n b^n right: 0 if it fails at once, at most ``TRIED``.

    Source: Gers and Schmidhuber (2001) asked this of LSTM, Weiss, Goldberg and Yahav (2018) of LSTM beside GRU.

    Args:
        net: of ``gru_searched.make``.
    """
    import torch

    for n in range(1, TRIED + 1):
        string = counting(n, n, 1, np.random.default_rng(0))
        with torch.no_grad():
            h = net["cell"](torch.from_numpy(string.x).float())[0]
            y = h @ net["readout"].weight.T + net["readout"].bias
        if not counting_solved(y.numpy(), string).all():
            return n - 1
    return TRIED


def train(kind: str, asked: Sequence[tuple[Setting, int]], updates: int) -> list[Trial]:
    """Teach nets of one kind side by side to count to ten; ask each how far it counts, now and then.

    Adam with a rate that falls in a straight line to 0, the gradient's norm clipped to 1.

    Args:
        kind: one of ``KINDS``.
        asked: settings and seeds; nets of one seed read the same strings.
        updates: how many.
    """
    import torch

    from lstmlib.studies.side_by_side import Nets

    nets = Nets([make(kind, "counting", seed, setting.bias) for setting, seed in asked])
    rates = torch.tensor([setting.rate for setting, _ in asked])
    sources = {seed: np.random.default_rng([seed, 1]) for _, seed in asked}
    found: list[dict[str, int]] = [{} for _ in asked]
    for update in range(1, updates + 1):
        batches = {seed: counting(1, TAUGHT, BATCH, rng) for seed, rng in sources.items()}
        x, target, mask = stacked([batches[seed] for _, seed in asked])
        nets.descend(losses(say(nets, x), target, mask), rates * (1.0 - (update - 1) / updates))
        if update in MARKS or update == updates:
            for far, net in zip(found, nets.trained(), strict=True):
                far[str(update)] = reach(net)
    return [Trial(kind, *setting, seed, updates, far) for (setting, seed), far in zip(asked, found, strict=True)]


# What is stored, and what follows from it.


def stored(path: Path = RESULTS) -> list[Trial]:
    """Return the trials that are stored."""
    return journal.read(path, Trial)


def far(trials: Sequence[Trial], updates: int) -> list[int]:
    """Return how far nets counted after so many updates."""
    return [trial.reach[str(updates)] for trial in trials]


def _falling(reached: Sequence[int]) -> list[float]:
    """Return numbers of which lower is better, as ``protocol`` has it."""
    return [1.0 / (n + 1.0) for n in reached]


def _of(trials: Sequence[Trial], kind: str) -> list[Trial]:
    return [trial for trial in trials if trial.net == kind]


SEARCH = TwoRounds[Trial, Setting](
    setting=lambda trial: Setting(trial.rate, trial.bias),
    reached=lambda trial: _falling(far([trial], SEARCHED))[0],
    seeds=VALIDATION,
    further=FURTHER,
    test=TEST,
)


def validation(trials: Sequence[Trial], kind: str, seeds: Sequence[int] = VALIDATION) -> dict[Setting, list[float]]:
    """Return setting -> 1 / (n + 1) for the n to which its validation nets counted, by rising bias and rate.

    Args:
        trials: what is stored.
        kind: one of ``KINDS``.
        seeds: which; a setting without nets of all of them is left out.
    """
    return SEARCH.validation(_of(trials, kind), seeds)


def setting_of(trials: Sequence[Trial], kind: str, *, checked: bool = True) -> Setting:
    """Return the setting whose validation nets count furthest.

    Args:
        trials: what is stored.
        kind: one of ``KINDS``.
        checked: after the second round, whose nets choose together with the first's.
    """
    return SEARCH.chosen(_of(trials, kind), checked=checked)


def final(trials: Sequence[Trial], kind: str, *, checked: bool = True) -> list[Trial]:
    """Return the nets of the test seeds at the setting that is chosen; arguments as ``setting_of`` has them.

    What was tested at another, before the second round, is stored and not judged.
    """
    return SEARCH.tested(_of(trials, kind), checked=checked)


def side_of(trials: Sequence[Trial], kind: str) -> Side:
    """Return a side as ``protocol.against`` takes it: 1 / (n + 1), on the test seeds, after all updates."""
    mine = final(trials, kind)
    return Side(kind, told(mine[0]), _falling(far(mine, MARKS[-1])))


def wanted(trials: Sequence[Trial], kind: str) -> tuple[int, list[tuple[Setting, int]]] | None:
    """Return the next nets to train, as updates and (setting, seed); ``None`` if none are left."""
    biases: tuple[float | None, ...] = (None,) if kind == "tanh net" else (*BIASES, *ADDED, *LOWER)
    first = [Setting(rate, bias) for bias in biases for rate in RATES]
    return SEARCH.wanted(_of(trials, kind), first, (SEARCHED, MARKS[-1]), waits=True)


def main(arguments: list[str] | None = None) -> None:
    """Train what isn't stored yet, and write after every group of nets, so that it can be stopped and gone on with."""
    parser = argparse.ArgumentParser(prog="python -m lstmlib.studies.counting", description=__doc__)
    parser.add_argument("kinds", nargs="*", choices=[*KINDS, []], help="which (default: all)")
    parser.add_argument("--output", type=Path, default=RESULTS, help="where to write (default %(default)s)")
    given = parser.parse_args(arguments)
    import torch

    torch.set_num_threads(1)
    journal.go_on(
        given.output,
        ((kind,) for kind in given.kinds or KINDS),
        lambda kind: wanted(stored(given.output), kind),
        lambda kind, job: train(kind, job[1], job[0]),
    )


if __name__ == "__main__":
    main()
