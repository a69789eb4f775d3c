"""Which of the paper's open sentences decide whether, and how soon, its nets learn: a factorial study of the readings.

    python -m lstmlib.paper.factors           # goes to ./results/factors.jsonl; an hour or two on one core
    python -m lstmlib.paper.factors --store   # goes on with what comes with the library, which a chapter shows

Eight readings at a time, two options each, have 256 combinations. A quarter of them is enough: 64 runs, chosen so that
every effect of one reading and of every pair of them can be told from every other one, as long as no three readings
act together (a 2^(8-2) design of resolution V; Box, Hunter and Hunter 2005, chapter 6). Whether they do is seen from 16
runs more, which the effects of the 64 have to foretell. Experiments 2c and 5 have 16 runs in all, for effects of one
reading. A run is four nets; trial k starts from the same random numbers in all runs. Stopped, it goes on where it was.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmlib.output import add_output, check
from lstmlib.paper.row import Reading
from lstmlib.paper.rows import ROWS, reading_of
from lstmlib.paper.store import RESULTS
from lstmlib.paper.version import VERSION

PATH = RESULTS / "factors.jsonl"
TRIALS = 4
CAP = 200_000  # after so many sequences a net has failed: two and a half to seven times the paper's means
# What concerns all four experiments: the text's option, or the default where the text leaves it open, and the other.
COMMON = {
    "initial": ("0", "0.5"),
    "factor": ("1", "2"),
    "output-error": ("slope", "offset"),
    "output": ("logistic", "linear"),
    "ranges": ("text", "caption"),
    "recurrence": ("all", "cells"),
}
BIASED, NOISY = {"biased": ("all", "gates")}, {"gate-bias": ("exact", "noisy")}
FACTORS: dict[str, dict[str, tuple[str, str]]] = {
    "table-1/4x1-0.1": COMMON | {"shortcuts": ("none", "inputs and 1")} | NOISY,
    "table-4/T100-N3": COMMON | BIASED | NOISY,
    "table-7/T100": COMMON | BIASED | {"first-pair": ("marker 1", "marker 1 and value")},
    "table-9/6a": COMMON | BIASED | NOISY,
}
# In 16 runs effects of one reading can be told from those of pairs, pairs not from each other (a 2^(8-4) design of
# resolution IV). Experiment 2c: its net has no biases; what pushes are gates that are seen, and it is whether units see
# any unit that decides.
RECALL = {"recurrence": ("all", "none"), "applied": ("at once", "late"), "judged": ("apart", "while learning")}
# Experiment 5 in 16 runs as well, since its nets take half a million sequences: the readings of experiment 4.
SHORT: dict[str, dict[str, tuple[str, str]]] = {
    "table-3/q50-p50": COMMON | RECALL,
    "table-8/n140": COMMON | BIASED | {"first-pair": ("marker 1", "marker 1 and value")},
}
SHORT_RUNS = 16
CAPS = {"table-8/n140": 1_200_000}  # where it isn't ``CAP``: two and a half times the paper's mean
# The default, a test every 10 sequences, would spend most of the time on testing.
FIXED = {"table-4/T100-N3": {"test-every": "100"}}
RUNS, CHECKS = 64, 16


def design() -> NDArray[np.int8]:
    """Return the options of every run, 0 for a reading's first and 1 for its other. Shape: (80, 8).

    In the first 64 six readings have all their combinations; the last two are sums, modulo 2, of four of these each.
    The 16 after them are drawn from the 192 other combinations.
    """
    every = (np.arange(256)[:, None] >> np.arange(8) & 1).astype(np.int8)
    sums = np.column_stack([every[:, [0, 1, 2, 3]].sum(1) % 2, every[:, [0, 1, 4, 5]].sum(1) % 2])
    others = every[(every[:, 6:] != sums).any(1)]
    runs = np.column_stack([every[:RUNS, :6], sums[:RUNS]])
    return np.concatenate([runs, np.random.default_rng(0).choice(others, CHECKS, replace=False)]).astype(np.int8)


def short_design() -> NDArray[np.int8]:
    """Return the options of the 16 runs of a row of ``SHORT``, as ``design`` does. Shape: (16, 8).

    Four readings have all their combinations; the other four are sums, modulo 2, of three of these each.
    """
    every = (np.arange(SHORT_RUNS)[:, None] >> np.arange(4) & 1).astype(np.int8)
    sums = [every[:, list(columns)].sum(1) % 2 for columns in combinations(range(4), 3)]
    return np.column_stack([every, *sums]).astype(np.int8)


def reading_of_run(name: str, run: int) -> Reading:
    """Return the option of every reading that a run has.

    Args:
        name: a key of ``FACTORS`` or of ``SHORT``.
        run: its number, 0 to 79, or to 15.

    Raises:
        ValueError: an unknown row or number.
    """
    both_kinds = FACTORS | SHORT
    if name not in both_kinds:
        raise ValueError(f"name is {name!r}, expected one of {', '.join(both_kinds)}")
    runs, factors = short_design() if name in SHORT else design(), both_kinds[name]
    if not 0 <= run < len(runs):
        raise ValueError(f"run is {run}, expected 0 to {len(runs) - 1}")
    options = {reading: both[which] for (reading, both), which in zip(factors.items(), runs[run], strict=True)}
    return reading_of(ROWS[name], options | FIXED.get(name, {}))


def cap_of(name: str) -> int:
    """Return after how many sequences a net of a row has failed."""
    return CAPS.get(name, CAP)


def measure(name: str, run: int, trials: int = TRIALS, *, cap: int | None = None) -> dict[str, Any]:
    """Run the nets of one run, and return after how many sequences each succeeded, ``None`` where it didn't.

    Args:
        name: a key of ``FACTORS`` or of ``SHORT``.
        run: its number, 0 to 79, or to 15.
        trials: how many nets.
        cap: after how many sequences a net has failed; ``cap_of(name)`` if ``None``.
    """
    from lstmlib.paper.trials import run_trials

    found = list[dict[str, Any]]()
    run_trials(replace(ROWS[name], cap=cap or cap_of(name)), reading_of_run(name, run), 0, range(trials), found.append)
    found.sort(key=lambda result: result["trial"])
    return {"row": name, "run": run, "sequences": [r["sequences"] if r["solved"] else None for r in found]}


def load(path: Path = PATH) -> dict[str, NDArray[np.float64]]:
    """Return the stored runs: row -> sequences until success, infinite where there was none. Shape: (80, 4).

    Raises:
        OSError: the file can't be read.
        ValueError: runs of a row are missing.
    """
    runs = _stored(path)
    for name in FACTORS:
        missing = [run for run in range(RUNS + CHECKS) if (name, run) not in runs]
        if missing:
            raise ValueError(f"{path}: {name} has no runs {missing}: python -m lstmlib.paper.factors goes on with them")
    return {
        name: np.array([[np.inf if n is None else n for n in runs[name, run]] for run in range(RUNS + CHECKS)])
        for name in FACTORS
    }


def load_short(path: Path = PATH) -> dict[str, NDArray[np.float64]]:
    """Return the stored runs of the rows in ``SHORT``, as ``load`` does. Shape: (16, 4).

    Raises:
        OSError: the file can't be read.
        ValueError: runs of a row are missing.
    """
    runs, numbers = _stored(path), range(SHORT_RUNS)
    for name in SHORT:
        if missing := [run for run in numbers if (name, run) not in runs]:
            raise ValueError(f"{path}: {name} has no runs {missing}: python -m lstmlib.paper.factors goes on with them")
    return {
        name: np.array([[np.inf if n is None else n for n in runs[name, run]] for run in numbers]) for name in SHORT
    }


class Effect(NamedTuple):
    """What a reading's other option does, or a pair of them beyond what each does alone."""

    readings: tuple[str, ...]  # one, or two
    ratio: float  # of the mean numbers of sequences: other option by first
    low: float  # of the 95 percent interval
    high: float
    holm: float  # p of the t test after Holm's correction for all 36 effects of the experiment


