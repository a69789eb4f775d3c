"""A search checked: the settings that led it get more nets, and all nets of both rounds choose.

A median of three nets doesn't see that every third one fails. ``protocol`` says how comparisons are made.
"""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np

from lstmlib.studies.protocol import Rated, Setting, Values, beyond, by_setting, chosen, next_nets


class Biased(Rated, Protocol):
    """A named tuple with a learning rate, and with where the gate that keeps begins; ``None`` if there is none."""

    @property
    def bias(self) -> float | None:
        """The bias."""


class Seeded(Protocol):
    """A net that was trained, with its seed."""

    @property
    def seed(self) -> int:
        """The seed."""


BiasedSetting = TypeVar("BiasedSetting", bound=Biased)
Net = TypeVar("Net", bound=Seeded)


def told(setting: Biased) -> str:
    """Return a setting as tables show it: rate 0.1, bias −1."""
    bias = "" if setting.bias is None else f", bias {setting.bias:g}".replace("-", "−")
    return f"rate {setting.rate:g}{bias}"


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


@dataclass(frozen=True)
class TwoRounds(Generic[Net, BiasedSetting]):
    """A search of two rounds for a rate and a bias, and the test after it. Its methods take one side's stored nets.

    Attributes:
        setting: takes a net; returns the setting that it was trained at.
        reached: takes a net of the search; returns what it reached, lower is better.
        seeds: validation seeds of the first round.
        further: validation seeds of the second, whose nets choose together with the first's.
        test: seeds of the test.
    """

    setting: Callable[[Net], BiasedSetting]
    reached: Callable[[Net], float]
    seeds: Sequence[int]
    further: Sequence[int]
    test: Sequence[int]

    def validation(self, nets: Sequence[Net], seeds: Sequence[int]) -> dict[BiasedSetting, list[float]]:
        """Return setting -> what its validation nets reached, by rising bias and rate.

        Args:
            nets: of one side.
            seeds: which; a setting without nets of all of them is left out.
        """
        found = [(self.setting(net), self.reached(net)) for net in nets if net.seed in seeds]
        found.sort(key=lambda one: (one[0].bias or 0.0, one[0].rate))
        return by_setting(found, len(seeds))

    def chosen(self, nets: Sequence[Net], *, checked: bool) -> BiasedSetting:
        """Return the setting with the lowest median, the first of equals.

        Args:
            nets: of one side.
            checked: after the second round.

        Raises:
            ValueError: no setting has all its nets of the search.
        """
        return chosen(self.validation(nets, (*self.seeds, *self.further) if checked else self.seeds))

    def tested(self, nets: Sequence[Net], *, checked: bool) -> list[Net]:
        """Return the nets of the test at the setting that is chosen; arguments and errors as ``chosen`` has them.

        What was tested at another, before the search went on, is stored and not judged.
        """
        best = self.chosen(nets, checked=checked)
        return [net for net in nets if net.seed in self.test and self.setting(net) == best]

    def wanted(
        self, nets: Sequence[Net], first: Sequence[BiasedSetting], updates: tuple[int, int], *, waits: bool = False
    ) -> tuple[int, list[tuple[BiasedSetting, int]]] | None:
        """Return the nets that a side needs next: updates, and (setting, seed) of each; ``None`` if none are left.

        Args:
            nets: of one side.
            first: the settings that the search begins with, as ``next_nets`` takes them.
            updates: of a net of the search, and of one of the test.
            waits: whether nothing is tested before the second round, and before its best rate lies inside the grid,
                too; else what the first chose is tested as well.
        """
        found, both = (self.validation(nets, seeds) for seeds in (self.seeds, (*self.seeds, *self.further)))
        done = waits or bool(found and self.tested(nets, checked=False))
        search, test = (updates[0], self.seeds), (updates[1], self.test)
        if job := next_nets(first, found, search=search, test=test, done=done):
            return job
        tested = {self.setting(net) for net in nets if net.seed == self.test[-1]}
        more = second_round(found, both, seeds=self.further, test=self.test, tested=tested)
        if waits and (not more or more[0][1] in self.test):
            best = chosen(both)
            rate = beyond(best.rate, sorted({setting.rate for setting in found}))
            if rate is not None and np.isfinite(np.median(both[best])):
                settings = dict.fromkeys(setting._replace(rate=rate) for setting in first)
                return updates[0], [(setting, seed) for setting in settings for seed in self.seeds]
        return (updates[1] if more[0][1] in self.test else updates[0], more) if more else None
