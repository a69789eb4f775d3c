"""The laboratory: nets of 1997 that the reader trains, as an interactive figure."""

# traitlets leaves its decorators untyped.
# mypy: disable-error-code="untyped-decorator"

import functools
import html
import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import traitlets as t

from lstmlib.page import bundle
from lstmlib.page.figure import Figure
from lstmlib.paper.row import Row
from lstmlib.paper.rows import ROWS, reading_of
from lstmlib.paper.store import Store, current

PAIRS = {"first-pair": "marker 1 and value", "output": "linear"}
GROWN = {"added-gate": "closed", "output-error": "difference"}
# Name -> what it is, the options of readings that differ from their defaults, and the rows by lag.
EXPERIMENTS: dict[str, tuple[str, Mapping[str, str], Mapping[int, str]]] = {
    "1": ("1: embedded Reber grammar", {"shortcuts": "inputs and 1"}, {9: "table-1/3x2-0.5"}),
    "1-Elman": ("1: an Elman net instead", {}, {9: "table-1/Elman-15"}),
    "1-RTRL": ("1: RTRL instead", {}, {9: "table-1/RTRL-3"}),
    "2a": ("2a: one lag, no noise", GROWN, {100: "table-2/LSTM-100"}),
    "2a-RTRL": ("2a: RTRL instead", {}, {4: "table-2/RTRL-4-4", 10: "table-2/RTRL-10"}),
    "2a-BPTT": ("2a: BPTT instead", {}, {100: "table-2/BPTT-100"}),
    "2c": (
        "2c: a symbol after a long lag",
        {"recurrence": "none"},
        {q: f"table-3/q{q}-p{q}" for q in (50, 100, 200, 500, 1000)},
    ),
    "3a": ("3a: a class, then noise", {}, {100: "table-4/T100-N3", 1000: "table-4/T1000-N3"}),
    "3b": ("3b: noise on the class", {}, {100: "table-5/T100-N3"}),
    "3c": ("3c: noise on the targets", {}, {100: "table-6/T100-N3"}),
    "4": ("4: adding", PAIRS, {100: "table-7/T100", 500: "table-7/T500", 1000: "table-7/T1000"}),
    "5": ("5: multiplication", PAIRS, {100: "table-8/n140"}),
    "6a": ("6a: order of two signals", {}, {100: "table-9/6a"}),
    "6b": ("6b: order of three signals", {}, {100: "table-9/6b"}),
    "2000": ("2000: strings without end", {}, {9: "gers-2000/forget-gates"}),
    "2000-resets": ("2000: resets from outside instead", {}, {9: "gers-2000/external-reset"}),
}
# What can be left out or added: the reading, and its option.
CHANGES: dict[str, tuple[str, str]] = {
    "no output gates": ("without", "output gates"),
    "no gate biases": ("without", "gate biases"),
    "forget gates": ("forget-gates", "5"),
    "full gradient": ("gradient", "full"),
    "cells see cells alone": ("recurrence", "cells"),
    "no recurrence": ("recurrence", "none"),
    "no forget gates": ("forgetting", "none"),  # in the nets of 2000: another row of their table
}
WITHOUT = {"gers-2000/forget-gates": "gers-2000/standard"}
MODES = ("one", "eight", "race")
LOOKS = ("reading", "pushes", "flow")
HEADLINE = {"experiment": "2c", "lag": 1000}  # what the first of its buttons sets


def rows_of(experiment: str) -> dict[int, tuple[Row, dict[str, str]]]:
    """Return an experiment's rows by lag, each with the reading under which it is run."""
    _, chosen, rows = EXPERIMENTS[experiment]
    return {lag: (ROWS[name], reading_of(ROWS[name], chosen)) for lag, name in rows.items()}


def _one(row: Row, reading: dict[str, str]) -> dict[str, Any]:
    """Return a row as the page takes it: constants, the paper's numbers, and those of the stored trials."""
    there = {key: value for key, value in asdict(row).items() if key not in ("reported", "trials", "readings")}
    there["mean_below"] = min(row.mean_below, 1e300)  # JSON has no infinity
    results = current(Store(row, reading).load()[0], seed=0)
    other = ROWS[WITHOUT[row.name]] if row.name in WITHOUT else None
    more: dict[str, Any] = {"instead": _one(other, reading_of(other, {}))} if other else {}
    if row.experiment == "streams":
        good = [result for result in results if result["solved"]] or results
        more["length"] = sum(result["symbols"] for result in good) / sum(result["sequences"] for result in good)
    return more | {
        "row": there,
        "reading": reading,
        "open": [*row.readings, *(["forgetting"] if other else [])],
        "key": zlib.crc32(row.name.encode()),
        "paper": {"sequences": row.reported.sequences, "percent": row.reported.percent},
        "stored": [[result["trial"], result["sequences"], result["solved"]] for result in results],
    }


