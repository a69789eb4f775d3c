"""What each reading does to the number of sequences: the plot of the page on what decided the experiments of 1997."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray

from lstmlib.plots.style import COLORS

if TYPE_CHECKING:
    from lstmlib.paper.factors import Effect

MARKS = "osD^"  # one for each experiment


def plot_effects(panels: Mapping[str, Sequence["Effect"]], labels: Mapping[str, str]) -> None:
    """Plot, reading below reading, by how much each multiplies the sequences in each experiment, with its interval.

    Filled: p below 0.05 after Holm's correction. Between the broken lines an effect is smaller than a factor of two.

    Args:
        panels: experiment -> its effects, of which those of single readings are drawn.
        labels: reading -> what stands at its line.
    """
    readings = list(dict.fromkeys(e.readings[0] for found in panels.values() for e in found if len(e.readings) == 1))
    _, axis = plt.subplots(figsize=(5.2, 0.62 * len(readings) + 1.0))
    for k, (name, found) in enumerate(panels.items()):
        own = [effect for effect in found if len(effect.readings) == 1]
        y = [readings.index(effect.readings[0]) + 0.18 * (k - (len(panels) - 1) / 2) for effect in own]
        sure = [effect.holm < 0.05 for effect in own]
        for effect, at in zip(own, y, strict=True):
            axis.plot([effect.low, effect.high], [at, at], color=COLORS["neutral"], lw=1.2, ls="-")
        color = (COLORS["cell state"], COLORS["gate"], COLORS["hidden"], COLORS["error"])[k % 4]
        axis.plot([], [], MARKS[k % 4], color=color, ms=6, label=name)
        for effect, at, filled in zip(own, y, sure, strict=True):
            face = color if filled else "white"
            axis.plot(effect.ratio, at, MARKS[k % 4], color=color, markerfacecolor=face, ms=6)
    axis.axvline(1.0, color=COLORS["neutral"], lw=1.0, ls="-")
    for bound in (0.5, 2.0):
        axis.axvline(bound, color=COLORS["neutral"], lw=1.0, ls="--")
    axis.set_xscale("log", base=2)
    axis.xaxis.set_major_formatter(lambda value, _: f"{value:g}" if value >= 1 else f"1/{1 / value:g}")
    axis.set_yticks(range(len(readings)), [labels[reading] for reading in readings], fontsize=10)
    axis.invert_yaxis()
    axis.set_xlabel("sequences until success, times")
    axis.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, fontsize=10)


def plot_foretold(panels: Mapping[str, tuple[NDArray[np.float64], NDArray[np.float64]]], cap: int) -> None:
    """Plot, panel by panel, the geometric means of runs against what was predicted.

    Args:
        panels: experiment -> means predicted, shape (runs,), and sequences, infinite for a failure, shape (runs, nets).
        cap: what a failure counts as.
    """
    _, axes = plt.subplots(2, (len(panels) + 1) // 2, figsize=(5.2, 5.2), sharex=True, sharey=True)
    for axis, (name, (guess, sequences)) in zip(axes.flat, panels.items(), strict=True):
        measured = np.exp(np.log(np.minimum(sequences, cap)).mean(1))
        axis.plot([500, 2 * cap], [500, 2 * cap], color=COLORS["neutral"], lw=1.0, ls="-")
        axis.plot(guess, measured, "o", color=COLORS["hidden"], ms=5, alpha=0.8)
        axis.set_xscale("log")
        axis.set_yscale("log")
        axis.set_title(name, loc="left", fontsize=10)
    for axis in axes[-1]:
        axis.set_xlabel("sequences, predicted")
    for axis in axes[:, 0]:
        axis.set_ylabel("measured")
