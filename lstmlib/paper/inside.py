"""How nets of every experiment of 1997 get better while they learn, and the parameters of one that has learnt.

    python -m lstmlib.paper.inside           # writes ./results/inside.json; some minutes on one core
    python -m lstmlib.paper.inside 4 6a      # these experiments alone
    python -m lstmlib.paper.inside --store   # replaces what comes with the library, which a chapter shows

Eight nets of a row are trained side by side and tested as they go: points for curves. Then the trials of the same nets
run side by side until one of them has solved the task by its row's own rule, and its parameters are kept, rounded. They
are kept whole, so that whoever reads the file can run the net on any sequence. The nets of experiments 2a and 2b have
10,504 weights, which are rounded to two decimals, those of the others to four. After rounding each is tested once more.

What is finished is written at once, and not made again: a run that is stopped loses the experiment that it is at.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from lstmlib.numpy.checks import Array
from lstmlib.online.compiled.lanes import LANES
from lstmlib.output import add_output, check
from lstmlib.paper import disk
from lstmlib.paper.store import RESULTS
from lstmlib.paper.version import VERSION
from lstmlib.paper.watch import Plan, curves, share_wrong, solve

PATH = RESULTS / "inside.json"
COMMAND = "python -m lstmlib.paper.inside"
SEED = 0
FRESH = 1000  # sequences on which a net with rounded parameters is tested

PAIRS = {"first-pair": "marker 1 and value", "output": "linear"}
GROWN = {"added-gate": "closed", "output-error": "difference"}
PLANS = {
    "1": Plan("table-1/3x2-0.5", {"shortcuts": "inputs and 1"}, 60_000, 1000),
    "2a": Plan("table-2/LSTM-100", GROWN, 12_000, 200, 2),
    "2b": Plan("section-5.2/2b", GROWN | {"errors": "end"}, 12_000, 200, 2),
    "2c": Plan("table-3/q100-p100", {"recurrence": "none"}, 60_000, 1000),
    "3a": Plan("table-4/T100-N3", {}, 60_000, 1000),
    "3b": Plan("table-5/T100-N3", {}, 40_000, 800),
    "3c": Plan("table-6/T100-N3", {}, 120_000, 2000),
    "4": Plan("table-7/T100", PAIRS, 120_000, 2000),
    "5": Plan("table-8/n140", PAIRS, 900_000, 15_000),
    "6a": Plan("table-9/6a", {}, 60_000, 1000),
    "6b": Plan("table-9/6b", {}, 600_000, 10_000),
}


def _head(plan: Plan) -> dict[str, Any]:
    """Return what an experiment's results depend on."""
    head = {"row": plan.name, "chosen": dict(plan.chosen), "every": plan.every, "points": plan.sequences // plan.every}
    return head | {"decimals": plan.decimals, "seed": SEED, "version": VERSION}


def measure(plan: Plan) -> dict[str, Any]:
    """Return all that is stored of an experiment."""
    wrong, error = curves(plan, seed=SEED)
    net = solve(plan, seed=SEED)
    fresh = share_wrong(plan, net["params"], FRESH, np.random.default_rng([SEED, 5]))
    params = {name: value.tolist() for name, value in net.pop("params").items()}
    points = {"wrong": _rounded(wrong), "error": _rounded(error)}
    return _head(plan) | net | {"fresh_wrong": fresh} | points | {"params": params}


def _rounded(points: Array) -> list[list[float | None]]:
    return [[None if np.isnan(value) else round(float(value), 4) for value in line] for line in points]


class Inside(NamedTuple):
    """What is stored of an experiment.

    Attributes:
        plan: row, reading, constants.
        sequences: after how many training sequences each point of the curves lies (P,).
        wrong: which part of 256 test sequences is wrong then (8, P); in experiment 1, of the trial's own strings.
        error: their mean absolute error (8, P).
        trial: which of the eight it is.
        after: after how many training sequences it had.
        fresh_wrong: which part of 1000 fresh sequences it gets wrong with the parameters that are stored.
        params: its parameters, name -> array.
    """

    plan: Plan
    sequences: Array
    wrong: Array
    error: Array
    trial: int
    after: int
    fresh_wrong: float
    params: dict[str, Array]


def load(path: Path = PATH) -> dict[str, Inside]:
    """Return what is stored, experiment -> its curves and its net.

    Raises:
        OSError: the file can't be read, or isn't there.
        ValueError: it is damaged, or was made with other constants.
    """
    found = {}
    for name, stored in _read(path).items():
        plan = PLANS.get(name)
        try:
            if plan is None or any(stored[key] != value for key, value in _head(plan).items()):
                raise ValueError("made with other constants")
            params = {key: np.array(value, float) for key, value in stored["params"].items()}
            plan.net.pack(params)
            wrong, error = (np.array(stored[key], float) for key in ("wrong", "error"))  # None becomes NaN
            sequences = plan.every * np.arange(1, stored["points"] + 1)
            if wrong.shape != (LANES, len(sequences)) or error.shape != wrong.shape:
                raise ValueError(f"curves of shape {wrong.shape}, expected {(LANES, len(sequences))}")
            rest = (stored["trial"], stored["after"], stored["fresh_wrong"])
        except (AttributeError, KeyError, TypeError, ValueError) as reason:
            raise ValueError(
                f"{path}, experiment {name}: {reason!r}; delete the file and run: {COMMAND} --output {path}"
            ) from reason
        found[name] = Inside(plan, sequences, wrong, error, *rest, params)
    return found


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        raise FileNotFoundError(f"{path} is not there; to make it, run: {COMMAND} --output {path}")
    try:
        stored = json.loads(path.read_text(encoding="utf8"))
        return dict(stored["experiments"])
    except (ValueError, KeyError, TypeError) as reason:
        raise ValueError(f"{path} is damaged ({reason!r}); delete it and run: {COMMAND} --output {path}") from reason


def _write(path: Path, experiments: dict[str, Any]) -> None:
    """Write the file, which others see whole or not at all: a line for each curve and each kind of parameter."""
    parts = []
    for name in [name for name in PLANS if name in experiments]:
        lines = []
        for key, value in experiments[name].items():
            if key in ("wrong", "error"):
                text = "[\n   " + ",\n   ".join(json.dumps(line) for line in value) + "]"
            elif key == "params":
                text = "{\n   " + ",\n   ".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in value.items()) + "}"
            else:
                text = json.dumps(value)
            lines.append(f"{json.dumps(key)}: {text}")
        parts.append(f" {json.dumps(name)}: {{\n  " + ",\n  ".join(lines) + "}")
    head = f'{{"command": {json.dumps(COMMAND)},\n"experiments": {{\n'
    disk.replace(path, (head + ",\n".join(parts) + "}}\n").encode())


