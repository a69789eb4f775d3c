"""The checks of the chapter on the experiments of 1997."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from lstmlib.exercises.report import attempt, compare, compare_number, not_yet, right
from lstmlib.numpy.checks import Array

# Sizes of nets, and their numbers of weights in the paper: experiments 4, 6a and 6b.
NETS = ((2, 2, 2, 1, 93), (8, 2, 2, 4, 156), (8, 3, 2, 8, 308))


def check_weights(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(D, B, S, O)`` counts the weights of a fully connected net of 1997 with all biases.

    Args:
        answer: takes the inputs D, the blocks B, the cells S of each block and the outputs O; returns a number.
    """
    given = []
    for D, B, S, O, _ in NETS:  # noqa: E741
        number = attempt(answer, D, B, S, O)
        if number is None:
            return
        given.append(number)

    def counts(formula: Callable[[int, int, int], int]) -> Array:
        """Return the numbers of weights for (inputs, hidden units, cells, outputs) by a formula with a mistake."""
        return np.array([formula(B * (S + 2), D, B * S) + _outputs(B * S, O) for D, B, S, O, _ in NETS], float)  # noqa: E741

    mistakes = {
        "the hidden units have biases, too: one each": counts(lambda U, D, C: U * (D + U)),
        "hidden units see the gates as well as the cells": counts(lambda U, D, C: U * (D + C + 1)),
        "gates see the hidden units of the step before, as cells do": counts(lambda U, D, C: U * (D + 1) + C * U),
        "outputs see the cells only, not the gates": np.array(
            [(U := B * (S + 2)) * (D + U + 1) + (U + 1) * O for D, B, S, O, _ in NETS],  # noqa: E741
            float,
        ),
        "the outputs have biases, too": np.array(
            [(U := B * (S + 2)) * (D + U + 1) + B * S * O for D, B, S, O, _ in NETS],  # noqa: E741
            float,
        ),
        "the cells of a block share its two gates": np.array(
            [(U := 3 * B * S) * (D + U + 1) + _outputs(B * S, O) for D, B, S, O, _ in NETS],  # noqa: E741
            float,
        ),
    }
    if compare("the number of weights", given, np.array([net[-1] for net in NETS], float), mistakes):
        right("93, 156 and 308, as the paper has them for experiments 4, 6a and 6b")


def _outputs(cells: int, outputs: int) -> int:
    return outputs * (cells + 1)


def bayes_error(spread: float) -> float:
    """Return how often a number of mean 1 and this standard deviation is below 0."""
    return 0.5 * math.erfc(1.0 / spread / math.sqrt(2.0))


def check_bayes(answer: Any) -> None:
    """Say whether ``answer`` is the least share of errors that any classifier can reach in 3b with N = 1.

    Args:
        answer: a number from 0 to 1.
    """
    mistakes = {
        "0.2 is the noise's variance: its standard deviation is the square root": bayes_error(0.2),
        "that counts both sides of the bell; only the side that crosses 0 is wrong": 2.0 * bayes_error(math.sqrt(0.2)),
        "in percent; as a share it is a hundredth of that": 100.0 * bayes_error(math.sqrt(0.2)),
        "that is how often it is right": 1.0 - bayes_error(math.sqrt(0.2)),
        "the boundary lies at 0, at a distance of 1 from either class, not 2": bayes_error(math.sqrt(0.2) / 2.0),
    }
    if compare_number("the share of errors", answer, bayes_error(math.sqrt(0.2)), mistakes):
        right("so 256 sequences hold more than three such on average, and some sets of 256 hold six")


def first_good_window(errors: Array, tolerance: float, size: int) -> int | None:
    """Return after how many sequences the last ``size`` of them all had an error below; None if never."""
    run = 0
    for shown, error in enumerate(errors, 1):
        run = run + 1 if error < tolerance else 0
        if run >= size:
            return shown
    return None


def check_window(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(errors, tolerance, size)`` finds when training may stop.

    Args:
        answer: takes each sequence's absolute error (n,), the bound it must lie below, and how many in a row; returns
            after how many sequences these many in a row were right, or None.
    """
    rng = np.random.default_rng(0)
    errors = rng.uniform(0.0, 0.05, 400)
    errors[90:130] *= 0.5
    errors[40:68] *= 0.5
    errors[89] = errors[130] = 0.045  # so that the run is of 40 exactly
    errors[75] = 0.04  # not below
    given = attempt(answer, errors, 0.04, 30)
    if given is None:
        return
    expected = first_good_window(errors, 0.04, 30)
    assert expected is not None
    mistakes = {
        "count the sequences shown, the last of the window among them: one more": np.asarray(float(expected - 1)),
        "that is where the window begins; training stops at its end": np.asarray(float(expected - 30)),
        "in a row: a wrong sequence sets the count back to 0": np.asarray(
            float(np.flatnonzero(np.cumsum(errors < 0.04) == 30)[0] + 1)
        ),
        "stop as soon as there are enough; don't wait for the first wrong one": np.asarray(131.0),
    }
    if not compare("the number of sequences", given, np.asarray(float(expected)), mistakes):
        return
    try:
        never = answer(np.ones(50), 0.04, 30)
    except Exception as error:  # as in attempt: one line, whatever happens
        not_yet(f"where no window is right, it stops with {type(error).__name__}: {error}")
        return
    if never is None:
        right("and it returns None where there never are so many")
    else:
        not_yet(f"where no window is right it returns {never!r}, expected None")
