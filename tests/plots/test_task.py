"""A task's strip says what is asked for, and marks what is to be kept."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest

from lstmlib.paper import inside
from lstmlib.paper.steps import example
from lstmlib.plots.style import COLORS
from lstmlib.plots.task import plot_task

mpl.use("Agg")


@pytest.mark.parametrize(("name", "answer", "kept"), [("6a", "YX", ["Y", "X"]), ("1", "T", ["T"]), ("2c", "y", ["y"])])
def test_symbols_to_be_kept_are_green_and_the_answer_is_said(name, answer, kept):
    plan = inside.PLANS[name]
    plot_task(plan, example(plan, 3))
    axis = plt.gca()
    assert [text.get_text() for text in axis.texts if text.get_color() == COLORS["cell state"]] == kept
    assert axis.get_title(loc="right").endswith(f": {answer}")
    plt.close()


def test_numbers_to_be_kept_are_green_bars():
    plan = inside.PLANS["4"]
    seen = example(plan, 10)
    plot_task(plan, seen)
    axis = plt.gca()
    green = [bar.get_height() for bar in axis.patches if bar.get_width() > 1]
    assert green == [seen.x[step, 0] for step in seen.marked[:-1]]
    assert axis.get_title(loc="right").endswith(f": {seen.answers[0]:.2f}")
    plt.close()
