"""Labels without times: connectionist temporal classification, its loss, its gradient, and how a net's scores are read.

A net says at each step how probable each of K classes is; one of them, the blank, says nothing. A path is one class a
step. Collapsing it, that is merging what is repeated and dropping the blanks, gives a labelling; the loss is minus the
logarithm of the probability of all paths that collapse to the right one. No step needs a label of its own.

Source: Graves, Fernández, Gomez and Schmidhuber (2006), ICML, whose equation numbers are quoted. Products
are sums of logarithms here, which can't underflow, where the paper rescales its variables at every step.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmlib.numpy.checks import Array, Lengths, check_array, check_form, check_lengths, check_plain, check_size
from lstmlib.numpy.losses import check_counted
from lstmlib.numpy.padding import zero_past_end


class Alignments(NamedTuple):
    """All paths through T steps that collapse to one labelling of S labels; every number is a logarithm or an index."""

    states: NDArray[np.int64]  # (2S + 1,): the labels with a blank before, between and after them, l'
    forward: Array  # (T, 2S + 1): ln alpha, all ways to be in a state at a step, that step included
    backward: Array  # (T, 2S + 1): ln beta, all ways to go on from there to the end, that step included
    loss: float  # -ln p(labels | y), in nats; infinite if no path collapses to them
    posterior: Array  # (T, 2S + 1): the probability of each state at each step, given the labels; 0 if there's no path


def collapse(path: Sequence[int] | NDArray[np.integer], blank: int = 0) -> list[int]:
    """Return the labelling that a path becomes: repeated classes merged first, blanks dropped then.

    Source: the map B of Graves et al. (2006), section 3.1.

    Args:
        path: a class for each step (T,).
        blank: which class says nothing.

    Raises:
        TypeError, ValueError: not a row of integers, or one below 0.
    """
    path, blank = _read_labels("path", path), check_size("blank", blank, 0)
    return [k for t, k in enumerate(path) if k != blank and (t == 0 or k != path[t - 1])]


def shortest(labels: Sequence[int] | NDArray[np.integer]) -> int:
    """Return how many steps a labelling needs: one a label, and one more for a blank between two that are equal.

    Args:
        labels: the labelling (S,), without blanks; S may be 0.

    Raises:
        TypeError, ValueError: not a row of integers, or one below 0.
    """
    labels = _read_labels("labels", labels)
    return len(labels) + sum(int(a == b) for a, b in pairwise(labels))


def log_softmax(y: Array) -> Array:
    """Return ln softmax(y) over the last axis; no exponential overflows.

    Args:
        y: scores (..., K), floats.

    Raises:
        TypeError: not an array of floats.
    """
    if not np.issubdtype(check_plain("y", y, "a float array (..., K)").dtype, np.floating):
        raise TypeError(f"y of shape {y.shape} has dtype {y.dtype}, expected floats")
    shifted = y - y.max(-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(-1, keepdims=True)))


def alignments(log_p: Array, labels: NDArray[np.integer] | Sequence[int], blank: int = 0) -> Alignments:
    """Return the forward and backward variables of one sequence, its loss and its posterior.

    Source: Graves et al. (2006), equations 5 to 8 for alpha, 9 to 11 for beta, 14 for their product. Here as there,
    both include the step itself, so that the product counts it twice and is divided by it once.

    Args:
        log_p: logarithms of each class's probability at each step (T, K).
        labels: the labelling (S,), without blanks; S may be 0.
        blank: which class says nothing.

    Raises:
        TypeError, ValueError: probabilities of the wrong rank or dtype, NaN or a number above 0 among their logarithms,
            or a label that is the blank or none of the K classes.
    """
    log_p, blank = _read_log_p(log_p, blank)
    labels = _read_labels("labels", labels)
    if any(k == blank or k >= log_p.shape[1] for k in labels):
        raise ValueError(f"labels are {labels}, expected classes from 0 to {log_p.shape[1] - 1} but {blank}")
    states = np.full(2 * len(labels) + 1, blank)
    states[1::2] = labels
    skip = np.zeros(len(states), bool)  # whether a state may be reached over the one before it
    skip[3::2] = states[3::2] != states[1:-2:2]
    ahead = _sums(log_p[:, states], skip)
    back = _sums(log_p[::-1, states[::-1]], np.r_[False, False, skip[:1:-1]][: len(states)])[::-1, ::-1]
    loss = -float(np.logaddexp.reduce(ahead[-1, -2:]))
    if not np.isfinite(loss):
        return Alignments(states, ahead, back, np.inf, np.zeros_like(ahead))
    with np.errstate(invalid="ignore"):
        posterior = np.nan_to_num(np.exp(ahead + back - log_p[:, states] + loss), nan=0.0)
    return Alignments(states, ahead, back, loss, posterior)


def ctc_loss(
    y: Array,
    target: NDArray[np.integer],
    lengths: Lengths | None = None,
    target_lengths: Lengths | None = None,
    *,
    blank: int = 0,
) -> tuple[float, Array]:
    """Return the mean of -ln p(labels | y) over N sequences, in nats a sequence, and its gradient (T, N, K) for ``y``.

    The gradient is what the net says less what the posterior says, class by class and step by step: softmax(y) minus
    the share of all right paths that are in that class there (equation 16 of the paper). torch's ``CTCLoss`` with
    ``reduction="sum"``, divided by N, is the same; its "mean" divides each sequence's loss by its number of labels.
    Where torch returns infinity, for labels that don't fit into the steps, this is an error.

    Source: Graves et al. (2006), equations 12 to 16.

    Args:
        y: scores before the softmax (T, N, K).
        target: each sequence's labels, padded at the end with anything (N, S), integers; no blanks among the labels.
        lengths: how many steps each sequence has (N,), from 1 to T; all T if ``None``. No gradient comes from beyond.
        target_lengths: how many labels each has (N,), from 0 to S; all S if ``None``.
        blank: which class says nothing.

    Raises:
        TypeError, ValueError: arrays of the wrong shape or dtype, NaN or infinity where it counts, a label that is the
            blank or none of the K classes, or more labels than fit into the steps.
    """
    y, _ = check_form("y", y, ("T", "N", "K"))
    T, N, K = y.shape
    blank = _check_blank(blank, K)
    ends = np.full(N, T) if lengths is None else check_lengths(lengths, y)
    labels = _labels(target, target_lengths, N, K, blank)
    mask = np.arange(T)[:, None] < ends
    log_p = log_softmax(check_counted("y", y, mask).astype(np.float64))
    total, dy = 0.0, np.exp(log_p)
    for n, own in enumerate(labels):
        if (needed := shortest(own)) > ends[n]:
            raise ValueError(f"target[{n}] needs {needed} steps, one a label and one between equals; it has {ends[n]}")
        found = alignments(log_p[: ends[n], n], own, blank)
        total += found.loss
        for s, k in enumerate(found.states):
            dy[: ends[n], n, k] -= found.posterior[:, s]
    return total / N, (zero_past_end(dy, mask) / N).astype(y.dtype, copy=False)


def best_path(log_p: Array, blank: int = 0) -> list[int]:
    """Return the labelling of the single most probable path: the best class of each step, collapsed.

    Source: Graves et al. (2006), section 3.2, best path decoding.

    Args:
        log_p: scores or logarithms of each class's probability at each step (T, K).
        blank: which class says nothing.

    Raises:
        TypeError, ValueError: an array of the wrong rank or dtype, an empty one, or NaN in it; no such blank.
    """
    log_p = check_array("log_p", log_p, ("T", "K"))
    blank = _check_blank(blank, log_p.shape[1])
    return collapse(log_p.argmax(-1), blank)


def beam_search(log_p: Array, width: int = 16, blank: int = 0) -> list[tuple[list[int], float]]:
    """Return the most probable labellings that a beam found, best first, each with its log probability.

    A labelling's probability is summed over its paths, those that end in a blank apart from those that don't: only
    after a blank can a label be said twice. What falls out of the beam takes its paths along, so that each log
    probability is a lower bound, exact if the beam is wide enough.

    Source: prefix search is section 3.2 of Graves et al. (2006); this form, which goes by steps and keeps a fixed
    number of prefixes, is that of Hannun, Maas, Jurafsky and Ng (2014), algorithm 1, without a language model.

    Args:
        log_p: logarithms of each class's probability at each step (T, K).
        width: how many labellings are kept after each step.
        blank: which class says nothing.

    Raises:
        TypeError, ValueError: an array of the wrong rank or dtype, an empty one, NaN or a number above 0 in it; no such
            blank; a width below 1.
    """
    log_p, blank = _read_log_p(log_p, blank)
    width, nothing = check_size("width", width), -np.inf
    beam: dict[tuple[int, ...], tuple[float, float]] = {(): (0.0, nothing)}  # ends in a blank, ends in a label
    for step in log_p.astype(np.float64).tolist():
        grown: dict[tuple[int, ...], list[float]] = {}
        for prefix, (quiet, loud) in beam.items():
            whole = _add(quiet, loud)
            own = grown.setdefault(prefix, [nothing, nothing])
            own[0] = _add(own[0], whole + step[blank])
            if prefix:
                own[1] = _add(own[1], loud + step[prefix[-1]])
            for k, value in enumerate(step):
                if k != blank:
                    longer = grown.setdefault((*prefix, k), [nothing, nothing])
                    before = quiet if prefix and k == prefix[-1] else whole
                    longer[1] = _add(longer[1], before + value)
        possible = [item for item in grown.items() if max(item[1]) > nothing]
        ranked = sorted(possible, key=lambda item: -_add(*item[1]))
        beam = {prefix: (quiet, loud) for prefix, (quiet, loud) in ranked[:width]}
    return [(list(prefix), _add(*ends)) for prefix, ends in beam.items()]


def edit_distance(said: Sequence[int], wanted: Sequence[int]) -> int:
    """Return how many insertions, deletions and substitutions turn one labelling into the other, at least.

    Source: Levenshtein (1966); by the usual table, of which one row is kept.

    Args:
        said: one labelling (S,).
        wanted: the other, of any length.

    Raises:
        TypeError, ValueError: not a row of integers, or one below 0.
    """
    said, wanted = _read_labels("said", said), _read_labels("wanted", wanted)
    row = list(range(len(wanted) + 1))
    for i, label in enumerate(said, 1):
        corner, row[0] = row[0], i
        for j, other in enumerate(wanted, 1):
            corner, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, corner + (label != other))
    return row[-1]


def label_error_rate(said: Sequence[Sequence[int]], wanted: Sequence[Sequence[int]]) -> float:
    """Return the edit distance of all sequences over the number of labels wanted; it may exceed 1.

    Graves et al. (2006), equation 1, take the mean of each sequence's own rate; over all labels together, a long
    sequence counts for as much as it has labels, and an empty one is no division by 0.

    Args:
        said: what was decoded, a labelling a sequence.
        wanted: what is right, as many.

    Raises:
        ValueError: not as many of each, or no label that is wanted.
    """
    if len(said) != len(wanted):
        raise ValueError(f"said has {len(said)} sequences, wanted {len(wanted)}: expected as many")
    if not (count := sum(len(labels) for labels in wanted)):
        raise ValueError("wanted has no label, expected at least one")
    return sum(edit_distance(a, b) for a, b in zip(said, wanted, strict=True)) / count


def _add(a: float, b: float) -> float:
    """Return ln(exp(a) + exp(b)); for single numbers several times as fast as NumPy's."""
    high, low = (a, b) if a > b else (b, a)
    return high if low == -math.inf else high + math.log1p(math.exp(low - high))


