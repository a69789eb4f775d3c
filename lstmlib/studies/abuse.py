"""Cells used as a bias, the abuse problem of 1997, under two optimisers and a range of learning rates.

``python -m lstmlib.studies.abuse`` trains every net of the grid, or goes on where it was stopped. Every remedy gets the
same rates, seeds and number of updates, so that the effect of a rate can't be taken for the effect of a
remedy.

Source of problem and remedies: Hochreiter and Schmidhuber (1997), section 4.
"""

import argparse
import json
import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from lstmlib.numpy import LSTM1997, SGD, Adam, Linear, SequenceModel, squared_error, train
from lstmlib.output import positive
from lstmlib.tasks import Batch, keep_first

RESULTS = Path(__file__).parent / "results" / "abuse.json"
T, BLOCKS, SEEDS, UPDATES = 10, 3, 10, 1200
LOOKS = (200, 400, 800, UPDATES)  # after which the loss is noted
REMEDIES = ("none", "negative output-gate biases", "one cell after another")
RATES = {"Adam": (0.003, 0.01, 0.02, 0.05, 0.1), "SGD": (0.1, 0.25, 0.5, 1.0, 2.0)}
NEGATIVE = (-2.0, -4.0, -6.0)  # the paper's, from block to block
OPTIMISERS = {"Adam": Adam, "SGD": SGD}


class Trial(NamedTuple):
    """One net."""

    remedy: str
    optimiser: str
    rate: float
    seed: int
    loss: list[float]  # at LOOKS, percent of what always answering 1 leaves; the mean of the last 20 updates


def sequences(N: int, rng: np.random.Generator) -> Batch:
    """Return sequences (T, N, 3): a number, a mark at the first step, a mark at the last; 1 + x(1) is asked for there.

    Args:
        N: how many.
        rng: source of the numbers.
    """
    batch, last = keep_first(T, N, rng, quiet=False), np.zeros((T, N, 1))
    last[-1] = 1.0
    return batch._replace(x=np.concatenate([batch.x, last], -1), target=batch.target + 1.0)


def new_net(blocks: int, rng: np.random.Generator, **options: Any) -> SequenceModel:
    """Return a net of blocks of one cell with a linear read-out; only cells speak to it.

    Args:
        blocks: B, how many.
        rng: source of the weights.
        options: of ``LSTM1997``.
    """
    cells = LSTM1997(3, blocks, gradient="truncated", weight_range=0.5, rng=rng, **options)
    model = SequenceModel(cells, Linear(blocks, 1, rng=rng))
    model.readout.params["bias"][:] = 0.0
    return model


def with_one_more(model: SequenceModel, rng: np.random.Generator) -> SequenceModel:
    """Return the same net with one more block, whose weights are drawn; nothing that was learnt is changed.

    Args:
        model: a net of ``new_net``.
        rng: source of the new weights.
    """
    blocks = model.recurrent.num_blocks + 1
    new = new_net(blocks, rng)
    # Units stand gate by gate: all input gates, all cells, all output gates.
    at = [part * blocks + block for part in range(3) for block in range(blocks - 1)]
    for name, value in model.recurrent.params.items():
        new.recurrent.params[name][np.ix_(at, at) if name == "weight_hh_l0" else at] = value
    new.readout.params["weight"][:, :-1] = model.readout.params["weight"]
    return new


def stagnant(losses: list[float], since: int, window: int = 30) -> bool:
    """Return whether the loss has stopped falling: two windows after ``since``, the later mean not 2 percent lower."""
    if len(losses) - since < 2 * window:
        return False
    return bool(np.mean(losses[-window:]) > 0.98 * np.mean(losses[-2 * window : -window]))


def trial(remedy: str, optimiser: str, rate: float, seed: int) -> Trial:
    """Train one net for ``UPDATES`` updates, the gradient's norm clipped to 1.

    Args:
        remedy: one of ``REMEDIES``.
        optimiser: "Adam" or "SGD".
        rate: its learning rate.
        seed: of the weights and of what the net sees.
    """
    weights, rng = np.random.default_rng(seed), np.random.default_rng(100 + seed)
    growing = remedy == "one cell after another"
    options = {"output_gate_bias": NEGATIVE} if remedy == "negative output-gate biases" else {}
    model, grown_at = new_net(1 if growing else BLOCKS, weights, **options), 0
    losses: list[float] = []
    while len(losses) < UPDATES:
        batches = (sequences(32, rng) for _ in range(UPDATES - len(losses)))
        steps = OPTIMISERS[optimiser](model.params, rate)
        for loss, _ in train(model, batches, squared_error, steps, max_norm=1.0):
            model.readout.params["bias"][:] = 0.0
            losses.append(300.0 * loss)  # always answering 1 leaves 1/3
            if growing and model.recurrent.num_blocks < BLOCKS and stagnant(losses, grown_at):
                model, grown_at = with_one_more(model, weights), len(losses)
                break
    return Trial(remedy, optimiser, rate, seed, [round(float(np.mean(losses[at - 20 : at])), 2) for at in LOOKS])


PLAN = [
    (remedy, kind, rate, seed) for kind in RATES for remedy, rate, seed in product(REMEDIES, RATES[kind], range(SEEDS))
]


def load(path: Path = RESULTS) -> list[Trial]:
    """Return the trials of a results file, none if there is no such file.

    Args:
        path: the file; the stored one unless told.
    """
    return [Trial(*item) for item in json.loads(path.read_text())] if path.exists() else []


def study(path: Path, plan: list[tuple[str, str, float, int]], workers: int = 1) -> None:
    """Run what of the plan the file doesn't hold yet; write the file after every thirty trials, and at the end.

    Args:
        path: where the results are.
        plan: (remedy, optimiser, rate, seed) of every trial.
        workers: processes side by side.
    """
    done = load(path)
    missing = [item for item in plan if item not in [there[:4] for there in done]]
    with ProcessPoolExecutor(workers) as pool:
        for number, future in enumerate(as_completed([pool.submit(trial, *item) for item in missing]), 1):
            done.append(future.result())
            if number % 30 == 0 or number == len(missing):
                lines = ",\n".join(json.dumps(item) for item in sorted(done, key=lambda item: plan.index(item[:4])))
                part = path.with_suffix(".part")
                part.write_text(f"[\n{lines}\n]\n")
                part.replace(path)
                print(f"{number} of {len(missing)} trials", flush=True)


def solved(trials: list[Trial], look: int) -> int:
    """Return how many nets left less than 10 percent of the loss after that many updates.

    Args:
        trials: some nets.
        look: one of ``LOOKS``.
    """
    return sum(item.loss[LOOKS.index(look)] < 10.0 for item in trials)


def main(arguments: list[str] | None = None) -> None:
    """Run the whole study, or go on where it was stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--workers", type=positive, default=os.cpu_count(), help="processes (default: as many as cores)"
    )
    parser.add_argument("--output", type=Path, default=RESULTS, help="where to write (default %(default)s)")
    given = parser.parse_args(arguments)
    study(given.output, PLAN, given.workers)


if __name__ == "__main__":
    main()
