"""Each check accepts the page's own solution, tells the starter 'not yet', and knows the mistakes that readers make."""

import numpy as np
import pytest
from chapter import CHAPTERS, check_starters, definitions, labels, said, solutions

from lstmlib.exercises.labelling import check_padding, check_span_f1, check_spans, check_viterbi

PAGE = CHAPTERS / "labelling.ipynb"
CHECKED = ["ex-labelling-spans", "ex-labelling-f1", "ex-labelling-padding", "ex-labelling-viterbi"]


def test_the_page_s_solutions_are_right(capsys):
    space = {"np": np, **globals()}
    for name in CHECKED:  # the second builds on the first
        exec(solutions(PAGE)[name], space)
    lines = said(capsys)
    assert len(lines) >= len(CHECKED)
    assert all(line.startswith("right: ") for line in lines), lines


def test_every_exercise_has_a_solution_that_runs(capsys):
    found = labels(PAGE, "ex-labelling-")
    assert len(found) >= 6
    assert sorted(solutions(PAGE)) == sorted(found)
    space = definitions(PAGE)
    for name in found:
        exec(solutions(PAGE)[name], space)
    assert "not yet" not in capsys.readouterr().out


def test_the_starters_are_not_right_yet(capsys):
    check_starters(PAGE, CHECKED, globals(), capsys)


def runs(labels):
    starts = [k for k in range(len(labels)) if k == 0 or labels[k] != labels[k - 1]]
    return [(labels[a], a, b) for a, b in zip(starts, [*starts[1:], len(labels)], strict=True)]


def f1(right, given):
    a, b = set(runs(right)), set(runs(given))
    return 2 * len(a & b) / (len(a) + len(b))


@pytest.mark.parametrize(
    ("check", "answer", "hint"),
    [
        (check_spans, lambda z: [(label, a, b - 1) for label, a, b in runs(z)], "one past"),
        (check_spans, lambda z: runs(z)[:-1], "last run is missing"),
        (check_spans, lambda z: [(label, k, k + 1) for k, label in enumerate(z)], "one row a step"),
        (check_spans, lambda z: [(a, b, label) for label, a, b in runs(z)], "order is"),
        (check_span_f1, lambda r, s: (r == s).mean(), "share of steps"),
        (check_span_f1, lambda r, s: len(set(runs(r)) & set(runs(s))) / len(runs(s)), "precision alone"),
        (check_span_f1, lambda r, s: len(set(runs(r)) & set(runs(s))) / len(runs(r)), "recall alone"),
        (check_span_f1, lambda r, s: f1(r, s) / 2, "half of it"),
        (check_viterbi, lambda y, A: y.argmax(1), "each step by itself"),
        (check_padding, lambda x, n: x.mean(), "padding counts"),
        (
            check_padding,
            lambda x, n: np.mean([x[: n[k], k].mean() for k in range(len(n))]),
            "short one then counts more",
        ),
        (check_padding, lambda x, n: None, "returns nothing"),
    ],
)
def test_wrong_answers_get_their_hint(check, answer, hint, capsys):
    check(answer)
    (line,) = said(capsys)
    assert line.startswith("not yet: ")
    assert hint in line


def test_the_hints_of_viterbi_differ(capsys):
    def greedy(y, A):
        z = [int(y[0].argmax())]
        for t in range(1, len(y)):
            z.append(int((A[z[-1]] + y[t]).argmax()))
        return z

    check_viterbi(greedy)
    check_viterbi(lambda y, A: greedy(y, A)[::-1])
    first, second = said(capsys)
    assert "may pay later" in first
    assert second.startswith("not yet: ")
