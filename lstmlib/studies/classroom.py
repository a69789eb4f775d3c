"""What a class learnt: answers before and after, and how heavy the learning felt; read, checked and summed up.

A file of answers is a CSV with a line a student: ``id``, ``group``, then ``before_1`` … ``before_8`` and ``after_1`` …
``after_8`` (1 right, 0 wrong, empty where the sheet is missing), ``load_1`` … ``load_6`` (1 to 7), ``minutes``.
``simulated`` makes such answers by drawing them: an example to try the analysis on, and no measurement of anybody.
"""

import csv
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

ITEMS, LOADS = 8, 6
BEFORE, AFTER = ([f"{when}_{k}" for k in range(1, ITEMS + 1)] for when in ("before", "after"))
LOAD = [f"load_{k}" for k in range(1, LOADS + 1)]
COLUMNS = ["id", "group", *BEFORE, *AFTER, *LOAD, "minutes"]


class Answers(NamedTuple):
    """A class's answers, a row a student; NaN where a sheet is missing."""

    group: NDArray[np.str_]  # (N,)
    before: NDArray[np.float64]  # (N, 8), 1 where right
    after: NDArray[np.float64]  # (N, 8)
    load: NDArray[np.float64]  # (N, 6), from 1 to 7
    minutes: NDArray[np.float64]  # (N,)


def simulated(students: int, rng: np.random.Generator, *, groups: tuple[str, ...] = ("book",)) -> list[dict[str, str]]:
    """Return made-up answers, as lines of a file: drawn, not measured.

    Each student has an ability from a normal distribution, each item a difficulty; learning adds the same to all, a
    little more in the first group. One student in fifteen misses the second sheet.

    Args:
        students: how many.
        rng: what draws them.
        groups: their names; students take turns.
    """
    difficulty = np.linspace(-0.5, 1.5, ITEMS)
    lines = []
    for k in range(students):
        group = k % len(groups)
        ability, gain = rng.normal(-0.4, 0.8), rng.normal(1.2 - 0.4 * group, 0.4)
        sheets = [rng.random(ITEMS) < 1 / (1 + np.exp(difficulty - ability - more)) for more in (0.0, gain)]
        felt = np.clip(np.rint(rng.normal(3.6 + 0.5 * group - 0.3 * ability, 1.1, LOADS)), 1, 7)
        line = {"id": f"simulated-{k + 1:02}", "group": groups[group]}
        line |= {name: str(int(right)) for name, right in zip(BEFORE, sheets[0], strict=True)}
        missing = rng.random() < 1 / 15
        line |= {name: "" if missing else str(int(right)) for name, right in zip(AFTER, sheets[1], strict=True)}
        line |= {name: str(int(value)) for name, value in zip(LOAD, felt, strict=True)}
        lines.append(line | {"minutes": str(int(rng.normal(95, 18)))})
    return lines


def write(lines: list[dict[str, str]], path: Path) -> None:
    """Write lines as a file of answers."""
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(lines)


def read(path: Path) -> Answers:
    """Read a file of answers.

    Raises:
        ValueError: a column is missing, or an answer isn't among those that there are; the message says where.
    """
    with path.open(newline="", encoding="utf-8-sig") as file:
        lines = list(csv.DictReader(file))
    if not lines or (missing := [name for name in COLUMNS if name not in lines[0]]):
        raise ValueError(f"{path.name} has no line" if not lines else f"{path.name} lacks {', '.join(missing)}")

    def numbers(names: list[str], low: float, high: float) -> NDArray[np.float64]:
        rows = []
        for number, line in enumerate(lines, 2):
            values = [float(line[name] or "nan") for name in names]
            if wrong := [n for n, v in zip(names, values, strict=True) if not (np.isnan(v) or low <= v <= high)]:
                raise ValueError(f"{path.name}, line {number}: {wrong[0]} is {line[wrong[0]]}, not {low:g} to {high:g}")
            rows.append(values)
        return np.array(rows)

    return Answers(
        np.array([line["group"] for line in lines]),
        numbers(BEFORE, 0, 1),
        numbers(AFTER, 0, 1),
        numbers(LOAD, 1, 7),
        numbers(["minutes"], 0, np.inf)[:, 0],
    )


def both(answers: Answers) -> NDArray[np.bool_]:
    """Return who filled in both sheets (N,): the only ones whose learning is known."""
    return np.isfinite(np.concatenate([answers.before, answers.after], axis=1)).all(axis=1)


def interval(values: NDArray[np.float64], rng: np.random.Generator, draws: int = 10_000) -> tuple[float, float]:
    """Return the 95 percent interval of a mean, by drawing students with replacement (Efron's percentiles).

    Args:
        values: one of each student (N,).
        rng: what draws.
        draws: how often.
    """
    means = values[rng.integers(values.size, size=(draws, values.size))].mean(1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def by_sign(values: NDArray[np.float64], rng: np.random.Generator, draws: int = 10_000) -> float:
    """Return how often chance alone would give a mean so far from 0, two-sided: signs turned at random.

    Args:
        values: a difference of each student (N,).
        rng: what turns them.
        draws: how often; the answer is at least 1 / (draws + 1).
    """
    turned = (values * rng.choice([-1.0, 1.0], size=(draws, values.size))).mean(1)
    return float((1 + (np.abs(turned) >= abs(values.mean()) - 1e-12).sum()) / (draws + 1))


def between(
    first: NDArray[np.float64], second: NDArray[np.float64], rng: np.random.Generator, draws: int = 10_000
) -> tuple[float, float, float]:
    """Return how much higher the first group's mean is, with the 95 percent interval, by drawing in each group.

    Args:
        first: one value of each student of a group.
        second: those of the other.
        rng: what draws.
        draws: how often.
    """
    means = [v[rng.integers(v.size, size=(draws, v.size))].mean(1) for v in (first, second)]
    low, high = np.percentile(means[0] - means[1], [2.5, 97.5])
    return float(first.mean() - second.mean()), float(low), float(high)