def _sums(log_p: Array, skip: NDArray[np.bool_]) -> Array:
    """Return ln alpha for states' log probabilities (T, R): from itself, from the one before, or over that one."""
    T, R = log_p.shape
    ahead = np.full((T, R + 2), -np.inf)  # two states before the first, which can't be
    ahead[0, 2:4] = log_p[0, :2]
    for t in range(1, T):
        stay, step = ahead[t - 1, 2:], ahead[t - 1, 1:-1]
        jump = np.where(skip, ahead[t - 1, :-2], -np.inf)
        ahead[t, 2:] = np.logaddexp(np.logaddexp(stay, step), jump) + log_p[t]
    return ahead[:, 2:]


def _check_blank(blank: Any, K: int) -> int:
    blank = check_size("blank", blank, 0)
    if blank >= K:
        raise ValueError(f"blank is {blank}, expected one of the classes 0 to {K - 1}")
    return blank


def _read_log_p(log_p: Any, blank: Any) -> tuple[Array, int]:
    """Return log probabilities (T, K) and the blank, if they are such; scores as they leave a net aren't."""
    log_p = check_array("log_p", log_p, ("T", "K"))
    if (most := log_p.max()) > 1e-3:  # rounding may bring a probability a little above 1
        raise ValueError(f"log_p holds {most:.4g}, expected logarithms of probabilities: pass log_softmax(log_p)")
    return log_p, _check_blank(blank, log_p.shape[1])