def effects(name: str, sequences: NDArray[np.float64], cap: int = CAP) -> list[Effect]:
    """Return the effect of each reading and of each pair, by least squares on the 64 runs' mean logarithms.

    A net that failed counts with the cap, so an effect looks smaller than it is where the slower half has the failures,
    and larger where the faster half has more of them. What 36 effects and the mean leave unexplained of 64 runs, 27
    degrees of freedom, is the error that intervals and t tests are made of.

    Args:
        name: a key of ``FACTORS``.
        sequences: of each run and net, as from ``load``. Shape: (64 or more, nets).
        cap: what a failure counts as.

    Raises:
        ValueError: fewer than 64 runs.
    """
    from statsmodels.stats.multitest import multipletests

    fitted = _fit(sequences, cap)
    # A coefficient is half of the difference between the two halves of the runs.
    intervals = np.exp(2.0 * fitted.conf_int()[1:])
    corrected = multipletests(fitted.pvalues[1:], method="holm")[1]
    ratios, names = np.exp(2.0 * fitted.params[1:]), list(FACTORS[name])
    return [
        Effect(tuple(names[k] for k in term), float(ratio), float(low), float(high), float(p))
        for term, ratio, (low, high), p in zip(TERMS, ratios, intervals, corrected, strict=True)
    ]


