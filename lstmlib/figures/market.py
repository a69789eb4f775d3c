"""An index a day ahead, as an interactive figure: an LSTM for the spread, another for the direction, and trades."""

# traitlets leaves its decorators untyped.
# mypy: disable-error-code="untyped-decorator"

import base64
from typing import Any

import numpy as np
import traitlets as t

from lstmlib.numpy.checks import Array
from lstmlib.page import bundle
from lstmlib.page.figure import Asking

SHOWN, YEAR = 40, 252  # days whose forecasts are shown, and over which trades are counted
LATEST = 1469  # the last day, counted from the first
CELLS = 16


class Market(Asking):
    """Tomorrow's spread by an LSTM, beside EWMA and GARCH, and a year's trades on another LSTM's direction.

    Args:
        day: the day at whose close the forecast is made, from 28 February 2013 on.
        cost: what buying or selling costs, in basis points of what is bought or sold.
        picks: the reader's own choices up to this day, a letter a day: 1 for in, 0 for out.
        cell: whose gates and content are shown, from 1, of the net for the spread.
        off: cells that are switched off there.
        asked: whether series and nets are loaded.

    Raises:
        traitlets.TraitError: a value outside its range.
    """

    _name = "market"
    _esm = bundle.module_script("market")
    _state = ("day", "cost", "picks", "cell", "off", "asked")

    day = t.Int(631, min=0, max=LATEST).tag(sync=True)
    cost = t.Int(5, min=0, max=20).tag(sync=True)
    picks = t.Unicode("").tag(sync=True)
    cell = t.Int(1, min=1, max=CELLS).tag(sync=True)
    off = t.List(t.Int(min=1, max=CELLS)).tag(sync=True)

    @t.validate("picks")
    def _check_picks(self, proposal: Any) -> str:
        value = str(proposal["value"])
        if set(value) - {"0", "1"}:
            raise t.TraitError(f"picks is {value!r}, expected a letter a day, 0 or 1")
        return value

    @staticmethod
    def given() -> dict[str, Any]:
        """Return the series from before the first test day on, the two nets and GARCH's parameters.

        Returns:
            "from", the first day's number, counted from that of "days" (since 1970) and "close" (index points); "ewma"
            and "garch", the variances said at the first of those days, in percent squared; "decay", "parameters" of
            GARCH; "scale" in percent; "form" of the net for the spread; "usual", above which log odds mean in; "net",
            a safetensors file in base 64 with both nets.
        """
        from safetensors.numpy import save

        from lstmlib.studies.at_work.markets import nets, record, simple, task

        series = task.days()
        r, start = series.returns, int(task.origins(series, task.TEST)[0])
        first = start - nets.READ
        parameters = record.stored()["garch"]["GARCH"]["parameters"]
        arrays = {
            f"{name}.{key}": np.ascontiguousarray(value, np.float32)
            for name in ("variance", "direction")
            for key, value in nets.stored(name).params.items()
        }
        return {
            "from": nets.READ,
            "days": series.days[first:].astype(int).tolist(),
            "close": series.close[first:].tolist(),
            "ewma": float(simple.ewma(r, simple.RISKMETRICS)[first]),
            "garch": float(simple.garch(r, simple.Garch(**parameters))[first]),
            "decay": simple.RISKMETRICS,
            "parameters": parameters,
            "scale": task.scale(series),
            "form": nets.chosen(nets.load(), "variance")[0],
            "usual": record.stored()["usual"][0],
            "net": base64.b64encode(save(arrays)).decode(),
        }

    def says(self) -> dict[str, float]:
        """Return what the library says of the day after: "lstm", "ewma", "garch" and "log_odds".

        The first three are standard deviations in percent, the last is that of a rise.
        """
        from lstmlib.studies.at_work.electricity import switched_off
        from lstmlib.studies.at_work.markets import nets, record, simple, task

        series = task.days()
        at = task.origins(series, task.TEST)[[SHOWN + self.day]]
        form = nets.chosen(nets.load(), "variance")[0]
        spread = switched_off(nets.stored("variance"), [cell - 1 for cell in self.off])
        garch = simple.Garch(**record.stored()["garch"]["GARCH"]["parameters"])
        variances = {
            "lstm": nets.says(spread, nets.prepare(series, "variance", form), "variance", at)[0],
            "ewma": simple.ewma(series.returns, simple.RISKMETRICS)[at[0]],
            "garch": simple.garch(series.returns, garch)[at[0]],
        }
        odds = nets.says(nets.stored("direction"), nets.prepare(series, "direction", "plain"), "direction", at)
        return {name: float(np.sqrt(value)) for name, value in variances.items()} | {"log_odds": float(odds[0])}

    def trades(self) -> dict[str, Array]:
        """Return what 1 has become day by day over the year up to this day, (days + 1,): "net" and "hold"."""
        from lstmlib.studies.at_work.markets import nets, record, task, trade

        series = task.days()
        origins = task.origins(series, task.TEST)
        at = origins[max(0, SHOWN + self.day - YEAR) : SHOWN + self.day]
        odds = nets.says(nets.stored("direction"), nets.prepare(series, "direction", "plain"), "direction", at)
        came = series.returns[at + 1]
        both: dict[str, Array] = {"net": (odds > record.stored()["usual"][0]).astype(float), "hold": np.ones(len(at))}
        return {name: np.r_[1.0, np.cumprod(1.0 + trade.daily(held, came, self.cost))] for name, held in both.items()}