def _read_labels(name: str, labels: Any) -> list[int]:
    """Return a row of labels as a list, if they are integers of at least 0."""
    if not isinstance(labels, list | tuple):
        labels = check_plain(name, labels, "a row of integers")
        if labels.ndim != 1:
            raise ValueError(f"{name} has shape {labels.shape}, expected a row of integers")
        labels = labels.tolist()
    return [check_size(f"{name}[{k}]", label, 0) for k, label in enumerate(labels)]


def _labels(target: Any, target_lengths: Any, N: int, K: int, blank: int) -> list[NDArray[np.int64]]:
    """Return each sequence's labels without the padding, if they are what labels can be."""
    target = check_plain("target", target, f"an integer array ({N}, S)")
    if not np.issubdtype(target.dtype, np.integer):
        raise TypeError(f"target of shape {target.shape} has dtype {target.dtype}, expected integer labels ({N}, S)")
    if target.ndim != 2 or len(target) != N:
        raise ValueError(f"target has shape {target.shape}, expected ({N}, S)")
    S = target.shape[1]
    counts = np.full(N, S) if target_lengths is None else check_plain("target_lengths", target_lengths, f"({N},)")
    if not np.issubdtype(counts.dtype, np.integer):
        raise TypeError(f"target_lengths has dtype {counts.dtype}, expected integers")
    if counts.shape != (N,) or (counts < 0).any() or (counts > S).any():
        raise ValueError(f"target_lengths is {counts.tolist()}, expected {N} integers from 0 to {S}")
    labels = [row[:count].astype(np.int64) for row, count in zip(target, counts, strict=True)]
    for n, own in enumerate(labels):
        if ((own < 0) | (own >= K) | (own == blank)).any():
            raise ValueError(f"target[{n}] is {own.tolist()}, expected classes from 0 to {K - 1} but {blank}")
    return labels