def short_effects(name: str, sequences: NDArray[np.float64]) -> list[Effect]:
    """Return the effect of each reading of a row in ``SHORT``, by least squares on its 16 runs' mean logarithms.

    What the eight leave unexplained, 7 degrees of freedom, holds the pairs, which can't be told from each other. So an
    interval is wide where pairs matter. Holm's correction is for the eight.

    Args:
        name: a key of ``SHORT``.
        sequences: of each run and net, as from ``load_short``; a failure counts as ``cap_of(name)``. Shape: (16, nets).
    """
    import statsmodels.api as sm
    from statsmodels.stats.multitest import multipletests

    columns = np.column_stack([np.ones(SHORT_RUNS), 2.0 * short_design() - 1.0])
    fitted = sm.OLS(np.log(np.minimum(sequences, cap_of(name))).mean(1), columns).fit()
    ratios, intervals = np.exp(2.0 * fitted.params[1:]), np.exp(2.0 * fitted.conf_int()[1:])
    corrected = multipletests(fitted.pvalues[1:], method="holm")[1]
    return [
        Effect((reading,), float(ratio), float(low), float(high), float(p))
        for reading, ratio, (low, high), p in zip(SHORT[name], ratios, intervals, corrected, strict=True)
    ]


def foretold(sequences: NDArray[np.float64], cap: int = CAP) -> NDArray[np.float64]:
    """Return the geometric means of sequences that the effects of the 64 runs give for the 16 others. Shape: (16,).

    Args:
        sequences: as for ``effects``.
        cap: the same.
    """
    found: NDArray[np.float64] = np.exp(_fit(sequences, cap).predict(_columns()[RUNS:]))
    return found


TERMS = [*((k,) for k in range(8)), *combinations(range(8), 2)]


def _columns() -> NDArray[np.float64]:
    """Return what each run has for the mean, each reading and each pair: 1 or -1. Shape: (80, 37)."""
    signs = 2.0 * design() - 1.0
    return np.column_stack([np.ones(len(signs)), *(signs[:, list(term)].prod(1) for term in TERMS)])


def _fit(sequences: NDArray[np.float64], cap: int) -> Any:
    import statsmodels.api as sm

    if len(sequences) < RUNS:
        raise ValueError(f"sequences has {len(sequences)} runs, expected {RUNS} or more")
    return sm.OLS(np.log(np.minimum(sequences[:RUNS], cap)).mean(1), _columns()[:RUNS]).fit()


def _stored(path: Path) -> dict[tuple[str, int], list[int | None]]:
    """Return the runs of this version that a file holds: row, run -> sequences."""
    if not path.exists():
        return {}
    lines = (json.loads(line) for line in path.read_text(encoding="utf8").splitlines())
    return {(line["row"], line["run"]): line["sequences"] for line in lines if line["version"] == VERSION}


def _missing(path: Path) -> Iterator[tuple[str, int]]:
    there = _stored(path)
    wanted = [(name, run) for name in FACTORS for run in range(RUNS + CHECKS)]
    wanted += [(name, run) for name in SHORT for run in range(SHORT_RUNS)]
    return (one for one in wanted if one not in there)


def main() -> None:
    """Run what isn't there, and keep each run as soon as it is finished."""
    parser = argparse.ArgumentParser(prog="python -m lstmlib.paper.factors", description=(__doc__ or "").split("\n")[0])
    add_output(parser, PATH)
    given = parser.parse_args()
    check(given.output)
    for name, run in _missing(given.output):
        found = measure(name, run)
        with given.output.open("a", encoding="utf8") as file:
            file.write(json.dumps(found | {"version": VERSION}) + "\n")
        print(f"{name}, run {run}: {found['sequences']}", file=sys.stderr)


if __name__ == "__main__":
    main()
