"""The checks of the page on what to use when."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lstmlib.exercises.report import attempt, compare, compare_number, not_yet, pair, right


def check_padding(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(lengths, size)`` is the share of steps that are padding.

    Args:
        answer: takes the lengths of sequences (S,) and how many a batch has; batches are taken in order, and each is as
            long as its longest sequence. Returns a share of all steps that are computed.
    """
    lengths, size = np.array([3, 9, 4, 8, 2, 10, 5]), 3
    given = attempt(answer, lengths, size)
    if given is None:
        return
    batches = [lengths[k : k + size] for k in range(0, len(lengths), size)]
    steps, real = sum(batch.max() * len(batch) for batch in batches), lengths.sum()
    full = sum(batch.max() * size for batch in batches)
    each = [1.0 - batch.mean() / batch.max() for batch in batches]
    mistakes = {
        "that is the share that isn't padding": float(real / steps),
        "each batch is as long as its own longest sequence, not as the longest of all": float(
            1.0 - real / (lengths.max() * len(lengths))
        ),
        "the last batch is smaller: it has only as many sequences as are left": float(1.0 - real / full),
        "that is the mean of the batches' shares; a long batch has more steps than a short one": float(np.mean(each)),
        "padding over what isn't padding; the share is over all steps": float(steps / real - 1.0),
    }
    if compare_number("the share of padding", given, float(1.0 - real / steps), mistakes):
        right("sorted by length first, the same sequences would have less")


def check_clip(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(grads, most)`` cuts gradients to a joint length.

    Args:
        answer: takes gradients, name -> array, and the longest that they may be together; returns new ones.
    """
    rng = np.random.default_rng(5)
    grads = {"weight": 3.0 * rng.standard_normal((3, 4)), "bias": rng.standard_normal(3)}
    most = 2.0
    given = attempt(answer, {name: value.copy() for name, value in grads.items()}, most)
    if given is None:
        return
    if not isinstance(given, dict) or given.keys() != grads.keys():
        not_yet("return a dict with the names that came in")
        return
    norm = float(np.sqrt(sum((value**2).sum() for value in grads.values())))

    def flat(of: dict[str, Any]) -> np.ndarray:
        return np.concatenate([np.ravel(of[name]) for name in grads])

    mistakes = {
        "each array was cut by itself; that turns the direction": flat(
            {k: v * min(1.0, float(most / np.linalg.norm(v))) for k, v in grads.items()}
        ),
        "each number was cut by itself; that turns the direction": flat(
            {k: np.clip(v, -most, most) for k, v in grads.items()}
        ),
        "the length is the root of the sum of squares": flat({k: v * most / norm**2 for k, v in grads.items()}),
        "nothing was cut": flat(grads),
        "they are 1 long now, not as long as they may be": flat({k: v / norm for k, v in grads.items()}),
    }
    if not compare("the gradients", flat(given), flat(grads) * most / norm, mistakes):
        return
    small = {name: value * 0.5 * most / norm for name, value in grads.items()}
    again = attempt(answer, {name: value.copy() for name, value in small.items()}, most)
    if again is None:
        return
    if not np.allclose(flat(again), flat(small)):
        not_yet("gradients that are short enough stay as they are")
        return
    right("the direction stays, only the length is cut, and only if it is too long")


def check_rounded(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(W)`` rounds a matrix to 8-bit integers and a scale.

    Args:
        answer: takes weights (M, N); returns integers from -127 to 127, of the same shape, and the scale by which they
            have to be multiplied; one scale for the whole matrix, as small as it can be.
    """
    W = np.random.default_rng(6).normal(0.0, 0.3, (5, 7))
    given = attempt(answer, W)
    if given is None:
        return
    both = pair(given, "return two things, the integers and the scale")
    if both is None:
        return
    integers, scale = np.asarray(both[0]), both[1]
    best = float(np.abs(W).max() / 127.0)
    mistakes = {
        "multiplied by it, the integers must give the weights: that is one over the scale": 1.0 / best,
        "127 is the largest integer, not 255": float(np.abs(W).max() / 255.0),
        "127 is the largest integer, not 128": float(np.abs(W).max() / 128.0),
        "the largest weight may be negative": float(W.max() / 127.0),
        "that is for integers from 0 on; here 0 stays 0": float(np.ptp(W) / 255.0),
    }
    if not compare_number("the scale", scale, best, mistakes):
        return
    wanted = np.round(W / best)
    others = {
        "that cuts the decimals off; round to the nearest": np.trunc(W / best),
        "they aren't integers yet": W / best,
        "that rounds downward; round to the nearest": np.floor(W / best),
    }
    if compare("the integers", integers, wanted, others):
        right("no weight is off by more than half a scale")