@functools.cache
def experiments() -> list[dict[str, Any]]:
    """Return what the page has to know of each experiment: its name, a label, and its rows by lag."""
    return [
        {"name": name, "label": label, "lags": {str(lag): _one(*row) for lag, row in rows_of(name).items()}}
        for name, (label, _, _) in EXPERIMENTS.items()
    ]


class Laboratory(Figure):
    """A net of 1997 that learns in the page, by the original rule and to the paper's criterion.

    Weights, sequences and tests are those of the trial of ``lstmlib.paper`` with the same row, reading, seed 0 and
    number, and the learner is ``lstmlib.online.LSTM1997`` in JavaScript; ``setup`` says which row and reading.

    Args:
        experiment: one of ``EXPERIMENTS``.
        lag: steps over which something has to be kept; 0 for the experiment's first. A lag that no row has takes the
            constants of the row with the nearest.
        blocks: how many memory cell blocks; 0 for the row's.
        cells: cells of a block; 0 for the row's.
        rate: the learning rate; 0 for the row's.
        changes: what is left out or added, some of ``CHANGES``.
        trial: number of the trial, from 0.
        mode: "one" net; "eight", of the trials from ``trial`` on; or a "race" of the paper's net and the changed one.
        guess: after how many sequences the reader expects success; 0 for no guess.
        look: what is drawn of one sequence: "reading", contents and gates; "pushes", what each step asks of a weight;
            or "flow", how much of the last error is left at each lag.
        unit: whose weights, in ``pushes``: input gates, cells, output gates, forget gates, counted through from 0.
        source: from where these weights lead: 0 for the bias, else the number of an input that has a name.
        result: what came of it so far, from the page: for every net {"shown", "solved", "every", "error", "wrong",
            "params"}; error and wrong are means over ``every`` sequences.

    Raises:
        traitlets.TraitError: an unknown name, or a number outside its range.
    """

    _name = "laboratory"
    _esm = bundle.module_script("laboratory")
    _state = (
        "experiment",
        "lag",
        "blocks",
        "cells",
        "rate",
        "changes",
        "trial",
        "mode",
        "guess",
        "look",
        "unit",
        "source",
    )

    data = t.List(t.Dict()).tag(sync=True)
    experiment = t.Enum(tuple(EXPERIMENTS), "6a").tag(sync=True)
    lag = t.Int(0, min=0, max=1000).tag(sync=True)
    blocks = t.Int(0, min=0, max=6).tag(sync=True)
    cells = t.Int(0, min=0, max=4).tag(sync=True)
    rate = t.Float(0.0, min=0.0, max=10.0).tag(sync=True)
    changes = t.List(t.Enum(tuple(CHANGES))).tag(sync=True)
    trial = t.Int(0, min=0, max=9999).tag(sync=True)
    mode = t.Enum(MODES, "one").tag(sync=True)
    guess = t.Int(0, min=0).tag(sync=True)
    look = t.Enum(LOOKS, "reading").tag(sync=True)
    unit = t.Int(0, min=0).tag(sync=True)
    source = t.Int(0, min=0).tag(sync=True)
    result = t.List(t.Dict()).tag(sync=True)

    @t.default("data")
    def _experiments(self) -> list[dict[str, Any]]:
        return experiments()

    @property
    def setup(self) -> tuple[Row, dict[str, str]]:
        """The row and the reading of which this is a trial, without what differs from them (lag, blocks, rate)."""
        rows = rows_of(self.experiment)
        row, reading = rows[min(rows, key=lambda lag: abs(lag - (self.lag or min(rows))))]
        if "no forget gates" in self.changes and row.name in WITHOUT:
            row = ROWS[WITHOUT[row.name]]
            reading = reading_of(row, {})
        changed = dict(CHANGES[change] for change in self.changes)
        return row, reading | {name: option for name, option in changed.items() if name in row.readings}

    def _html(self) -> str:
        data = html.escape(json.dumps(self.data, separators=(",", ":")))
        return super()._html().replace('class="lstm-figure"', f'class="lstm-figure" data="{data}"', 1)

    def _shown_still(self) -> bool:
        return self._changed() in ({}, HEADLINE)

    def _without_script(self) -> str:
        """Return the still picture; where it opens a page also what links to set-ups lead to, once on a page."""
        if not self._shown_still():
            return super()._without_script()
        with_lag = [f"{name};lag={lag}" for name, (_, _, rows) in EXPERIMENTS.items() for lag in rows]
        of_eight = [f"{name};mode=eight" for name in EXPERIMENTS]
        places = "".join(f'<span id="lab:{place}"></span>' for place in [*EXPERIMENTS, *with_lag, *of_eight])
        return places + super()._without_script()
