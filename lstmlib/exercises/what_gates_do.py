"""The checks of the page on what gates do."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lstmlib.exercises.report import attempt, compare, compare_number, right
from lstmlib.numpy.checks import Array


def check_left(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(forget, t, width)`` is the share of the old content that is left after a window.

    Args:
        answer: takes forget gates (T, H), the first step of the window and its length; returns (H,).
    """
    forget, t, width = np.random.default_rng(3).uniform(0.1, 1.0, (12, 4)), 5, 3
    given = attempt(answer, forget, t, width)
    if given is None:
        return
    inside = forget[t : t + width]
    mistakes = {
        "that is the mean; a content that is halved twice is quartered": inside.mean(0),
        "that is the sum of the gates": inside.sum(0),
        "the window's last step is missing": inside[:-1].prod(0),
        "the window is one step too long": forget[t : t + width + 1].prod(0),
        "that is what is lost, not what is left": 1.0 - inside.prod(0),
        "that is one number; each cell has a share of its own": np.full(4, inside.prod(0).mean()),
    }
    if compare("what is left", given, inside.prod(0), mistakes):
        right("each step multiplies what the steps before have left")


def check_area(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(places, partners)`` is the area under the ROC curve.

    Args:
        answer: takes two arrays of a gate's values, (n,) and (m,); returns the share of pairs in which the first is
            higher, ties counted half.
    """
    places, partners = np.array([0.9, 0.4, 0.7, 0.7, 0.2]), np.array([0.7, 0.1, 0.4])
    given = attempt(answer, places, partners)
    if given is None:
        return
    higher, equal = (places[:, None] > partners).mean(), (places[:, None] == partners).mean()
    mistakes = {
        "ties count half, not nothing": float(higher),
        "ties count half, not whole": float(higher + equal),
        "that is the other way round: the share in which the partner is higher": float(1.0 - higher - equal / 2.0),
        "that is the difference of the means": float(places.mean() - partners.mean()),
        "every place against every partner, not one against one": float((places[:3] > partners).mean()),
    }
    if compare_number("the area", given, float(higher + equal / 2.0), mistakes):
        right("0.5 says nothing, 1 tells every place from every partner")


def check_matched(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(gate, at, stratum)`` is the difference between places and others of the same stratum.

    Args:
        answer: takes a gate's values (T,), which steps are places (T,), and the stratum of each step, a whole number;
            returns the mean over places of the value less the mean of the others of its stratum.
    """
    rng = np.random.default_rng(4)
    stratum = rng.integers(0, 3, 200)
    at = rng.uniform(size=200) < np.array([0.1, 0.4, 0.7])[stratum]
    gate = np.array([0.2, 0.5, 0.9])[stratum] + 0.1 * at * (stratum - 1) + 0.05 * rng.standard_normal(200)
    given = attempt(answer, gate, at, stratum)
    if given is None:
        return
    each = np.array([gate[at & (stratum == k)].mean() - gate[~at & (stratum == k)].mean() for k in range(3)])
    n, all_of_them = (np.bincount(stratum[mask], minlength=3) for mask in (at, np.ones(200, bool)))
    expected = float((each * n).sum() / n.sum())
    mistakes = {
        "nothing is matched: the strata differ, and places are more frequent in some": _apart(gate, at),
        "a stratum counts as often as it has places, not once": float(each.mean()),
        "a stratum counts by its places, not by all of its steps": float((each * all_of_them).sum() / 200),
        "that is the other way round: others less places": -expected,
    }
    if compare_number("the difference", given, expected, mistakes):
        right(f"without strata it would have been {_apart(gate, at):.2f}, most of it of what is read")


def _apart(gate: Array, at: Any) -> float:
    return float(gate[at].mean() - gate[~at].mean())
