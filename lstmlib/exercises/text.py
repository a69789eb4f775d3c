"""The checks of the chapter on a text."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lstmlib.exercises.report import attempt, compare, compare_number, right


def check_bits(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(scores, text)`` is the bits a character that a net's scores are worth.

    Args:
        answer: takes the scores (T, V) that a net gave after each of T characters, and the text (T,) as places in the
            alphabet, the same T characters; returns the mean of -log2 p over the T - 1 characters after the first.
    """
    rng = np.random.default_rng(0)
    scores, text = 3.0 * rng.standard_normal((50, 7)), rng.integers(0, 7, 50)
    given = attempt(answer, scores, text)
    if given is None:
        return
    log_p = scores - np.logaddexp.reduce(scores, 1, keepdims=True)
    bits = -log_p / np.log(2.0)
    rows = np.arange(49)
    expected = float(bits[rows, text[1:]].mean())
    mistakes = {
        "those are nats: divide by the logarithm of 2": expected * np.log(2.0),
        "that is the perplexity, 2 to the power of it": 2.0**expected,
        "the scores after character t are about character t + 1": float(bits[np.arange(50), text].mean()),
        "the sum is over 49 characters, the mean divides by as many": expected * 49 / 50,
        "that is the sum: divide by how many characters were predicted": expected * 49,
        "scores are no probabilities yet: the softmax is missing": float(-scores[rows, text[1:]].mean() / np.log(2.0)),
        "the sign: p is below 1, so its logarithm is negative": -expected,
    }
    if compare_number("the bits a character", given, expected, mistakes):
        right(f"with 7 characters, chance would need {np.log2(7):.2f}")


def check_temperature(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(scores, temperature)`` are the probabilities with which a net writes at a temperature.

    Args:
        answer: takes scores (V,), some of them in the hundreds, and a temperature above 0; returns (V,).
    """
    scores, temperature = np.array([801.0, 800.0, 799.5, 796.0, 790.0]), 0.5
    given = attempt(answer, scores, temperature)
    if given is None:
        return

    def softmax(z: Any) -> Any:
        e = np.exp(z - z.max())
        return e / e.sum()

    p = softmax(scores)
    mistakes = {
        "divide the scores by the temperature: times it, cold becomes hot": softmax(scores * temperature),
        "that is a temperature of 1": p,
        "divide the scores, not the probabilities": p / temperature,
        "they should sum to 1": p ** (1.0 / temperature),
        "a power of p, but the wrong one: 1 over the temperature": p**temperature / (p**temperature).sum(),
        "exp of 800 overflows: take the largest score off first, which changes no probability": np.full(5, -1.0),
        "that is the limit of temperature 0": np.eye(5)[0],
    }
    if np.asarray(given).shape == (5,) and not np.isfinite(np.asarray(given, float)).all():
        given = np.full(5, -1.0)
    if compare("the probabilities", given, softmax(scores / temperature), mistakes):
        right("at half the temperature, odds are squared")


def check_witten_bell(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(counts, lower)`` are a bigram's probabilities with the smoothing of Witten and Bell.

    Args:
        answer: takes counts (V, V), how often character b followed a, in row a, and the lower order's p (V,);
            returns p(b | a) in row a.
    """
    counts = np.array([[0.0, 6.0, 2.0, 0.0], [3.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0, 5.0]])
    lower = np.array([0.4, 0.3, 0.2, 0.1])
    given = attempt(answer, counts, lower)
    if given is None:
        return
    kinds = (counts > 0.0).sum(1, keepdims=True)
    seen, total = counts.sum(1, keepdims=True), counts.sum(1, keepdims=True) + kinds
    expected = np.where(total > 0.0, (counts + kinds * lower) / np.maximum(total, 1.0), lower)
    with np.errstate(invalid="ignore"):
        bare = (counts + kinds * lower) / total
    empty = np.where(total > 0.0, expected, 0.0)
    mistakes = {
        "a row that was never seen is the lower order's p, not 0 by 0": np.nan_to_num(bare, nan=-1.0),
        "a row that was never seen is the lower order's p, not 0": empty,
        "that is add-one smoothing; spare as many as there are kinds": (counts + 1.0) / (seen + 4.0),
        "what is spared is divided by p of the lower order, not evenly": np.where(
            total > 0.0, (counts + kinds / 4.0) / np.maximum(total, 1.0), 0.25
        ),
        "spare as many as there are kinds of next characters, not as many as all of them": (counts + 4.0 * lower)
        / (seen + 4.0),
        "the rows should sum to 1: add the kinds to the total, too": np.where(
            total > 0.0, (counts + kinds * lower) / np.maximum(seen, 1.0), lower
        ),
    }
    if np.asarray(given).shape == (4, 4):
        given = np.nan_to_num(np.asarray(given, float), nan=-1.0)
    if compare("p(b | a)", given, expected, mistakes):
        right("a character that never followed is possible, and the rarer the more kinds came")
