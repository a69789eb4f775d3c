"""What the page prints and needs arch for: GARCH's parameters, intervals by the bootstrap, White's reality check."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lstmlib.numpy.checks import Array
from lstmlib.studies import protocol
from lstmlib.studies.at_work.markets import nets, simple, trade
from lstmlib.studies.at_work.markets.task import DRAWS, TEST, VALIDATION, YEAR, Days, days, interval, origins, qlike

FOLDER = nets.FOLDER
TRIED = (1, 10, 100, 1000, 10_000)  # strategies that know nothing
CHECKED = 10_000  # of them go through the reality check
UP, YESTERDAY, LOGISTIC, NET, MEAN = "always up", "as yesterday", "logistic regression", "LSTM", "mean of the ten LSTMs"
SURER = "LSTM, surer than usual"


def usual(series: Days, trials: list[nets.Trial]) -> list[float]:
    """Return the median of each test net's log odds on the days that it learnt from, by seed: trains them again.

    Args:
        series: as ``task.days`` returns it.
        trials: as ``nets.load`` returns them.
    """
    form, size, rate, updates = nets.chosen(trials, "direction")
    known, prepared = origins(series, simple.ALL), nets.prepare(series, "direction", form)
    again = (nets.learn("test", "direction", form, size, rate, seed, updates)[0] for seed in nets.SEEDS["test"])
    return [round(float(np.median(nets.says(net, prepared, "direction", known))), 5) for net in again]


def directions(series: Days, trials: list[nets.Trial], usually: Sequence[float]) -> dict[str, Array]:
    """Return what each method says of each test day: True for a rise, (T,), or (T, nets).

    Args:
        series: as ``task.days`` returns it.
        trials: as ``nets.load`` returns them.
        usually: as ``usual`` returns it; a net is surer than usual where its log odds are above this.
    """
    at = origins(series, TEST)
    lags, inverse = protocol.chosen(simple.logistic_search(series))
    fitted = simple.logistic(series, simple.ALL, lags, inverse)
    odds = nets.said(trials, "direction")
    return {
        UP: np.ones(len(at), bool),
        YESTERDAY: series.returns[at] > 0.0,
        LOGISTIC: fitted.decision_function(simple.lagged(series, at, lags)) > 0.0,
        NET: odds > 0.0,
        MEAN: odds.mean(1) > 0.0,
        SURER: odds > np.array(usually),
    }


def variances(series: Days, trials: list[nets.Trial], folder: Path = FOLDER) -> dict[str, Array]:
    """Return what each method says of each test day's variance, in percent squared, (T,), or (T, nets).

    Args:
        series: as ``task.days`` returns it.
        trials: as ``nets.load`` returns them.
        folder: where GARCH's parameters are.
    """
    at, r = origins(series, TEST), series.returns
    fitted = stored(folder)["garch"]
    own, ranged = (nets.said(trials, name) for name in ("variance", "variance from ranges"))
    return {
        "constant": np.full(len(at), r[origins(series, simple.ALL) + 1].var()),
        "EWMA, 0.94": simple.ewma(r, simple.RISKMETRICS)[at],
        "EWMA, chosen": simple.ewma(r, protocol.chosen(simple.decay_search(series)))[at],
        "GARCH(1,1)": simple.garch(r, simple.Garch(**fitted["GARCH"]["parameters"]))[at],
        "GJR-GARCH": simple.garch(r, simple.Garch(**fitted["GJR"]["parameters"]))[at],
        "HAR on ranges": simple.ranges(series, at, simple.fit_ranges(series, simple.ALL, falls=False)),
        "HAR on ranges and falls": simple.ranges(series, at, simple.fit_ranges(series, simple.ALL, falls=True)),
        "LSTM on returns": own,
        "LSTM on returns and ranges": ranged,
        "mean of ten on returns": np.exp(np.log(own).mean(1)),
        "mean of ten on both": np.exp(np.log(ranged).mean(1)),
    }


def fitted(series: Days) -> dict[str, Any]:
    """Return GARCH(1,1) and GJR-GARCH: the likelihood that the validation years chose, and the parameters."""
    at, found = origins(series, VALIDATION), {}
    for name in ("GARCH", "GJR"):
        cost = {}
        for likelihood in simple.LIKELIHOODS:
            known = simple.fit_garch(series, simple.BEFORE, name == "GJR", likelihood)
            cost[likelihood] = [float(qlike(simple.garch(series.returns, known)[at], series.returns[at + 1]).mean())]
        best = protocol.chosen(cost)
        parameters = simple.fit_garch(series, simple.ALL, name == "GJR", best)._asdict()
        found[name] = {"likelihood": best, "parameters": {key: round(value, 6) for key, value in parameters.items()}}
    return found


def intervals(series: Days, trials: list[nets.Trial], usually: Sequence[float]) -> dict[str, Any]:
    """Return 95 percent intervals: of accuracy, of its gain over always up, of a year's growth ahead of holding.

    Args:
        series: as ``task.days`` returns it.
        trials: as ``nets.load`` returns them.
        usually: as ``usual`` returns it.
    """
    r, found = series.returns[origins(series, TEST) + 1], {}
    rose = r > 0.0
    for name, said in directions(series, trials, usually).items():
        right = (rose == said.T).T.astype(float)
        hold = np.log1p(trade.daily(np.ones(len(r)), r, 0.0))
        gain = [(np.log1p(trade.daily(said, r, cost)).T - hold).T for cost in (0.0, trade.COST)]
        found[name] = {
            "accuracy": interval(right, _mean),
            "gain": interval((right.T - rose).T, _mean),
            "free": [100.0 * YEAR * v for v in interval(gain[0], _mean)],
            "paid": [100.0 * YEAR * v for v in interval(gain[1], _mean)],
        }
        found[name] = {key: [round(float(v), 5) for v in value] for key, value in found[name].items()}
    return found


def snooping(series: Days) -> dict[str, Any]:
    """Return how well strategies that know nothing do: chosen on the validation years, then on the test years.

    Returns:
        "tried", for each of ``TRIED`` by how much the best of so many was ahead of holding on the validation years, and
        how far it then was on the test years, in percentage points a year; "five", the share of all that is five points
        ahead; "naive", p of the best of ``CHECKED`` as if it were the only one, and "reality", p that counts all.

    Source: White (2000), as the package arch has his reality check.
    """
    from arch.bootstrap import SPA

    chosen, later = (series.returns[origins(series, part) + 1] for part in (VALIDATION, TEST))
    positions = trade.blind(max(TRIED), len(chosen) + len(later), 0)
    hold, after = (np.log1p(trade.daily(np.ones(len(r)), r, 0.0)) for r in (chosen, later))
    first = np.log1p(trade.daily(positions[: len(chosen)], chosen)) - hold[:, None]
    second = np.log1p(trade.daily(positions[len(chosen) :], later)) - after[:, None]
    before, then = (100.0 * YEAR * each.mean(0) for each in (first, second))
    best = {n: int(before[:n].argmax()) for n in TRIED}
    own = first[:, best[CHECKED]]
    p = []
    for models in (own[:, None], first[:, :CHECKED]):
        check = SPA(np.zeros(len(own)), -models, block_size=20, reps=DRAWS // 2, seed=0)
        check.compute()
        p.append(round(float(check.pvalues["upper"]), 3))
    return {
        "tried": {str(n): [round(float(before[k]), 2), round(float(then[k]), 2)] for n, k in best.items()},
        "five": round(float((before > 5.0).mean()), 4),
        "naive": p[0],
        "reality": p[1],
    }


def lag(series: Days, trials: list[nets.Trial]) -> dict[str, Any]:
    """Return how near price nets come on the validation years, whose prices lie in the range that was learnt.

    Args:
        series: as ``task.days`` returns it.
        trials: as ``nets.load`` returns them.

    Returns:
        "fit", R² of tomorrow = today, then of a net for each validation seed, trained again; "distance", for the same,
        the root mean square distance of the forecast of a close to that close, and to those 1 to 5 days before it.
    """
    form, size, rate, updates = nets.chosen(trials, "price")
    at, prepared = origins(series, VALIDATION), nets.prepare(series, "price", form)
    again = (nets.learn("validation", "price", form, size, rate, s, updates)[0] for s in nets.SEEDS["validation"])
    came = series.close[at + 1]
    found: dict[str, list[Any]] = {"fit": [], "distance": []}
    for said in (series.close[at], *(nets.says(net, prepared, "price", at) for net in again)):
        found["fit"].append(round(fit(said, came), 4))
        off = [np.sqrt(((said - series.close[at + 1 - k]) ** 2).mean()) for k in range(6)]
        found["distance"].append([round(float(value), 2) for value in off])
    return found


def fit(said: Array, came: Array) -> float:
    """Return R²: one less the squared error over that of the mean of what came."""
    return float(1.0 - ((came - said) ** 2).sum() / ((came - came.mean()) ** 2).sum())


def run(folder: Path = FOLDER) -> None:
    """Measure what isn't stored yet, once all nets are.

    Args:
        folder: where the results are.
    """
    series, path = days(), folder / "markets.json"
    found = stored(folder) if path.exists() else {}
    measures: dict[str, Callable[[], Any]] = {
        "garch": lambda: fitted(series),
        "usual": lambda: usual(series, nets.load(folder)),
        "intervals": lambda: intervals(series, nets.load(folder), found["usual"]),
        "lag": lambda: lag(series, nets.load(folder)),
        "snooping": lambda: snooping(series),
    }
    for name, measure in measures.items():
        if name not in found:
            found[name] = measure()
            path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf8")


def stored(folder: Path = FOLDER) -> dict[str, Any]:
    """Return what is stored: "garch" as ``fitted`` has it, "usual", "intervals", "lag", "snooping"."""
    return json.loads((folder / "markets.json").read_text(encoding="utf8"))


def _mean(values: Array) -> float:
    return float(values.mean())
