"""What the gates' biases are worth: the paper's own experiments with and without its two remedies.

    python -m lstmlib.paper.remedies           # writes ./results/remedies.jsonl; some minutes on one core
    python -m lstmlib.paper.remedies --store   # replaces what comes with the library, which a chapter shows

The paper starts input gates with negative biases against drifting states, and output gates against cells that are
abused as biases (section 4). Here a row of its tables runs with both, with either, and with neither; a gate without
the remedy has its bias drawn like any weight. Trial k has the same weights, sequences and tests in all four, apart from
these biases.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import lstmlib
from lstmlib.output import add_output, check
from lstmlib.paper import disk
from lstmlib.paper.report import until_success
from lstmlib.paper.row import Row
from lstmlib.paper.rows import ROWS, reading_of
from lstmlib.paper.store import RESULTS
from lstmlib.paper.version import VERSION

PATH = RESULTS / "remedies.jsonl"
TRIALS = 16
# Row -> the negative biases, block by block, of its input and its output gates. The paper gives both for experiment 3,
# and those of the input gates for 6a, whose output gates have -2 and -4 here, as in experiment 3.
BIASES = {
    "table-9/6a": ((-2.0, -4.0), (-2.0, -4.0)),
    "table-4/T100-N3": ((-1.0, -3.0, -5.0), (-2.0, -4.0, -6.0)),
}
CAP = 100_000  # after so many sequences a trial counts as failed: two and a half to three times the paper's means
CHOSEN = {"table-4/T100-N3": {"test-every": "100"}}  # the default, every 10, would be spent on testing
# What has the remedy: input gates, output gates.
CONDITIONS = {
    "both": (True, True),
    "input gates": (True, False),
    "output gates": (False, True),
    "neither": (False, False),
}


def row_with(name: str, condition: str, cap: int | None = None) -> Row:
    """Return a row of the tables with the remedies of a condition.

    Args:
        name: a key of ``BIASES``.
        condition: a key of ``CONDITIONS``.
        cap: after how many sequences a trial has failed; ``CAP`` if ``None``.

    Raises:
        ValueError: an unknown row or condition.
    """
    if name not in BIASES:
        raise ValueError(f"name is {name!r}, expected one of {', '.join(BIASES)}")
    if condition not in CONDITIONS:
        raise ValueError(f"condition is {condition!r}, expected one of {', '.join(CONDITIONS)}")
    inward, outward = (bias if there else None for bias, there in zip(BIASES[name], CONDITIONS[condition], strict=True))
    return replace(ROWS[name], input_gate_bias=inward, output_gate_bias=outward, cap=cap or CAP)


def measure(name: str, condition: str, trials: int = TRIALS, *, cap: int | None = None) -> list[dict[str, Any]]:
    """Run trials, and return for each whether it succeeded, after how many sequences, and its errors in the test.

    Args:
        name: a key of ``BIASES``.
        condition: a key of ``CONDITIONS``.
        trials: how many.
        cap: see ``row_with``.
    """
    from lstmlib.paper.trials import run_trials

    row, found = row_with(name, condition, cap), list[dict[str, Any]]()
    run_trials(row, reading_of(row, CHOSEN.get(name, {})), 0, range(trials), found.append)
    kept = ("trial", "solved", "sequences", "wrong", "tested")
    there = [{key: result[key] for key in kept if key in result} for result in found]
    return [{"row": name, "remedy": condition} | result for result in sorted(there, key=lambda result: result["trial"])]


def load(path: Path = PATH) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Return the stored trials: row -> condition -> a list of them.

    Raises:
        OSError: the file can't be read.
    """
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for line in path.read_text(encoding="utf8").splitlines():
        result = json.loads(line)
        if "trial" in result:
            found.setdefault(result["row"], {}).setdefault(result["remedy"], []).append(result)
    return found


def middle(results: Sequence[dict[str, Any]]) -> float:
    """Return the median number of sequences until success; infinite where half of the trials or more failed."""
    return float(np.median(until_success(results)))


def main() -> None:
    """Run everything, and write it."""
    parser = argparse.ArgumentParser(
        prog="python -m lstmlib.paper.remedies", description=(__doc__ or "").split("\n")[0]
    )
    add_output(parser, PATH)
    given = parser.parse_args()
    check(given.output)
    import numba

    made = {"command": "python -m lstmlib.paper.remedies", "version": VERSION, "lstmlib": lstmlib.__version__}
    lines: list[dict[str, Any]] = [made | {"numpy": np.__version__, "numba": numba.__version__, "seed": 0}]
    for name in BIASES:
        for condition in CONDITIONS:
            results = measure(name, condition)
            lines += results
            solved = sum(result["solved"] for result in results)
            print(f"{name}, {condition}: {solved} of {len(results)}, median {middle(results):,.0f}", file=sys.stderr)
    disk.replace(given.output, "".join(json.dumps(line) + "\n" for line in lines).encode())


if __name__ == "__main__":
    main()