def make(names: list[str], path: Path = PATH) -> None:
    """Make what is not there yet, and write it experiment by experiment.

    Args:
        names: of experiments, keys of ``PLANS``.
        path: the file.

    Raises:
        ValueError: an unknown name, or a file that is damaged.
    """
    unknown = [name for name in names if name not in PLANS]
    if unknown:
        raise ValueError(f"there is no experiment {', '.join(unknown)}; there are {', '.join(PLANS)}")
    there = _read(path) if path.exists() else {}
    for name in names:
        plan = PLANS[name]
        if name in there and all(there[name].get(key) == value for key, value in _head(plan).items()):
            print(f"{name}: there", file=sys.stderr)
            continue
        print(f"{name}: {LANES} nets, {plan.sequences:,} sequences each ...", file=sys.stderr, flush=True)
        there[name] = measure(plan)
        _write(path, there)
        ends = np.array(there[name]["wrong"], float)[:, -1]
        print(f"{name}: {(ends < 0.1).sum()} of {LANES} nets end below 10 % wrong;", end=" ", file=sys.stderr)
        print("net {trial} solved it after {after:,}, {fresh_wrong:.1%} wrong".format(**there[name]), file=sys.stderr)


def main() -> None:
    """Make what the command line names."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=(__doc__ or "").split("\n")[0])
    parser.add_argument("names", nargs="*", metavar="EXPERIMENT", help=f"of {', '.join(PLANS)} (default: all)")
    add_output(parser, PATH)
    given = parser.parse_args()
    check(given.output)
    try:
        make(given.names or list(PLANS), given.output)
    except KeyboardInterrupt:
        print("stopped; what was finished is kept", file=sys.stderr)
        sys.exit(130)
    except ValueError as reason:
        sys.exit(str(reason))


if __name__ == "__main__":
    main()
