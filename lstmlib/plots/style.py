"""How plots look: one colour for one role throughout the book, sizes that can be read on a phone."""

import importlib
import sys

import matplotlib as mpl
from cycler import cycler

# One colour a role, in code, text and figures. All five can be told apart with each of the common colour-blindnesses,
# and differ in lightness too.
COLORS = {
    "cell state": "#2e8b57",
    "gate": "#e07b00",
    "pointwise": "#e6c300",
    "hidden": "#2166ac",
    "error": "#b2182b",
    "neutral": "#6b6b6b",
}


def use_style() -> None:
    """Set matplotlib's defaults for the book: call it once, in a chapter's first code cell.

    Figures are transparent with black text; the book turns them light-on-dark where the reader's system is dark.
    Notebooks show them with two pixels for one, so that they are sharp on today's screens.
    """
    _sharpen()
    mpl.rcParams.update(
        {
            "figure.figsize": (5.2, 3.2),
            "figure.dpi": 110,
            "savefig.dpi": 200,
            "figure.constrained_layout.use": True,
            "figure.facecolor": "none",
            "axes.facecolor": "none",
            "savefig.facecolor": "none",
            "font.size": 10.5,
            "axes.titlesize": 10.5,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "grid.color": "#808080",
            "grid.alpha": 0.25,
            "legend.frameon": False,
            "lines.linewidth": 1.8,
            "axes.prop_cycle": cycler(
                color=[COLORS[role] for role in ("hidden", "error", "cell state", "gate", "neutral", "pointwise")]
            )
            + cycler(linestyle=["-", "--", "-.", ":", "-", "--"]),
        }
    )


def _sharpen() -> None:
    """Have Jupyter draw plots at twice the resolution and show them at their size, unless another format is chosen."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is None:
        return
    inline = importlib.import_module("matplotlib_inline.config")  # comes with IPython
    backend = inline.InlineBackend.instance(parent=shell)
    if backend.figure_formats == {"png"}:
        backend.figure_formats = {"retina"}
