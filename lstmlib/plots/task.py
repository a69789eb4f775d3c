"""One sequence of a task of 1997 as a strip: what comes in, what is to be kept, and what is asked for at the end."""

from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np

from lstmlib.plots.style import COLORS

if TYPE_CHECKING:
    from lstmlib.paper.steps import Example
    from lstmlib.paper.watch import Plan


def plot_task(plan: "Plan", seen: "Example") -> None:
    """Draw one sequence: numbers as bars, symbols as letters or, where they are too many, as ticks.

    What is to be kept is green, the symbol with which the answer is asked for blue.

    Args:
        plan: which experiment.
        seen: the sequence.
    """
    row, (*kept, last) = plan.row, seen.marked
    if row.experiment[0] == "3":
        kept = list(range(kept[0] + 1))
    _, axis = plt.subplots(figsize=(5.2, 1.15 if seen.text else 1.45))
    steps, green = np.arange(1, len(seen.x) + 1), COLORS["cell state"]
    if seen.text:
        symbols = seen.text.split() if " " in seen.text else list(seen.text)
        many = len(symbols) > 30
        for step, symbol in enumerate(symbols):
            role = "cell state" if step in kept else "hidden" if step == last else "neutral"
            if many and role == "neutral":
                axis.plot([step + 1] * 2, [-0.2, 0.2], "-", color=COLORS["neutral"], lw=1)
            else:
                style = {"ha": "center", "va": "center", "color": COLORS[role]}
                bold = "normal" if role == "neutral" else "bold"
                axis.text(step + 1, 0 if role == "neutral" or not many else 0.55, symbol, **style, fontweight=bold)
                if many:
                    axis.plot([step + 1] * 2, [-0.2, 0.25], "-", color=COLORS[role], lw=2.4)
        axis.set_ylim(-0.8, 0.9)
        axis.set_yticks([])
        answer = "".join(symbols[step] for step in kept)
    else:
        values = seen.x[:, 0]
        roles = [green if step in kept else COLORS["neutral"] for step in range(len(values))]
        alphas = [1.0 if step in kept else 0.5 for step in range(len(values))]
        for at, value, role, alpha in zip(steps, values, roles, alphas, strict=True):
            axis.bar(at, value, color=role, alpha=alpha, width=1.6 if role == green else 0.8)
        if row.experiment[0] in "45":
            for step in kept:
                text = f"{values[step]:.2f}".replace("-", "−")
                style = {"color": green, "va": "center", "fontweight": "bold"}
                frame = {"facecolor": "white", "alpha": 0.8, "lw": 0, "pad": 1}
                axis.text(step + 3, values[step], text, bbox=frame, **style)
        answer = f"{seen.answers[0]:.0f}" if row.experiment[0] == "3" else f"{seen.answers[0]:.2f}"
    axis.set_title("to be kept", loc="left", color=green)
    axis.set_title(f"asked for at step {last + 1}: {answer}", loc="right", color=COLORS["hidden"])
    axis.set_xlim(0, len(seen.x) + 1)
    axis.set_xlabel("step")
    axis.grid(visible=False)
    axis.spines["left"].set_visible(bool(not seen.text))
