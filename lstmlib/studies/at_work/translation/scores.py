"""How translations are judged: BLEU and chrF by the library sacrebleu, and what is right to the letter."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from lstmlib.numpy.checks import Array

ORDERS = 4  # the longest run of words that BLEU counts
TOKENISERS = ("13a", "none", "char")  # of sacrebleu; 13a is its own choice


class Scores(NamedTuple):
    """Of a set of translations."""

    bleu: float  # 0 to 100
    chrf: float  # 0 to 100
    exact: float  # percent


def scores(said: Sequence[str], wanted: Sequence[str]) -> Scores:
    """Return BLEU (Papineni et al. 2002), chrF (Popović 2015), and the percentage that is exactly what is wanted.

    Args:
        said: translations.
        wanted: one reference each.
    """
    from sacrebleu.metrics.chrf import CHRF

    exact = 100 * sum(one == other for one, other in zip(said, wanted, strict=True)) / len(said)
    chrf = CHRF().corpus_score(list(said), [list(wanted)]).score
    return Scores(round(bleu(said, wanted), 2), round(chrf, 2), round(exact, 2))


def bleu(said: Sequence[str], wanted: Sequence[str], tokenise: str = "13a") -> float:
    """Return sacrebleu's BLEU; ``tokenise`` says what it takes for a word."""
    from sacrebleu.metrics.bleu import BLEU

    return float(BLEU(tokenize=tokenise, force=True).corpus_score(list(said), [list(wanted)]).score)


def counts(said: Sequence[str], wanted: Sequence[str]) -> Array:
    """Return of each translation what BLEU counts (N, 10).

    That is: runs of 1 to 4 words that the reference has, too; all its runs of 1 to 4 words; its words; those wanted.
    """
    from sacrebleu.metrics.bleu import BLEU

    metric, found = BLEU(effective_order=True), []
    for one, other in zip(said, wanted, strict=True):
        own = metric.sentence_score(one, [other])
        found.append([*own.counts, *own.totals, own.sys_len, own.ref_len])
    return np.array(found, float)


def from_counts(total: Array) -> Array:
    """Return BLEU from what was counted, summed over a set (..., 10): the mean of four precisions, less for shortness.

    The mean is geometric. Where the translations have c words and the references r, more than c, it is multiplied by
    exp(1 - r / c). Source: Papineni, Roukos, Ward and Zhu (2002), section 2.3.
    """
    right, runs, said, wanted = total[..., :ORDERS], total[..., ORDERS : 2 * ORDERS], total[..., -2], total[..., -1]
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.exp(np.log(right / runs).mean(-1))
        return np.asarray(100.0 * mean * np.exp(np.minimum(0.0, 1.0 - wanted / said)))


def interval(one: Sequence[Array], other: Sequence[Array], draws: int = 2000, seed: int = 0) -> tuple[float, ...]:
    """Return by how much BLEU of one side is above that of another, and the ends of the 95 percent interval.

    Messages are drawn with replacement, the same for all, and from each side as many nets as it has.

    Args:
        one: ``counts`` of each of a side's nets.
        other: of the other side's; a rule is a side of one net.
        draws: how often.
        seed: of the draws.
    """
    rng = np.random.default_rng(seed)
    N = len(one[0])
    times = rng.multinomial(N, np.full(N, 1 / N), draws).astype(float)  # (draws, N)
    whole, drawn = [], []
    for side in (one, other):
        values = np.stack([from_counts(times @ net) for net in side], 1)  # (draws, nets)
        which = rng.integers(0, len(side), values.shape)
        drawn.append(np.take_along_axis(values, which, 1).mean(1))
        whole.append(float(np.mean([from_counts(net.sum(0)) for net in side])))
    low, high = np.quantile(drawn[0] - drawn[1], (0.025, 0.975))
    return round(whole[0] - whole[1], 2), round(float(low), 2), round(float(high), 2)
