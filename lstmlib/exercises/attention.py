"""The checks of the chapter on attention."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lstmlib.exercises.report import attempt, compare, compare_number, not_yet, right
from lstmlib.numpy import GRU, AdditiveAttention
from lstmlib.numpy.attention import softmax, softmax_backward


def check_context(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(scores, memory, length)`` is the context, with the padding left out.

    Args:
        answer: takes the scores (S,) of one query, the memories (S, K), and how many of them are the text's; returns
            c (K,).
    """
    rng = np.random.default_rng(0)
    scores, memory, length = 2.0 * rng.standard_normal(6), rng.standard_normal((6, 3)), 4
    given = attempt(answer, scores, memory, length)
    if given is None:
        return
    inside = np.arange(6) < length
    alpha = softmax(scores, inside)
    everything = softmax(scores, np.ones(6, bool))
    powers = np.exp(scores)
    mistakes = {
        "the padding has a share too: leave out what lies past the length": everything @ memory,
        "the shares must add up to 1 over the text: divide after the padding is taken out": (
            (everything * inside) @ memory
        ),
        "a score of 0 is no mask: e to the 0 is 1, so the padding still weighs": (
            softmax(scores * inside, np.ones(6, bool)) @ memory
        ),
        "divide by the sum of the powers: the weights must add up to 1": powers[:length] @ memory[:length],
        "the scores are no weights yet: softmax first": scores[:length] @ memory[:length],
        "that is the memory with the largest score; the context is a mean of all": memory[scores[:length].argmax()],
        "that is the plain mean: weigh the memories": memory[:length].mean(0),
        "those are the weights; the context is the mean of the memories under them": alpha[:length],
    }
    if compare("the context", given, alpha @ memory, mistakes):
        large = attempt(answer, np.array([1000.0, 999.0, 0.0, 0.0, 0.0, 0.0]), memory, length)
        if large is None:
            return
        if not np.isfinite(np.asarray(large, float)).all():
            not_yet("the context: scores in the thousands overflow; take the largest score off all of them first")
            return
        right("scores in the thousands do no harm")


def check_score_gradient(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(weights, memory, dc)`` is the loss's gradient for the scores.

    Args:
        answer: takes the weights (S,) of one query, the memories (S, K), and the loss's gradient for the context (K,);
            returns the gradient for the scores (S,).
    """
    rng = np.random.default_rng(1)
    memory, dc = rng.standard_normal((5, 3)), rng.standard_normal(3)
    alpha = softmax(rng.standard_normal(5), np.ones(5, bool))
    given = attempt(answer, alpha, memory, dc)
    if given is None:
        return
    dalpha = memory @ dc
    expected = softmax_backward(alpha, dalpha)
    mistakes = {
        "that is the gradient for the weights; go on through the softmax": dalpha,
        "a score moves the other weights too: subtract the mean of all": alpha * dalpha,
        "the mean of all is taken under the weights, not evenly": alpha * (dalpha - dalpha.mean()),
        "each weight stands in front, too: a score moves its weight by as much as there is of it": (
            dalpha - alpha @ dalpha
        ),
        "that would be right if each weight depended on its own score alone, as the logistic function does": (
            alpha * (1 - alpha) * dalpha
        ),
        "the sign is turned: own less mean, not mean less own": -expected,
        "that is what the memories get as values: a weight times the error": alpha[:, None] * dc,
    }
    if compare("the gradient for the scores", given, expected, mistakes):
        right("it adds up to 0: lifting all scores alike changes nothing")


def crossing(hidden_size: int = 48, embed_size: int = 32) -> float:
    """Return at which length attention costs as much as everything else in the chapter's net, for texts as long.

    Args:
        hidden_size: H, how many hidden units.
        embed_size: E, the width of a symbol's vector.
    """
    H, E = hidden_size, embed_size
    attention = AdditiveAttention(H, 2 * H, H)
    a_step = 3 * GRU(E, H).num_operations  # two directions of the encoder, and the decoder
    a_pair = attention.num_operations(2, 2) - 2 * attention.num_operations(1, 1)  # 2 T S less what grows with T
    return a_step / (a_pair / 2)


def check_crossing(answer: Any) -> None:
    """Say whether ``answer`` is the length at which the pairs cost as much as the three recurrences.

    Args:
        answer: a number of symbols.
    """
    a_step, H = GRU(32, 48).num_operations, 48
    mistakes = {
        "three GRUs run: two in the encoder, one in the decoder": a_step / (3 * H),
        "a pair costs A for its score and 2H for its share in the mean": 3 * a_step / H,
        "a pair costs A for its score, and the memories are 2H wide": 3 * a_step / (2 * H),
        "set T² times a pair equal to T times a step, and one T cancels": np.sqrt(crossing()),
    }
    if compare_number("T", answer, crossing(), mistakes):
        right("beyond it the pairs take over, and they grow as the square")
