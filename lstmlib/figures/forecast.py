"""Electricity a day ahead, as an interactive figure: a stored LSTM that runs in the page, beside simple methods."""

# traitlets leaves its decorators untyped.
# mypy: disable-error-code="untyped-decorator"

import base64
from functools import cache
from typing import Any

import numpy as np
import traitlets as t

from lstmlib.data.electricity import WEEK, electricity
from lstmlib.numpy.checks import Array
from lstmlib.page import bundle
from lstmlib.page.figure import Figure

LATEST = 3 * WEEK - 48  # the last origin, counted from the first, just before the three test weeks


@cache
def _ridge() -> Array:
    """Return ridge's weights, fitted to all weeks before the test with what the validation weeks chose."""
    from lstmlib.studies.at_work import demand

    y = electricity()
    return demand.ridge(y, (demand.LEARN[0], demand.VALIDATION[1]), *demand.ridge_chosen(y))


@cache
def _rates() -> tuple[float, float, float, float]:
    """Return what exponential smoothing was fitted to be on the same weeks."""
    from lstmlib.studies.at_work import demand

    return demand.smoothing(electricity(), (demand.LEARN[0], demand.VALIDATION[1]))


@cache
def given() -> dict[str, Any]:
    """Return what the figure needs: the demand of the last weeks, the net and ridge, and the band.

    Returns:
        "first", the half hour with which "demand" begins (megawatts); "from", the first origin; "net", a safetensors
        file in base 64 with the LSTM and ridge; "low" and "high", the band's distances from the LSTM in gigawatts;
        "smoothing", its rates and what it holds at the first origin, level and error in gigawatts.
    """
    from safetensors.numpy import save

    from lstmlib.studies.at_work import demand
    from lstmlib.studies.at_work import electricity as nets

    y, weights = electricity(), _ridge()
    arrays = dict(nets.stored().params) | {"ridge.weight": weights[:, :-1], "ridge.bias": weights[:, -1]}
    packed = save({name: np.ascontiguousarray(value, np.float32) for name, value in arrays.items()})
    start = int(demand.origins(demand.TEST)[0])
    first = start - max(nets.BACK, weights.shape[1]) - WEEK
    low, high = nets.band()
    held = demand.smoothed(y[: start + 1], _rates()[:3])
    return {
        "first": first,
        "demand": y[first:].astype(int).tolist(),
        "from": start,
        "net": base64.b64encode(packed).decode(),
        "low": [round(float(value), 4) for value in low / demand.SCALE],
        "high": [round(float(value), 4) for value in high / demand.SCALE],
        "smoothing": {
            "rates": [round(rate, 9) for rate in _rates()],
            "level": round(float(held.level[-1]) / demand.SCALE, 7),
            "error": round(float(held.error[-1]) / demand.SCALE, 7),
            "day": [round(float(value), 7) for value in held.day[start + 1 :]],
            "week": [round(float(value), 7) for value in held.week[start + 1 :]],
        },
    }


class Forecast(Figure):
    """A day's forecast from any half hour of three weeks: an LSTM, two formulas, what came; a cell at work.

    Args:
        origin: when the forecast is made, in half hours after the first test week's begin, 0 to 960.
        cell: whose gates and content are shown, from 1.
        off: cells that are switched off.
        came: whether what came is shown.

    Raises:
        traitlets.TraitError: a value outside its range.
    """

    _name = "forecast"
    _esm = bundle.module_script("forecast")
    _state = ("data", "origin", "cell", "off", "came")

    data = t.Dict().tag(sync=True)
    origin = t.Int(168, min=0, max=LATEST).tag(sync=True)
    cell = t.Int(1, min=1, max=16).tag(sync=True)
    off = t.List(t.Int(min=1, max=16)).tag(sync=True)
    came = t.Bool(True).tag(sync=True)

    def __init__(self, **state: Any) -> None:
        super().__init__(**({"data": given()} | state))

    def __repr__(self) -> str:
        state = {name: value for name, value in self._changed().items() if name != "data"}
        return f"Forecast({', '.join(f'{name}={value!r}' for name, value in state.items())})"

    def forecasts(self) -> dict[str, Array]:
        """Return what the library says at this origin, each (48,) in megawatts.

        Returns:
            "lstm", "smoothing", "ridge", "now" and "week", as the figure names them.
        """
        from lstmlib.studies.at_work import demand
        from lstmlib.studies.at_work import electricity as nets

        y, at = electricity(), demand.origins(demand.TEST)[[self.origin]]
        net = nets.switched_off(nets.stored(), [cell - 1 for cell in self.off])
        return {
            "lstm": nets.forecast(net, y, at)[0],
            "smoothing": demand.smoothing_forecast(y, at, _rates())[0],
            "ridge": demand.ridge_forecast(y, at, _ridge())[0],
            "now": demand.shifted(y, at)[0],
            "week": demand.last_week(y, at)[0],
        }
