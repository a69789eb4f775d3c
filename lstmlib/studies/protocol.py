"""How two things are compared in this book: every comparison of cells, optimisers or remedies goes through this.

1. Each side gets the same search, over its learning rate, the biases of its gates, and what else matters to it. It runs
   on validation seeds, which are used for nothing else: ``chosen``. The best rate lies inside its grid: ``beyond``.
2. The settings found are run on ten test seeds or more, to a budget fixed beforehand. ``learning`` says whether the
   nets were still getting better at its end.
3. Every side is held against one that was named beforehand: ``against``. An effect comes with its 95 percent interval
   and the p of a test that has a name; where several are made, Holm's correction goes over all of them.

Tests are SciPy's, the correction statsmodels'. Lower is better throughout: a loss, or a number of updates. A net that
didn't get there counts as infinite, which medians and ranks can stand.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol, Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.multitest import multipletests

Setting = TypeVar("Setting")
Name = TypeVar("Name")
Values = Sequence[float]


class Rated(Protocol):
    """A named tuple with a learning rate."""

    @property
    def rate(self) -> float:
        """The rate."""

    def _replace(self, *, rate: float) -> Self: ...


RatedSetting = TypeVar("RatedSetting", bound=Rated)


def by_setting(found: Iterable[tuple[Setting, float]], nets: int = 0) -> dict[Setting, list[float]]:
    """Return what validation nets reached, by their settings, as ``chosen`` takes it.

    Args:
        found: of each net its setting and what it reached.
        nets: how many a setting has at the end of its search; those with fewer are left out. 0 leaves out none.
    """
    values: dict[Setting, list[float]] = {}
    for setting, value in found:
        values.setdefault(setting, []).append(value)
    return {setting: some for setting, some in values.items() if len(some) == nets or not nets}


def chosen(validation: Mapping[Setting, Values]) -> Setting:
    """Return the setting whose nets have the lowest median; the first of equals.

    Args:
        validation: setting -> what its nets reached on the validation seeds, as many for each.

    Raises:
        ValueError: no setting, not as many nets of each, or NaN among what they reached.
    """
    counts = {len(values) for values in validation.values()}
    if len(counts) != 1 or 0 in counts:
        raise ValueError(f"validation has nets a setting: {sorted(counts)}, expected as many of each, and at least one")
    if any(np.isnan(values).any() for values in validation.values()):
        raise ValueError("validation holds NaN, expected numbers, infinity for a net that didn't get there")
    return min(validation, key=lambda setting: float(np.median(validation[setting])))


def beyond(rate: float, rates: Sequence[float]) -> float | None:
    """Return the next rate to try if the best one lies at an end of the grid, and None if it lies inside.

    Args:
        rate: the best.
        rates: the grid, at least two, rising, from 1 and 3 times powers of ten.

    Raises:
        ValueError: a grid that doesn't rise or doesn't hold the rate.
    """
    grid = list(rates)
    if len(grid) < 2 or sorted(set(grid)) != grid or rate not in grid:
        raise ValueError(f"rates are {grid} and the best {rate}, expected two or more, rising, the best among them")
    if rate not in (grid[0], grid[-1]):
        return None
    return grid_step(rate, up=rate == grid[-1])


def search_rate(
    first: RatedSetting, rates: Sequence[float], best: Callable[[list[RatedSetting]], RatedSetting]
) -> RatedSetting:
    """Return the setting with the best rate, the grid made longer until that rate lies inside it.

    Args:
        first: the setting whose rate is searched.
        rates: the first grid, as ``beyond`` takes it.
        best: takes settings, tries those that weren't tried yet, and returns the best of them.
    """
    grid = list(rates)
    while True:
        found = best([first._replace(rate=rate) for rate in grid])
        more = beyond(found.rate, sorted(grid))
        if more is None:
            return found
        grid.append(more)


def grid_step(rate: float, *, up: bool) -> float:
    """Return the next rate of a grid that goes ..., 0.01, 0.03, 0.1, 0.3, ...

    Args:
        rate: one of them.
        up: whether the next is higher.

    Raises:
        ValueError: a rate that isn't 1 or 3 times a power of ten.
    """
    first = f"{rate:.0e}"[0]
    if first not in "13" or float(f"{rate:.0e}") != rate:
        raise ValueError(f"rate is {rate}, expected 1 or 3 times a power of ten")
    factor = {"1": 3.0, "3": 10.0 / 3.0}[first] if up else {"1": 0.3, "3": 1.0 / 3.0}[first]
    return float(f"{rate * factor:.0e}")


def next_nets(
    first: Sequence[RatedSetting],
    validation: Mapping[RatedSetting, Values],
    *,
    search: tuple[int, Sequence[int]],
    test: tuple[int, Sequence[int]],
    done: bool,
) -> tuple[int, list[tuple[RatedSetting, int]]] | None:
    """Return the nets that a side needs next, for its search or for the test: updates, and (setting, seed) of each.

    ``None`` if none are left. A search in which no setting gets there isn't made longer. One that is stored and is now
    asked for more, such as a further bias, first tries what it lacks, at every rate that the others were tried at.

    Args:
        first: the settings that the search begins with.
        validation: setting -> what its validation nets reached, as ``chosen`` takes it.
        search: how many updates a net of the search gets, and the validation seeds.
        test: the same of the test.
        done: whether the nets of the test are there.
    """
    if not validation:
        return search[0], [(setting, seed) for setting in first for seed in search[1]]
    rates = sorted({setting.rate for setting in validation})
    asked = dict.fromkeys(setting._replace(rate=rate) for setting in first for rate in rates)
    if lacks := [setting for setting in asked if setting not in validation]:
        return search[0], [(setting, seed) for setting in lacks for seed in search[1]]
    best = chosen(validation)
    more = beyond(best.rate, rates)
    if more is not None and np.isfinite(np.median(validation[best])):
        settings = dict.fromkeys(setting._replace(rate=more) for setting in first)
        return search[0], [(setting, seed) for setting in settings for seed in search[1]]
    return None if done else (test[0], [(best, seed) for seed in test[1]])


def learning(half: Values, whole: Values, *, most: float = 0.1, floor: float = 0.0) -> bool:
    """Return whether nets were still getting better: their median fell by more than ``most`` in the last half.

    Args:
        half: their losses at half the budget.
        whole: at its end.
        most: the share by which it may have fallen.
        floor: a loss at which nothing is left to learn; a median that was there by half may fall on.
    """
    before = np.median(half)
    return bool(before > floor and np.median(whole) < (1.0 - most) * before)


class Effect(NamedTuple):
    """How two sides differ: the first's values are ``ratio`` times the second's."""

    ratio: float
    low: float  # of the 95 percent interval
    high: float
    p: float  # two-sided
    wins: float  # share of all pairs in which the first is lower; pairs that tie count half
    ties: int  # pairs that tie


def mann_whitney(first: Values, second: Values) -> Effect:
    """Compare two sides by ranks: Mann and Whitney's U, and the ratio of Hodges and Lehmann with the interval of U.

    The ratio is the median of all ratios of a value of the first to one of the second. Its interval leaves out as many
    of them at each end as U can have without being significant; so it includes 1 where p is above 0.05, but for the
    rounding of the normal distribution that is used for both.

    Source: Mann and Whitney (1947); Hodges and Lehmann (1963); Hollander, Wolfe and Chicken (2014), chapter 4.

    Args:
        first: values of one side, above 0; infinite where a net didn't get there.
        second: those of the other.

    Raises:
        ValueError: fewer than four values of either, or one that isn't above 0.
    """
    a, b = _checked(first), _checked(second)
    with np.errstate(invalid="ignore"):
        differences = np.log(a)[:, None] - np.log(b)
    differences[np.isnan(differences)] = 0.0  # neither got there
    count, spread = a.size * b.size, np.sqrt(a.size * b.size * (a.size + b.size + 1) / 12.0)
    left_out = max(0, int(count / 2.0 - 1.96 * spread) - 1)
    ordered = np.sort(differences, axis=None)
    middle = (ordered[(count - 1) // 2], ordered[count // 2])
    ratio = np.exp(middle[0] if middle[0] == middle[1] else sum(middle) / 2.0)
    p = float(stats.mannwhitneyu(a, b, method="asymptotic").pvalue) if np.ptp(stats.rankdata(np.r_[a, b])) else 1.0
    ties = int((differences == 0.0).sum())
    wins = float(((differences < 0.0).sum() + ties / 2.0) / count)
    low, high = np.exp(ordered[left_out]), np.exp(ordered[count - 1 - left_out])
    return Effect(float(ratio), float(low), float(high), p, wins, ties)


def welch(first: Values, second: Values) -> Effect:
    """Compare two sides by their geometric means: Welch's t test and interval, on logarithms.

    Source: Welch (1947).

    Args:
        first: values of one side, above 0 and finite.
        second: those of the other.

    Raises:
        ValueError: fewer than four values of either, or one that isn't above 0 and finite.
    """
    a, b = _checked(first), _checked(second)
    if not np.isfinite(np.r_[a, b]).all():
        raise ValueError(
            "a value is infinite, which has no logarithm: expected finite values, or Mann and Whitney's test"
        )
    found = stats.ttest_ind(np.log(a), np.log(b), equal_var=False)
    low, high = np.exp(found.confidence_interval(0.95))
    ties = int((a[:, None] == b).sum())
    wins = float(((a[:, None] < b).sum() + ties / 2.0) / (a.size * b.size))
    return Effect(
        float(np.exp(np.log(a).mean() - np.log(b).mean())), float(low), float(high), float(found.pvalue), wins, ties
    )


def fisher(first: tuple[int, int], second: tuple[int, int]) -> float:
    """Return the p of Fisher's exact test of whether two kinds of net get there equally often.

    Args:
        first: how many of one kind got there, of how many.
        second: of the other.

    Raises:
        ValueError: counts that can't be.
    """
    for got, tried in (first, second):
        if not 0 <= got <= tried or tried == 0:
            raise ValueError(f"{got} of {tried} got there, expected a count of at least 0, of at least 1")
    return float(stats.fisher_exact([[got, tried - got] for got, tried in (first, second)]).pvalue)


def sign(first: Values, second: Values) -> float:
    """Return the p of the sign test: the first below the second as often as above, seed by seed. Ties are left out.

    Args:
        first: values of one side.
        second: those of the other, of the same seeds in the same order.

    Raises:
        ValueError: not as many of each, or NaN among them.
    """
    below, above = (int(found.sum()) for found in _signs(first, second))
    return float(stats.binomtest(below, below + above).pvalue) if below + above else 1.0


class Side(NamedTuple):
    """One side of a comparison."""

    name: str
    setting: str  # what was chosen for it, as it stands beside the result
    values: Values  # on the test seeds


class Row(NamedTuple):
    """A side in a table: its values, and its effect against the reference."""

    name: str
    setting: str
    median: float
    lowest: float
    highest: float
    effect: Effect
    holm: float  # p after Holm's correction for all rows of the table


def against(reference: Side, others: Sequence[Side], *, more: int = 0) -> list[Row]:
    """Hold every side against one by Mann and Whitney's test.

    Args:
        reference: the one that was named beforehand.
        others: the others.
        more: how many comparisons are reported beside these; Holm's correction counts them as if their p were 1.
    """
    effects = [mann_whitney(side.values, reference.values) for side in others]
    corrected = holm([effect.p for effect in effects] + [1.0] * more)
    return [
        Row(side.name, side.setting, float(np.median(side.values)), min(side.values), max(side.values), effect, p)
        for side, effect, p in zip(others, effects, corrected, strict=False)
    ]


def on_every_task(sides: Mapping[tuple[str, Name], Side], reference: Name) -> dict[tuple[str, Name], Row]:
    """Hold the sides of every task against that task's reference; Holm's correction goes over all comparisons together.

    Args:
        sides: (task, what is compared) -> its side.
        reference: which of what is compared the others are held against.

    Returns:
        (task, what is compared) -> its row; the reference's row compares it with itself.
    """
    effects = {key: mann_whitney(side.values, sides[key[0], reference].values) for key, side in sides.items()}
    others = [key for key in sides if key[1] != reference]
    corrected = dict(zip(others, holm([effects[key].p for key in others]), strict=True))
    return {
        key: Row(*side[:2], float(np.median(side.values)), min(side.values), max(side.values), effects[key], p)
        for key, side in sides.items()
        for p in [corrected.get(key, 1.0)]
    }


def shown(row: Row, number: Callable[[float], str]) -> list[str]:
    """Return a row as a table shows it: name, setting, median and range, ratio and interval, p after Holm's correction.

    Args:
        row: of ``against``.
        number: how a value is written.
    """
    effect = row.effect
    ratio = f"{shown_ratio(effect.ratio)} ({shown_ratio(effect.low)} to {shown_ratio(effect.high)})"
    spread = f"{number(row.median)} ({number(row.lowest)} to {number(row.highest)})"
    return [row.name, row.setting, spread, ratio, shown_p(row.holm)]


def shown_ratio(ratio: float) -> str:
    """Return a ratio as tables show it: two decimals below 100, none from there on, where nobody needs them."""
    return f"{ratio:.0f}" if ratio >= 100 else f"{ratio:.2f}"


def shown_p(p: float) -> str:
    """Return a p value as tables show it: three decimals below 0.1, two above, and "below 0.001"."""
    return "below 0.001" if p < 0.001 else f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def holm(p: Values) -> list[float]:
    """Return p values after Holm's correction for how many there are.

    Source: Holm (1979).

    Args:
        p: of all comparisons that were made.

    Raises:
        ValueError: a number that isn't from 0 to 1.
    """
    if not all(0.0 <= value <= 1.0 for value in p):
        raise ValueError(f"p is {list(p)}, expected numbers from 0 to 1")
    return [float(value) for value in multipletests(p, method="holm")[1]] if len(p) else []


def _checked(values: Values) -> NDArray[np.float64]:
    found = np.asarray(values, float)
    if found.ndim != 1 or found.size < 4:
        raise ValueError(f"values are {list(values)!r}, expected at least four")
    if not (found > 0.0).all():
        raise ValueError(f"values are {list(values)!r}, expected numbers above 0")
    return found


def _signs(first: Values, second: Values) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    if len(first) != len(second):
        raise ValueError(f"got {len(first)} and {len(second)} values, expected as many of each")
    a, b = np.asarray(first, float), np.asarray(second, float)
    if np.isnan(np.r_[a, b]).any():
        raise ValueError(f"values are {list(first)!r} and {list(second)!r}, expected numbers")
    return a < b, a > b
