"""A search checked: the settings that led it get more nets, and all nets of both rounds choose.

A median of three nets doesn't see that every third one fails. ``protocol`` says how comparisons are made.
"""

from collections.abc import Container, Mapping, Sequence

import numpy as np

from lstmlib.studies.protocol import Setting, Values, chosen


def leading(validation: Mapping[Setting, Values], most: int = 8) -> list[Setting]:
    """Return the settings that get more validation nets where a search is checked: those with the lowest medians.

    Args:
        validation: as ``chosen`` takes it.
        most: how many, the first of equals. One whose median is infinite isn't among them, unless all are.
    """
    medians = {setting: float(np.median(values)) for setting, values in validation.items()}
    ordered = sorted(medians, key=lambda setting: medians[setting])[:most]
    return [setting for setting in ordered if np.isfinite(medians[setting])] or ordered[:1]


def second_round(
    first: Mapping[Setting, Values],
    both: Mapping[Setting, Values],
    *,
    seeds: Sequence[int],
    test: Sequence[int],
    tested: Container[Setting],
) -> list[tuple[Setting, int]]:
    """Return the nets, as setting and seed, that the check of a search needs next; none if none are left.

    Args:
        first: what the search's nets reached, as ``chosen`` takes it.
        both: the same of the settings that have had their second round, the nets of both rounds.
        seeds: validation seeds of the second round.
        test: the test's.
        tested: the settings whose nets of the test are there.
    """
    if lacks := [setting for setting in leading(first) if setting not in both]:
        return [(setting, seed) for setting in lacks for seed in seeds]
    best = chosen(both)
    return [] if best in tested else [(best, seed) for seed in test]
