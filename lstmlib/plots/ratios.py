"""All rows of the 1997 paper in one figure: our sequences until success over the paper's, by reading."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray

from lstmlib.plots.style import COLORS

LOW, HIGH, NEVER = 0.03, 80.0, 62.0  # the axis, and where a cross says that the median net fails


def plot_ratios(rows: Mapping[str, tuple[Mapping[str, NDArray[np.float64]], str]]) -> None:
    """Plot medians over all trials of seed 0, divided by the paper's means, with the middle half, a line a row.

    Blue circles are the default reading, green squares the one that decides the row where the default doesn't come out;
    grey dots are all other readings that are stored. Hollow: some trials failed. At the right is how many succeed under
    the reading that decides, else by default, else under the one with the most.

    Args:
        rows: name -> what ``lstmlib.paper.beside.by_reading`` returns of the row.
    """
    _, axis = plt.subplots(figsize=(5.2, 0.21 * len(rows) + 1.2))
    names = list(rows)[::-1]
    for k, name in enumerate(names):
        found, decides = rows[name]
        counts: dict[str, tuple[int, int]] = {}
        for reading, every in found.items():
            main, solved = reading in ("default", decides), int(np.isfinite(every).sum())
            counts[reading] = solved, len(every)
            role, mark = ("hidden", "o") if reading == "default" else ("cell state", "s") if main else ("neutral", ".")
            low, middle, high = np.quantile(every, (0.25, 0.5, 0.75), method="inverted_cdf")
            if np.isinf(middle):
                axis.plot(NEVER, k, "x", color=COLORS[role], ms=6 if main else 3.5)
                continue
            if main:
                axis.plot([max(low, LOW), min(high, HIGH)], [k, k], "-", color=COLORS[role], lw=1.6)
            face, size = COLORS[role] if solved == len(every) else "white", 6 if main else 4
            axis.plot(middle, k, mark, mec=COLORS[role], mfc=face, ms=size, alpha=1.0 if main else 0.7)
        solved, trials = counts.get(decides) or counts.get("default") or max(counts.values())
        style = {"xycoords": ("axes fraction", "data"), "va": "center", "fontsize": 8.5}
        axis.annotate(f"{solved} of {trials}", (1.02, k), **style)
    short = [name.replace("table-", "").replace("section-", "") for name in names]
    axis.set_yticks(range(len(rows)), short, fontsize=8.5)
    axis.set(xscale="log", xlim=(LOW, HIGH), ylim=(-0.8, len(rows) - 0.2))
    axis.set_xticks([0.1, 1, 10], ["0.1", "1", "10"])
    axis.axvspan(0.5, 2, color=COLORS["neutral"], alpha=0.12, lw=0)
    axis.axvline(1, color=COLORS["neutral"], ls="--", lw=1.2)
    axis.set_xlabel("our median of sequences / the paper's mean")
    marks = [("default reading", "o", "hidden"), ("the reading that decides", "s", "cell state")]
    for said, mark, role in [*marks, ("other readings", ".", "neutral"), ("the median net fails", "x", "hidden")]:
        axis.plot([], [], mark, ls="none", color=COLORS[role], label=said)
    axis.legend(loc="lower center", bbox_to_anchor=(0.42, 1.0), ncols=2, fontsize=8.5)
