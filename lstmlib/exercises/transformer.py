"""The checks of the chapter on the transformer."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lstmlib.exercises.report import attempt, compare, right
from lstmlib.numpy import MultiHeadAttention
from lstmlib.numpy.attention import softmax, softmax_backward
from lstmlib.numpy.checks import Array


def _attend(q: Array, k: Array, v: Array, *, scale: float, seen: Any) -> Array:
    return softmax(q @ k.T / scale, seen) @ v


def check_attention(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(q, k, v)`` is causal self-attention of one head.

    Args:
        answer: takes queries, keys and values, each (T, d); returns what every step finds (T, d).
    """
    layer = MultiHeadAttention(4, 1, causal=True, rng=np.random.default_rng(0))
    layer.params["out_proj.weight"][:] = np.eye(4)
    _, _, cache = layer.forward(3.0 * np.random.default_rng(1).standard_normal((7, 1, 4)))
    q, k, v = (part[0, 0] for part in (cache.q, cache.k, cache.v))
    given = attempt(answer, q, k, v)
    if given is None:
        return
    T, d = q.shape
    past, all_ = np.tri(T, dtype=bool), np.ones((T, T), bool)
    scores = q @ k.T / d**0.5
    powers = np.where(past, np.exp(scores), 0.0)
    by_column = np.where(past, scores, -np.inf)
    columns = np.exp(by_column) / np.exp(by_column).sum(0)
    mistakes = {
        "the future is seen: step t may look at steps up to t alone": _attend(q, k, v, scale=d**0.5, seen=all_),
        "the scores are to be divided by the square root of d": _attend(q, k, v, scale=1.0, seen=past),
        "divide by the square root of d, not by d": _attend(q, k, v, scale=float(d), seen=past),
        "each row of weights is a query's and sums to 1: softmax over the keys, the last axis": columns @ v,
        "a score of 0 isn't a weight of 0: mask with minus infinity, before the softmax": softmax(scores * past, all_)
        @ v,
        "mask before the softmax, or the weights no longer sum to 1": (softmax(scores, all_) * past) @ v,
        "the powers are not divided by their sum": powers @ v,
        "the mask points the wrong way: those are the steps to come": _attend(q, k, v, scale=d**0.5, seen=past.T),
        "the weights themselves are no answer yet: take the mean of the values under them": softmax(scores, past),
    }
    if compare("what each step finds", given, cache.concat[:, 0], mistakes):
        right("it is MultiHeadAttention with one head, to the last digits")


def check_scores(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(weights, dweights)`` sends an error back through the softmax.

    Args:
        answer: takes the weights and the loss's gradient for them, both (T, S); returns that for the scores (T, S).
    """
    rng = np.random.default_rng(2)
    weights = softmax(rng.standard_normal((3, 5)), np.ones((3, 5), bool))
    dweights = rng.standard_normal((3, 5))
    given = attempt(answer, weights, dweights)
    if given is None:
        return
    mean = (weights * dweights).sum(-1, keepdims=True)
    mistakes = {
        "a score moves all weights of its row, not its own alone: something is to be taken off": weights * dweights,
        "that is the diagonal alone, as for a logistic unit: the other weights of the row move too": weights
        * (1 - weights)
        * dweights,
        "the mean to take off is under the weights, not the plain one": weights
        * (dweights - dweights.mean(-1, keepdims=True)),
        "the sum to take off is of weights times dweights": weights * (dweights - dweights.sum(-1, keepdims=True)),
        "take the mean over a row, the last axis, not over a column": weights
        * (dweights - (weights * dweights).sum(0)),
        "the whole is to be multiplied by the weight once more": dweights - mean,
        "the mean is taken off, not added": weights * (dweights + mean),
    }
    if compare("the gradient for the scores", given, softmax_backward(weights, dweights), mistakes):
        right("every row sums to 0: moving all scores together changes nothing")


def check_share(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(T, d)`` is the quadratic part's share of a block's multiply-adds.

    Args:
        answer: takes a length and a width; returns what scores and means take, by what a block with a feed-forward
            net of 4 d takes, biases and norms left out.
    """
    T, d = 1000.0, 64.0
    given = attempt(answer, T, d)
    if given is None:
        return

    def share(pairs: float, steps: float) -> Array:
        return np.asarray(pairs * T**2 * d / (pairs * T**2 * d + steps * T * d**2))

    mistakes = {
        "that leaves out the feed-forward net: two maps of 4 d squared each": share(2, 4),
        "twelve maps of d squared in all: four around the attention, eight in the feed-forward net": share(2, 8),
        "each pair of steps takes d for its score and d for its share in the mean": share(1, 12),
        "there are four maps of d squared: queries, keys, values, and the output": share(2, 11),
        "that is the quadratic part by the rest; asked is its share of the whole": np.asarray(T / (6 * d)),
        "that is the rest's share": np.asarray(1.0 - float(share(2, 12))),
        "that is the share in percent; as a part of 1, please": 100 * share(2, 12),
    }
    if compare("the share", given, share(2, 12), mistakes):
        right("T / (T + 6 d): half of it at a length of six widths")
