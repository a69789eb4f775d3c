"""Learning curves of eight nets, and what one of them does step by step: the plots of the page on the nets of 1997."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt
import numpy as np

from lstmlib.plots.style import COLORS

if TYPE_CHECKING:
    from lstmlib.paper.inside import Inside
    from lstmlib.paper.steps import Example, Steps

BLOCKS = ("-", (0, (1, 1.2)), (0, (5, 1.5)))  # the style of each block's lines
OUTPUTS = ("-", (0, (4, 1.5)), (0, (1, 1.2)), (0, (5, 1.5, 1, 1.5)))
PALE = {"alpha": 0.5, "lw": 1.1}


def plot_curves(panels: Mapping[str, "Inside"]) -> None:
    """Plot, in two columns, how many test sequences eight nets get wrong, how many nets err, and the paper's mean.

    A net errs where it gets a tenth or more wrong. (Where some nets know nothing and the others everything, a median
    would lie where no net is.)

    Args:
        panels: title -> what is stored of an experiment.
    """
    count = -(-len(panels) // 2)
    figure, axes = plt.subplots(count, 2, squeeze=False, sharey=True, figsize=(5.2, 1.3 * count + 0.3))
    for axis in axes.ravel()[len(panels) :]:
        axis.set_axis_off()
    for axis, (title, stored) in zip(axes.ravel(), panels.items(), strict=False):
        x = stored.sequences / 1000
        for curve in stored.wrong:
            axis.plot(x, 100 * curve, color=COLORS["cell state"], lw=0.8, ls="-", alpha=0.55)
        begun = ~np.isnan(stored.wrong).any(0)
        erring = np.where(begun, 100 * (stored.wrong >= 0.1).mean(0), np.nan)
        axis.plot(x, erring, color=COLORS["hidden"], lw=2, ls="-", drawstyle="steps-mid")
        paper = stored.plan.row.reported.sequences
        assert paper is not None
        near = paper / 1000 < 1.15 * x[-1]
        right = max(x[-1], paper / 1000 * 1.03) if near else x[-1]
        if near:
            axis.axvline(paper / 1000, color=COLORS["neutral"], ls="--", lw=1.3)
        else:
            style = {"color": COLORS["neutral"], "ha": "right", "va": "bottom", "fontsize": 9}
            axis.annotate(f"{paper / 1000:,.0f} →", (1.0, 1.03), xycoords="axes fraction", **style)
        axis.set_xlim(0, right)
        axis.set_ylim(-2, 104)
        axis.set_title(title, loc="left")
    for axis in axes[:, 0]:
        axis.set_ylabel("percent")
    figure.supxlabel("training sequences (thousands)", fontsize=plt.rcParams["axes.labelsize"])


def plot_steps(
    steps: "Steps", twin: "Steps", example: "Example", outputs: Mapping[str, int], *, closer: int | None = None
) -> None:
    """Plot gates, contents and outputs of a net over one sequence; pale, over its twin; dotted, the steps that matter.

    Blocks differ in the style of their lines; of a block's two cells the second is the thicker one.

    Args:
        steps: what the net did over the sequence.
        twin: over its twin.
        example: the two.
        outputs: label -> number of the output unit, of those to be shown.
        closer: number of a block whose contents are shown once more, on a scale of their own.
    """
    numbers = not example.text
    panels = ["number in"] * numbers + ["input gates", "contents s"]
    panels += [] if closer is None else [f"s, block {closer + 1}"]
    panels += ["output gates"] * (steps.outward.shape[1] > 0) + ["output" if len(outputs) == 1 else "outputs"]
    _, axes = plt.subplots(len(panels), 1, sharex=True, figsize=(5.2, 1.45 * len(panels) + 0.3))
    parts = dict(zip(panels, axes, strict=True))
    at = np.arange(1, len(example.x) + 1)
    if numbers:
        _numbers(parts["number in"], at, example)
    blocks, cells = steps.inward.shape[1], steps.contents.shape[1]
    size = cells // blocks
    for found, pale in ((twin, PALE), (steps, {})):
        for name, gates in (("input gates", found.inward), ("output gates", found.outward)):
            for j in range(gates.shape[1]):
                label = None if pale or blocks == 1 else f"block {j + 1}"
                _line(parts[name], at, gates[:, j], COLORS["gate"], BLOCKS[j], 1.6, pale, label)
        for c in range(cells):
            width = 1.6 if size == 1 else 1.2 + 1.1 * (c % size)
            for name in ("contents s", f"s, block {c // size + 1}"):
                if name in parts:
                    _line(parts[name], at, found.contents[:, c], COLORS["cell state"], BLOCKS[c // size], width, pale)
        for k, (label, unit) in enumerate(outputs.items()):
            shown = None if pale or len(outputs) == 1 else label
            style, axis = OUTPUTS[k % len(OUTPUTS)], parts[panels[-1]]
            _line(axis, at, found.outputs[:, unit], COLORS["hidden"], style, 1.6, pale, shown)
    for name, axis in parts.items():
        axis.set_ylabel(name)
        for step in example.marked:
            axis.axvline(step + 1, color=COLORS["neutral"], ls=":", lw=1.1, zorder=0)
        if "gates" in name:
            axis.set_ylim(-0.05, 1.05)
        if axis.get_legend_handles_labels()[0]:
            axis.legend(loc="lower right", bbox_to_anchor=(1.01, 0.93), ncols=4, fontsize=9, borderpad=0)
    few = 0 < len(example.text) < 30
    if few:
        axes[-1].set_xticks(at, list(example.text[: len(at)]))
        axes[-1].set_xlabel("symbol that comes in")
    else:
        axes[-1].set_xlabel("step")
    axes[-1].set_xlim(0.5 if few else -1, len(at) + (0.5 if few else 2))


def _numbers(axis: Any, at: Any, example: "Example") -> None:
    """Draw the numbers that come in, those that count in green."""
    values = example.x[:, 0]
    marked = np.zeros(len(at), bool)
    if example.x.shape[1] == 2:
        marked[list(example.marked[:-1])] = True
    else:
        marked[: example.marked[0] + 1] = True
    axis.bar(at[~marked], values[~marked], color=COLORS["neutral"], width=0.8, alpha=0.55)
    axis.bar(at[marked], values[marked], color=COLORS["cell state"], width=1.4)


def _line(
    axis: Any, x: Any, y: Any, color: str, style: Any, width: float, pale: Mapping[str, Any], label: str | None = None
) -> None:
    axis.plot(x, y, **({"color": color, "ls": style, "lw": width, "label": label} | dict(pale)))
