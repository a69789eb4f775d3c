"""The paper's numbers beside ours: success, mean, spread, intervals, trials, reading."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from lstmlib.online.cascade import CascadeNet
from lstmlib.paper import disk
from lstmlib.paper.readings import READINGS
from lstmlib.paper.result import Result
from lstmlib.paper.row import Row
from lstmlib.paper.rows import chosen_from, label, reading_of
from lstmlib.paper.store import RESULTS, Store, current, only_begun

_Part = tuple[int, float | None] | None


@dataclass(frozen=True)
class Summary:
    """What many trials came to; sequences are those of the trials that succeeded.

    Attributes:
        trials: how many.
        solved: how many succeeded.
        success: the 95 % interval for the probability of success (Wilson 1927).
        mean: sequences until success.
        spread: their standard deviation.
        interval: the 95 % interval for the mean (Student's t), cut off at 0; ``None`` for fewer than two.
        least: the fewest.
        most: the most.
        wrong: which part of the test sequences was wrong, over all trials with a test.
        error: the mean absolute error on them.
        earlier: the mean number of sequences until the first of two stops.
        seconds: of computing, all trials together.
        good: of streams: how many nets were not perfect and predicted more than 1000 symbols on average before the
            first error; and how many, on average, these did (``None`` where there were none).
        rest: the same of the other nets.
        units: of nets that grow: the fewest and the most hidden units of those that succeeded.
    """

    trials: int
    solved: int
    success: tuple[float, float]
    mean: float | None
    spread: float | None
    interval: tuple[float, float] | None
    least: int | None
    most: int | None
    wrong: float | None
    error: float | None
    earlier: float | None
    seconds: float
    good: tuple[int, float | None] | None = None
    rest: tuple[int, float | None] | None = None
    units: tuple[int, int] | None = None


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """Return the 95 % interval for a probability, after so many successes in so many trials (Wilson 1927)."""
    z = 1.959963984540054
    share, weight = successes / trials, z * z / trials
    middle = (share + weight / 2.0) / (1.0 + weight)
    half = z * math.sqrt(share * (1.0 - share) / trials + weight / (4.0 * trials)) / (1.0 + weight)
    return max(0.0, middle - half), min(1.0, middle + half)


def success_below(trials: int) -> float:
    """Return the bound that a probability is below with 95 % confidence, after that many trials without a success.

    Source: Clopper and Pearson (1934), one side: what is rarer than one in twenty at the bound is not taken for chance.
    """
    return float(1.0 - 0.05 ** (1.0 / trials))


def until_success(results: Sequence[dict[str, Any]]) -> list[float]:
    """Return each trial's number of sequences until success; infinite for one that failed."""
    return [result["sequences"] if result["solved"] else math.inf for result in results]


def summarise(results: Sequence[dict[str, Any]]) -> Summary:
    """Return what trials came to.

    Raises:
        ValueError: there are none.
    """
    if not results:
        raise ValueError("results is empty, expected at least one trial")
    good = [result for result in results if result["solved"]]
    after = np.array([result["sequences"] for result in good])
    interval = spread = None
    if len(good) > 1:
        from scipy import stats

        spread = float(after.std(ddof=1))
        half = float(stats.t.ppf(0.975, len(good) - 1)) * spread / math.sqrt(len(good))
        interval = max(0.0, float(after.mean()) - half), float(after.mean()) + half
    tested = [result for result in good if "tested" in result]
    earlier = [result["earlier"] for result in good if result.get("earlier")]
    units = [result["units"] for result in good if "units" in result]
    return Summary(
        len(results),
        len(good),
        wilson(len(good), len(results)),
        float(after.mean()) if good else None,
        spread,
        interval,
        int(after.min()) if good else None,
        int(after.max()) if good else None,
        sum(r["wrong"] for r in tested) / sum(r["tested"] for r in tested) if tested else None,
        float(np.mean([r["error"] for r in tested])) if tested else None,
        float(np.mean(earlier)) if earlier else None,
        sum(r.get("seconds", 0.0) for r in results),
        *_lengths(results),
        (min(units), max(units)) if units else None,
    )


def _lengths(results: Sequence[dict[str, Any]]) -> tuple[_Part, _Part]:
    """Return, of streams, how many nets were good and how many neither good nor perfect, and their mean lengths."""
    if any("length" not in result for result in results):
        return None, None
    lengths = [result["length"] for result in results if not result["solved"]]
    good, rest = ([length for length in lengths if (length > 1000) == is_good] for is_good in (True, False))
    found = [(len(part), float(np.mean(part)) if part else None) for part in (good, rest)]
    return found[0], found[1]


def stored_readings(row: Row, directory: Path = RESULTS) -> list[dict[str, str]]:
    """Return the readings under which a row has stored results, the default first.

    One of which a run has only begun, and no trial is finished, isn't among them.

    Raises:
        OSError: the folder can't be read.
    """
    start = row.name.split("/")[1] + "."
    found = []
    for path in map(Path, disk.names(directory / row.table)):
        if path.suffix not in (".jsonl", ".parts") or not path.name.startswith(start):
            continue
        if path.suffix == ".parts" and only_begun(directory / row.table / path.name):
            continue
        name = path.stem[len(start) :]
        try:
            chosen = chosen_from(row, [] if name == "default" else name.split(","))
            reading = reading_of(row, {key: _option(key, value) for key, value in chosen.items()})
        except ValueError:
            continue
        if reading not in found:
            found.append(reading)
    return sorted(found, key=lambda reading: label(row, reading) != "default")


def _option(name: str, value: str) -> str:
    """Return the option that a file's name means: there, spaces are hyphens."""
    same = [option for option in READINGS.get(name, ()) if option.replace(" ", "-") == value]
    return same[0] if same else value


class Stored(NamedTuple):
    """What a folder has of a row.

    Attributes:
        readings: every reading that has results, and those of all versions.
        trouble: lines about files that are damaged.
        unread: lines about files that can't be read.
    """

    readings: list[tuple[dict[str, str], list[Result]]]
    trouble: list[str]
    unread: list[str]


def stored(row: Row, directory: Path = RESULTS) -> Stored:
    """Return what a folder has of a row, and what is wrong with its files."""
    found = Stored([], [], [])
    try:
        readings = stored_readings(row, directory)
    except OSError as error:
        return Stored([], [], [f"{row.name}: {error}"])
    for reading in readings:
        try:
            results, trouble = Store(row, reading, directory).load()
        except OSError as error:
            found.unread.append(f"{row.name}: {error}")
            continue
        if results:
            found.readings.append((reading, results))
        found.trouble.extend(trouble)
    return found


def head_of(row: Row) -> list[str]:
    """Return a row and the paper's numbers, as they are shown."""
    weights = "" if row.net is None else f", {row.net.num_weights} weights"
    weights += " at first" if isinstance(row.net, CascadeNet) else ""
    return [f"{row.name}: experiment {row.experiment}, {row.method}{weights}", f"  paper: {_paper(row)}"]


def lines_of(row: Row, found: Stored, *, seed: int | None = None, whose: str = "ours") -> list[str]:
    """Return what a folder has of a row as it is shown, reading by reading."""
    lines = []
    for reading, results in found.readings:
        ours = current(results, seed)
        others = len(results) - len(current(results))
        if others:
            lines.append(f"  {others} results of another version are not counted")
        if ours:
            lines += [f"  {line}" for line in _ours(summarise(ours), f"{whose} ({label(row, reading)})", row)]
            lines += [f"  {line}" for line in _missing(ours)]
    return lines


def _missing(results: Sequence[Result]) -> list[str]:
    """Return a line for every seed whose trials have gaps: those that are there may be the ones that end soon."""
    found = []
    for seed in sorted({result["seed"] for result in results}):
        there = sorted({result["trial"] for result in results if result["seed"] == seed})
        gaps = [(a + 1, b - 1) for a, b in pairwise([-1, *there]) if b > a + 1]
        count = sum(last - first + 1 for first, last in gaps)
        if gaps:
            what = "trial is" if count == 1 else "trials are"
            listed = ", ".join(map(_named_gap, gaps[:20])) + (", ..." if len(gaps) > 20 else "")
            found.append(f"stopped halfway: {count} {what} missing ({listed}), perhaps the longest")
    return found


def _named_gap(gap: tuple[int, int]) -> str:
    first, last = gap
    return f"{first} to {last}" if last > first + 2 else ", ".join(map(str, range(first, last + 1)))


def _paper(row: Row) -> str:
    r = row.reported
    parts = []
    if r.sequences is not None:
        parts.append(f"{'more than ' if r.at_least else ''}{r.sequences:,} {row.unit}")
    if r.percent is not None:
        parts.append(f"{r.percent:g} % {row.success}")
    if r.good is not None and r.rest is not None:
        parts += [f"{share:g} % {name}{_length(length)}" for name, (share, length) in _named(r.good, r.rest)]
    if r.earlier is not None:
        parts.append(f"first stop {r.earlier:,}")
    if r.wrong is not None:
        parts.append(f"{100 * r.wrong:.2g} % of test sequences wrong")
    if r.error is not None:
        parts.append(f"mean error {r.error:g}")
    parts.append(f"{row.trials} trials" if row.trials else "quoted from others")
    return ", ".join(parts)


def _named(good: Any, rest: Any) -> tuple[tuple[str, Any], tuple[str, Any]]:
    """Return what the paper calls the nets that are not perfect."""
    return ("good", good), ("rest", rest)


def _length(length: float | None) -> str:
    """Return how far nets got before the first error, as it is printed behind how many nets these are."""
    return "" if length is None else f" (mean length {length:,.0f})"


def _ours(s: Summary, name: str, row: Row) -> list[str]:
    low, high = (100 * part for part in s.success)
    parts = [f"{s.solved} of {s.trials} {row.success} (95 % interval {low:.0f} to {high:.0f} %)"]
    if s.solved == 0:
        parts = [
            f"0 of {s.trials} {row.success} (with 95 % confidence, less than {100 * success_below(s.trials):.2g} % are)"
        ]
    if s.mean is not None:
        parts.insert(0, f"{s.mean:,.0f} {row.unit}")
    if s.interval is not None and s.spread is not None:
        parts.insert(1, f"95 % interval {s.interval[0]:,.0f} to {s.interval[1]:,.0f}")
        parts.insert(2, f"spread {s.spread:,.0f}")
        parts.insert(3, f"from {s.least:,} to {s.most:,}")
    if s.good is not None and s.rest is not None:
        parts += [f"{count} {kind}{_length(length)}" for kind, (count, length) in _named(s.good, s.rest)]
    if s.units is not None:
        parts.append(f"with {s.units[0]} to {s.units[1]} hidden units")
    if s.earlier is not None:
        parts.append(f"first stop {s.earlier:,.0f}")
    if s.wrong is not None:
        parts.append(f"{100 * s.wrong:.2g} % of test sequences wrong, mean error {s.error:.2g}")
    return [f"{name}: " + ", ".join(parts) + f"; {s.seconds:,.0f} s of computing"]
