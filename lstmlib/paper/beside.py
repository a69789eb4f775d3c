"""The paper's numbers beside ours, as the chapters' tables show them: each a short text."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmlib.paper.report import Summary, stored, stored_readings, summarise, until_success
from lstmlib.paper.rows import ROWS, label, reading_of
from lstmlib.paper.store import Store, current
from lstmlib.paper.verdict import verdict


def summaries(name: str, seed: int = 0) -> dict[str, Summary]:
    """Return what is stored of a row: label of a reading -> what its trials came to.

    Args:
        name: of the row.
        seed: of the trials.
    """
    row, found = ROWS[name], {}
    for reading in stored_readings(row):
        results = current(Store(row, reading).load()[0], seed)
        if results:
            found[label(row, reading)] = summarise(results)
    return found


def summary(name: str, chosen: Mapping[str, str] | None = None, seed: int = 0) -> Summary:
    """Return what the trials of a row came to under a reading.

    Args:
        name: of the row.
        chosen: the options that differ from the default reading.
        seed: of the trials.

    Raises:
        ValueError: nothing is stored of it.
    """
    return summarise(_trials(name, chosen, seed))


def after(name: str, chosen: Mapping[str, str] | None = None, seed: int = 0) -> NDArray[np.float64]:
    """Return the sequences until success of each trial with this seed; a trial that failed is infinite (trials,)."""
    return np.array(until_success(_trials(name, chosen, seed)))


def _trials(name: str, chosen: Mapping[str, str] | None, seed: int) -> list[dict[str, Any]]:
    """Return what is stored of a row under a reading, from trials with this seed."""
    row = ROWS[name]
    return current(Store(row, reading_of(row, dict(chosen or {}))).load()[0], seed)


def by_reading(name: str) -> tuple[dict[str, NDArray[np.float64]], str]:
    """Return a row's trials with seed 0 by reading, divided by the paper's mean, and the reading that decides it.

    Args:
        name: of a row for which the paper has a mean.

    Returns:
        label of a reading -> (trials,), infinite where a trial failed; and the label of the reading under which the row
        comes out though it doesn't by default, or nothing.
    """
    row, kept, found = ROWS[name], stored(ROWS[name]), {}
    assert row.reported.sequences is not None
    for reading, results in kept.readings:
        every = until_success(current(results, 0))
        if every:
            found[label(row, reading)] = np.array(every) / row.reported.sequences
    return found, verdict(row, kept).reading


def printed(name: str) -> str:
    """Return the paper's mean; after ``>`` where its nets gave up."""
    reported = ROWS[name].reported
    return ">" * reported.at_least + f"{reported.sequences:,}"


def times(name: str, chosen: Mapping[str, str] | None = None) -> float:
    """Return our mean, over the trials that succeed, divided by the paper's; infinite where none succeeds."""
    paper, mean = ROWS[name].reported.sequences, summary(name, chosen).mean
    assert paper is not None
    return np.inf if mean is None else mean / paper


def in_words(found: Summary) -> str:
    """Return a mean with its 95 % interval; "none" where no trial succeeds."""
    if found.mean is None:
        return "none"
    low, high = found.interval or (found.mean, found.mean)
    return f"{found.mean:,.0f} ({low:,.0f} to {high:,.0f})"


def of_all(found: Summary) -> str:
    """Return how many trials succeed, of how many."""
    return f"{found.solved} of {found.trials}"


def thousands(sequences: float) -> str:
    """Return a number of sequences in thousands, to about three digits; "never" where it is infinite."""
    value = sequences / 1000
    return f"{value:,.{2 if value < 10 else 1 if value < 100 else 0}f}" if np.isfinite(value) else "never"


def in_print(name: str) -> str:
    """Return the paper's mean in thousands; after ``>`` where its nets gave up."""
    reported = ROWS[name].reported
    assert reported.sequences is not None
    return ">" * reported.at_least + thousands(reported.sequences)


def median(name: str, chosen: Mapping[str, str] | None = None) -> str:
    """Return the median of all trials and, in brackets, their middle half, in thousands of sequences.

    A trial that fails counts as never.
    """
    every = after(name, chosen)
    if np.isinf(every).all():
        return "never"
    low, high = np.quantile(every, (0.25, 0.75), method="inverted_cdf")
    return f"{thousands(float(np.median(every)))} ({thousands(low)} to {thousands(high)})"


def ours(name: str, chosen: Mapping[str, str] | None = None) -> tuple[str, str]:
    """Return the median with the middle half, in thousands of sequences, and how many trials succeed."""
    return median(name, chosen), of_all(summary(name, chosen))


def percent(share: float | None) -> str:
    """Return a share in percent, to two digits; a dash where there is none."""
    return "–" if share is None else f"{100 * share:.2g}"
