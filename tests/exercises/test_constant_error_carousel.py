"""Each check accepts the page's own solution, tells the starter 'not yet', and knows the mistakes that readers make."""

import re

import nbformat
import numpy as np
import pytest
from chapter import CHAPTERS, check_all_solutions, definitions, said, solutions, starters

from lstmlib.exercises.constant_error_carousel import best_gain, check_gain, check_push, check_safe

PAGE = CHAPTERS / "constant-error-carousel.ipynb"


@pytest.mark.parametrize("name", ["ex-cec-safe", "ex-cec-push", "ex-cec-gain"])
def test_the_page_s_solution_is_right(name, capsys):
    exec(solutions(PAGE)[name], {"np": np, **globals()})
    lines = said(capsys)
    assert lines
    assert all(line.startswith("right: ") for line in lines), lines


def test_every_exercise_has_a_solution_that_runs(capsys):
    assert len(check_all_solutions(PAGE, "ex-cec-", capsys)) >= 5


def test_what_the_solutions_say_is_what_the_page_prints(capsys):
    exec(solutions(PAGE)["ex-cec-root"], {"np": np})
    lines = said(capsys)
    shown = "\n".join(
        "".join(output.data["text/plain"])
        for cell in nbformat.read(PAGE, as_version=4).cells
        for output in cell.get("outputs", [])
        if "text/html" in output.get("data", {})
    )
    table = re.search(r"put in +held after 1000 steps.*\n((?:.*\n){3})", shown).group(1)
    for line, row in zip(lines, table.splitlines(), strict=True):
        start, predicted, share = line.split()
        put_in, held, left, _ = row.split()
        assert start == put_in
        assert float(predicted) == pytest.approx(float(held), rel=0.01)
        assert 100 * float(share) == pytest.approx(float(left), rel=0.3)
    exec(solutions(PAGE)["ex-cec-leak"], definitions(PAGE))
    measured, theory = map(float, said(capsys)[-1].split())
    assert measured == pytest.approx(theory, rel=0.05)


def test_the_starters_are_not_right_yet(capsys):
    found = starters(PAGE)
    assert len(found) == 3
    for code in found:
        exec(code, {"np": np, **globals()})
    lines = said(capsys)
    assert len(lines) == 3
    assert all(line.startswith("not yet: ") for line in lines)


def safe(step, shown):
    """Return an answer from its rule for the content and its rule for what is shown."""

    def answer(x, i, o, w):
        s, y = 0.0, []
        for t in range(len(x)):
            old, s = s, step(s, x[t], i[t], o[t], w)
            y.append(shown(s, o[t], old))
        return np.array(y)

    return answer


SAFES = {
    "left door stands before what comes in": safe(lambda s, x, i, o, w: i * (s + w * x), lambda s, o, old: o * s),
    "changes what is shown, not what is kept": safe(lambda s, x, i, o, w: o * (s + i * w * x), lambda s, o, old: s),
    "the loop's weight is 1": safe(lambda s, x, i, o, w: w * s + i * x, lambda s, o, old: o * s),
    "show after adding": safe(lambda s, x, i, o, w: s + i * w * x, lambda s, o, old: o * old),
    "left door i is missing": safe(lambda s, x, i, o, w: s + w * x, lambda s, o, old: o * s),
    "right door o is missing": safe(lambda s, x, i, o, w: s + i * w * x, lambda s, o, old: s),
    "nothing is kept": lambda x, i, o, w: o * i * w * x,
    "is off by": lambda x, i, o, w: -o * np.cumsum(i * w * x),
    "shape (), expected (8,)": lambda x, i, o, w: (i * w * x).sum(),
    "stops with TypeError": lambda x, i: x,
    "returns nothing": lambda x, i, o, w: None,
}


@pytest.mark.parametrize("hint", SAFES)
def test_a_wrong_safe_is_told_what_it_is(hint, capsys):
    check_safe(SAFES[hint])
    (line,) = said(capsys)
    assert line.startswith("not yet: ")
    assert hint in line


def test_a_safe_written_as_a_loop_is_right(capsys):
    check_safe(safe(lambda s, x, i, o, w: s + i * w * x, lambda s, o, old: o * s))
    assert all(line.startswith("right: ") for line in said(capsys))


def back(values):
    return np.cumsum(values[::-1])[::-1]


PUSHES = {
    "at step t and at all later ones": lambda x, i, o, dy: i * x * o * dy,
    "steps after, not before": lambda x, i, o, dy: i * x * np.cumsum(o * dy),
    "starts at t, not at t + 1": lambda x, i, o, dy: i * x * (back(o * dy) - o * dy),
    "right door is missing": lambda x, i, o, dy: i * x * back(dy),
    "left door is missing": lambda x, i, o, dy: x * back(o * dy),
    "input x[t] is missing": lambda x, i, o, dy: i * back(o * dy),
    "doesn't stand in its own gradient": lambda x, i, o, dy: 0.7 * i * x * back(o * dy),
    "don't add them up yet": lambda x, i, o, dy: (i * x * back(o * dy)).sum(),
    "is off by": lambda x, i, o, dy: -i * x * back(o * dy),
    "returns nothing": lambda x, i, o, dy: None,
}


@pytest.mark.parametrize("hint", PUSHES)
def test_a_wrong_push_is_told_what_it_is(hint, capsys):
    check_push(PUSHES[hint])
    (line,) = said(capsys)
    assert line.startswith("not yet: ")
    assert hint in line


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (1 / 40, "if all variances were equal"),
        (4 / 44, "39 numbers come after the first"),
        (4 / 39, "stands below the line, too"),
        (2 / 41, "variances count, not spreads"),
        (16 / 55, "16 would be four times the spread"),
        (39 / 43, "how much of the loss is left"),
        (0.5, "is off by"),
        ("small", "expected a number"),
        (None, "no number yet"),
    ],
)
def test_a_wrong_gain_is_told_what_it_is(answer, hint, capsys):
    check_gain(answer)
    (line,) = said(capsys)
    assert line.startswith("not yet: ")
    assert hint in line


@pytest.mark.parametrize(("length", "ratio"), [(40, 4.0), (20, 1.0), (3, 0.5)])
def test_the_best_gain_is_the_loss_s_least(length, ratio):
    p = np.linspace(0, 1, 100_001)
    loss = (1 - p) ** 2 * ratio + p**2 * (length - 1)
    assert p[loss.argmin()] == pytest.approx(best_gain(length, ratio), abs=1e-5)
