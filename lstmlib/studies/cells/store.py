"""The stored grid: a file a task, a line a cell and seed, in which all biases and rates stand side by side.

A loss is written as three digits, hundredths of a power of ten below 1: 250 is 10^-2.50. 000 is a loss of 1 or more, or
a net that left the numbers behind. A test seed's line has one for each of the five marks, a validation seed's the last.
"""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from lstmlib.studies.cells.settings import EVERY, Trial

FOLDER = Path(__file__).parent / "results"


class Line(NamedTuple):
    """What came of one cell and seed of a task."""

    cell: str
    seed: int
    biases: list[float | None]  # None where there is no gate that keeps
    rates: list[float]
    trials: list[Trial]  # for each bias all rates


def packed(loss: float) -> str:
    """Return a loss as three digits."""
    if not math.isfinite(loss) or loss >= 1.0:
        return "000"
    return f"{min(999, round(-100.0 * math.log10(max(loss, 1e-10)))):03}"


def unpacked(text: str) -> list[float]:
    """Return the losses that stand in a row of digits."""
    return [10.0 ** (-int(text[k : k + 3]) / 100.0) for k in range(0, len(text), 3)]


def written(line: Line, marks: int) -> str:
    """Return a line of the file, with the last ``marks`` losses of every trial."""
    loss = " ".join("".join(map(packed, trial.loss[-marks:])) for trial in line.trials)
    needed = " ".join("-" if trial.needed is None else str(trial.needed // EVERY) for trial in line.trials)
    about: dict[str, Any] = {"cell": line.cell, "seed": line.seed, "biases": line.biases, "rates": line.rates}
    return json.dumps(about | {"loss": loss, "needed": needed}, separators=(",", ":"))


def read(text: str) -> Line:
    """Return what a line of the file says."""
    given = json.loads(text)
    needed = [None if part == "-" else EVERY * int(part) for part in given.pop("needed").split()]
    losses = [unpacked(part) for part in given.pop("loss").split()]
    return Line(**given, trials=[Trial(*pair) for pair in zip(losses, needed, strict=True)])


def lines(task: str, folder: Path = FOLDER) -> Iterator[Line]:
    """Yield what is stored of a task; a last line that was cut off is left out.

    Args:
        task: its name.
        folder: where the files are.
    """
    path = folder / f"{task}.jsonl"
    for text in path.read_text().splitlines() if path.exists() else []:
        try:
            yield read(text)
        except json.JSONDecodeError:
            continue


def add(task: str, line: Line, marks: int, folder: Path = FOLDER) -> None:
    """Add a line to a task's file.

    Args:
        task: its name.
        line: what to add.
        marks: how many of a trial's losses are written, counted from the last.
        folder: where the files are.
    """
    folder.mkdir(exist_ok=True)
    path = folder / f"{task}.jsonl"
    whole = not path.exists() or path.read_text().endswith("\n") or not path.stat().st_size
    with path.open("a") as file:
        file.write(("" if whole else "\n") + written(line, marks) + "\n")
