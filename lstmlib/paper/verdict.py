"""Whether a row comes out as printed; if not, under which reading it does; if under none, that it isn't explained."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from lstmlib.paper.report import Stored, until_success
from lstmlib.paper.row import Row
from lstmlib.paper.rows import label
from lstmlib.paper.store import current

FACTOR = 2.0
# What says when a trial is judged or given up, and nothing about the net: these don't explain a number.
JUDGING = ("cap", "test-every", "test-set", "judged")


class Verdict(NamedTuple):
    """What became of a row.

    Attributes:
        word: "as printed" (within a factor of two), "explained" (by a reading under which it comes out), "not
            explained", or "not run".
        reading: the one under which it comes out; empty if there is none.
        ratio: our sequences there, or under the reading with the fewest changes, divided by the paper's: the mean if
            that is what is near, else the nearer of mean and median; ``None`` where one side has no such number.
        by: "mean" or "median"; empty if there is no ratio.
    """

    word: str
    reading: str
    ratio: float | None
    by: str

    @property
    def line(self) -> str:
        """The verdict as it is shown."""
        times = "" if self.ratio is None else f" ({self.by} {self.ratio:.2g} times the paper's)"
        if self.word in ("as printed", "explained"):
            return "within a factor of two of print" + (f" with {self.reading}" if self.reading else "") + times
        return self.word + times


def ratios(row: Row, results: Sequence[dict[str, Any]]) -> dict[str, float]:
    """Return our number of sequences over the paper's: by the mean of the trials that succeeded, by the median of all.

    A trial that failed counts as infinite in the median. Empty where the paper or our trials have no number.
    """
    paper = row.reported.sequences
    solved = [result["sequences"] for result in results if result["solved"]]
    if paper is None or row.reported.at_least or not solved:
        return {}
    return {"mean": float(np.mean(solved)) / paper, "median": float(np.median(until_success(results))) / paper}


def near(row: Row, results: Sequence[dict[str, Any]]) -> tuple[bool, float | None, str]:
    """Return whether trials come out within a factor of two of print, and by which number.

    Both the share of trials that succeed and their number of sequences have to. Where the paper prints no share all its
    trials are taken to have succeeded, but for the rows that it quotes; where it prints 0, none may.

    Args:
        row: which.
        results: of one reading, one or more.
    """
    share = sum(result["solved"] for result in results) / len(results)
    percent = row.reported.percent
    found = ratios(row, results)
    by = min(found, key=lambda name: abs(np.log(found[name])), default="")
    by = "mean" if found and 1.0 / FACTOR <= found["mean"] <= FACTOR else by
    if percent == 0.0:
        return share == 0.0, None, ""
    paper = 1.0 if percent is None else percent / 100.0
    good = paper / FACTOR <= share <= paper * FACTOR if row.trials or percent is not None else share > 0.0
    if row.reported.sequences is None:
        return good, None, ""
    if not found:
        return False, None, ""
    return good and 1.0 / FACTOR <= found[by] <= FACTOR, found[by], by


def verdict(row: Row, found: Stored) -> Verdict:
    """Return what became of a row, by what a folder has of it.

    Of several readings under which it comes out, that with the fewest changes counts, and of these the nearest.
    """
    kept = [(reading, current(results)) for reading, results in found.readings]
    counted = [(label(row, reading), results) for reading, results in kept if results]
    if not counted:
        return Verdict("not run", "", None, "")
    good, plainest = [], (np.inf, counted[0][1])
    for name, results in counted:
        changes = [part for part in name.split(",") if part.split("=")[0] not in (*JUDGING, "default")]
        plainest = min(plainest, (len(changes), results), key=lambda one: one[0])
        fits, ratio, by = near(row, results)
        if fits:
            good.append((len(changes), abs(np.log(ratio)) if ratio else 0.0, name, ratio, by, not changes))
    if good:
        _, _, name, ratio, by, by_text = min(good)
        return Verdict("as printed" if by_text else "explained", "" if by_text else name, ratio, by)
    _, ratio, by = near(row, plainest[1])
    return Verdict("not explained", "", ratio, by)
