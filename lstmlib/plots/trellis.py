"""CTC's trellis: all paths through a few steps that collapse to some labels, as a drawing."""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from lstmlib.plots.style import COLORS


def trellis(ax: Any, states: Sequence[str], ways: NDArray[Any], shown: NDArray[Any], blank: str = "–") -> None:
    """Draw the states of a labelling over the steps, and which leads to which; a circle's area is a probability.

    Args:
        ax: matplotlib's axes.
        states: what each state says (R,), from the top: blank, label, blank, ...
        ways: (T, R), not 0 where a right path can be; what can't be reached, or leads nowhere, is drawn faint.
        shown: (T, R), the number written beside each circle, and its area.
        blank: what a state says that says nothing.
    """
    T, R = ways.shape
    for t in range(T - 1):
        for s in range(R):
            nexts = [s, s + 1, *([s + 2] if _may_jump(states, s + 2, blank) else [])]
            for to in (k for k in nexts if k < R):
                on = ways[t, s] > 0.0 and ways[t + 1, to] > 0.0
                look: dict[str, Any] = {"color": COLORS["neutral"], "alpha": 0.75 if on else 0.12, "lw": 1.1, "ls": "-"}
                ax.plot([t, t + 1], [-s, -to], zorder=1, **look)
    for t in range(T):
        for s in range(R):
            on = ways[t, s] > 0.0
            color = COLORS["neutral"] if states[s] == blank else COLORS["hidden"]
            ax.scatter(t, -s, s=30.0 + 500.0 * float(shown[t, s]), color=color, alpha=1.0 if on else 0.15, zorder=2)
            if on:
                where = {"xytext": (0, 12), "textcoords": "offset points", "ha": "center", "fontsize": 9.5}
                ax.annotate(f"{shown[t, s]:.3f}", (t, -s), zorder=3, **where)
    ax.set_xticks(range(T), [str(t + 1) for t in range(T)])
    ax.set_yticks([-s for s in range(R)], list(states))
    ax.set(xlabel="step", ylabel="state", xlim=(-0.4, T - 0.6), ylim=(0.6 - R, 0.65))
    ax.grid(visible=False)


def _may_jump(states: Sequence[str], to: int, blank: str) -> bool:
    """Whether a path may come to a state over the one before it: to a label, from another one."""
    return to < len(states) and states[to] != blank and states[to] != states[to - 2]
