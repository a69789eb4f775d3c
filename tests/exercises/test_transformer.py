"""Each check accepts the page's own solution, tells the starter 'not yet', and knows the mistakes that readers make."""

import numpy as np
import pytest
from chapter import CHAPTERS, check_all_solutions, said, solutions, starters

from lstmlib.exercises.transformer import check_attention, check_scores, check_share

PAGE = CHAPTERS / "transformer.ipynb"


@pytest.mark.parametrize("name", ["ex-tr-attention", "ex-tr-scores", "ex-tr-share"])
def test_the_page_s_solution_is_right(name, capsys):
    exec(solutions(PAGE)[name], {"np": np, **globals()})
    lines = said(capsys)
    assert lines
    assert all(line.startswith("right: ") for line in lines), lines


def test_every_exercise_has_a_solution_that_runs(capsys):
    assert len(check_all_solutions(PAGE, "ex-tr-", capsys)) >= 5


def test_the_starters_are_not_right_yet(capsys):
    found = starters(PAGE)
    assert len(found) == 3
    for code in found:
        exec(code, {"np": np, **globals()})
    lines = said(capsys)
    assert len(lines) == 3
    assert all(line.startswith("not yet: ") for line in lines)


def attention(scale=2.0, seen=np.tri, when="before", axis=-1, norm=True, value=-np.inf):
    """Return an answer by what it divides by, what it lets see, and when it masks."""

    def answer(q, k, v):
        scores, mask = q @ k.T / scale, seen(len(q)).astype(bool)
        if when == "before":
            scores = np.where(mask, scores, value)
        powers = np.exp(scores)
        weights = powers / powers.sum(axis, keepdims=True) if norm else powers
        return (weights if when == "before" else weights * mask) @ v

    return answer


ATTENTIONS = {
    "the future is seen": attention(seen=lambda T: np.ones((T, T))),
    "divided by the square root of d": attention(scale=1.0),
    "not by d": attention(scale=4.0),
    "softmax over the keys": attention(axis=0),
    "a score of 0 isn't a weight of 0": attention(value=0.0),
    "mask before the softmax": attention(when="after"),
    "not divided by their sum": attention(norm=False),
    "points the wrong way": attention(seen=lambda T: np.tri(T).T),
    "no answer yet": lambda q, k, v: attention()(q, k, np.eye(len(v))),
    "shape (4,), expected (7, 4)": lambda q, k, v: attention()(q, k, v)[0],
    "is off by": lambda q, k, v: -attention()(q, k, v),
    "returns nothing": lambda q, k, v: None,
    "stops with TypeError": lambda q: q,
}


@pytest.mark.parametrize("hint", ATTENTIONS)
def test_a_wrong_attention_is_told_what_it_is(hint, capsys):
    check_attention(ATTENTIONS[hint])
    (line,) = said(capsys)
    assert line.startswith("not yet: ")
    assert hint in line


def rows(weights, dweights):
    return (weights * dweights).sum(-1, keepdims=True)


SCORES = {
    "not its own alone": lambda w, d: w * d,
    "the diagonal alone": lambda w, d: w * (1 - w) * d,
    "not the plain one": lambda w, d: w * (d - d.mean(-1, keepdims=True)),
    "of weights times dweights": lambda w, d: w * (d - d.sum(-1, keepdims=True)),
    "not over a column": lambda w, d: w * (d - (w * d).sum(0)),
    "by the weight once more": lambda w, d: d - rows(w, d),
    "not added": lambda w, d: w * (d + rows(w, d)),
    "returns nothing": lambda w, d: None,
}


@pytest.mark.parametrize("hint", SCORES)
def test_a_wrong_gradient_is_told_what_it_is(hint, capsys):
    check_scores(SCORES[hint])
    (line,) = said(capsys)
    assert line.startswith("not yet: ")
    assert hint in line


SHARES = {
    "leaves out the feed-forward net": lambda T, d: T / (T + 2 * d),
    "four around the attention": lambda T, d: T / (T + 4 * d),
    "d for its score and d for its share": lambda T, d: T / (T + 12 * d),
    "queries, keys, values, and the output": lambda T, d: 2 * T / (2 * T + 11 * d),
    "asked is its share of the whole": lambda T, d: T / (6 * d),
    "the rest's share": lambda T, d: 6 * d / (T + 6 * d),
    "in percent": lambda T, d: 100 * T / (T + 6 * d),
    "is off by": lambda T, d: 0.5,
    "returns nothing": lambda T, d: ...,
}


@pytest.mark.parametrize("hint", SHARES)
def test_a_wrong_share_is_told_what_it_is(hint, capsys):
    check_share(SHARES[hint])
    (line,) = said(capsys)
    assert line.startswith("not yet: ")
    assert hint in line
