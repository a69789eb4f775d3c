"""All stored trials as one archive that can be cited: a tidy table, what its columns mean, and a notebook.

``lstmlib paper archive`` writes it. Who opens it needs neither this library nor its file names: ``trials.csv`` has a
line for each trial, ``rows.csv`` the paper's numbers, ``datapackage.json`` types and meanings of all columns
(Frictionless Data Package, specs.frictionlessdata.io), and ``tables.ipynb`` makes the tables again with pandas alone.
"""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import lstmlib
from lstmlib.paper.report import stored
from lstmlib.paper.rows import ROWS, label
from lstmlib.paper.store import RESULTS
from lstmlib.paper.table import PAPER
from lstmlib.paper.version import VERSION

NAME = "lstm-1997-trials"
# Column -> its type and meaning. "version" to "numba" say by what a trial was made.
TRIALS: dict[str, tuple[str, str]] = {
    "row": ("string", "row of a table of the paper: the table, and what tells the row from its neighbours"),
    "reading": ("string", "what was chosen where the paper leaves something open: default, or name=option, ..."),
    "seed": ("integer", "of all trials of a run"),
    "trial": ("integer", "number of the trial; row, seed and trial decide all its random numbers"),
    "solved": ("boolean", "whether the row's criterion was met"),
    "sequences": (
        "integer",
        "training sequences until then, or until the trial was given up; of table gers-2000, streams",
    ),
    "earlier": ("integer", "sequences until the first of two stops (tables 4 to 6)"),
    "wrong": ("integer", "wrong test sequences"),
    "tested": ("integer", "of how many"),
    "error": ("number", "mean absolute error on the test sequences"),
    "symbols": ("integer", "of streams: symbols seen in training"),
    "length": ("number", "of streams: symbols predicted rightly until the first error, mean over test streams"),
    "units": ("integer", "of nets that grow: hidden units at the end"),
    "grown": ("integer", "of experiments 2a and 2b: after how many sequences the memory cell was added"),
    "seconds": ("number", "processor time, on the machine where it ran"),
    "version": ("integer", "of the trials' definition: those of different versions can't be compared"),
    "lstmlib": ("string", "version of the library"),
    "numpy": ("string", "version of NumPy"),
    "numba": ("string", "version of Numba"),
}
ROW_COLUMNS: dict[str, tuple[str, str]] = {
    "row": ("string", "as in trials.csv"),
    "experiment": ("string", "of the paper: 1, 2a, ... 6b; streams are those of Gers, Schmidhuber and Cummins (2000)"),
    "method": ("string", "LSTM, or what the paper compares it with"),
    "learning_rate": ("number", "alpha"),
    "cap": ("integer", "training sequences after which a trial is given up"),
    "paper_sequences": ("integer", "the paper's mean number of training sequences until success"),
    "paper_percent": ("number", "percent of the paper's trials that succeeded"),
    "paper_earlier": ("integer", "the paper's mean at the first of two stops"),
    "paper_wrong": ("number", "share of test sequences that the paper's nets got wrong"),
    "paper_error": ("number", "the paper's average error on test sequences"),
    "paper_at_least": ("boolean", "whether paper_sequences is a bound that was reached without success"),
}
NOTEBOOK = (
    "# Every table again\n\nOne line for each row and reading: the paper's mean beside that of the stored trials that "
    "succeeded. Needs pandas.",
    'import pandas as pd\n\ntrials, rows = pd.read_csv("trials.csv"), pd.read_csv("rows.csv")\ntrials.head()',
    'by = trials.groupby(["row", "reading"], sort=False)\n'
    'table = by.agg(trials=("solved", "size"), solved=("solved", "sum"))\n'
    'solved = trials[trials.solved].groupby(["row", "reading"]).sequences\n'
    'table["mean"], table["median"] = solved.mean(), solved.median()\n'
    'table = table.reset_index().merge(rows[["row", "method", "paper_sequences", "paper_percent"]], on="row")\n'
    "table",
)


def trials_of(folder: Path = RESULTS) -> list[dict[str, Any]]:
    """Return every stored trial as a record with the keys of ``TRIALS``; ``None`` where a trial has no such number.

    Args:
        folder: of results.

    Raises:
        ValueError: a trial has something that no column is for.
    """
    found = []
    for row in ROWS.values():
        for reading, results in stored(row, folder).readings:
            for result in sorted(results, key=lambda result: (result["seed"], result["trial"])):
                if unknown := result.keys() - TRIALS.keys():
                    raise ValueError(
                        f"{row.name}: trials have {', '.join(sorted(unknown))}, expected columns of TRIALS"
                    )
                found.append({"row": row.name, "reading": label(row, reading)} | result)
    return [dict[str, Any].fromkeys(TRIALS) | record for record in found]


def rows() -> list[dict[str, Any]]:
    """Return the paper's numbers, row by row, with the keys of ``ROW_COLUMNS``."""
    own = ("experiment", "method", "learning_rate", "cap")
    return [
        {"row": row.name}
        | {name: getattr(row, name) for name in own}
        | {f"paper_{name}": getattr(row.reported, name) for name in PAPER}
        for row in ROWS.values()
    ]


def write(path: Path, folder: Path = RESULTS) -> int:
    """Write the archive, the same bytes for the same trials, and return how many trials it holds.

    Args:
        path: of the file, which is replaced.
        folder: of results.

    Raises:
        OSError: it can't be written.
        ValueError: there are no trials, or one has something that no column is for.
    """
    trials = trials_of(folder)
    if not trials:
        raise ValueError(f"{folder} holds no trials")
    files = {
        "trials.csv": _csv(TRIALS, trials),
        "rows.csv": _csv(ROW_COLUMNS, rows()),
        "datapackage.json": json.dumps(_described(), indent=1) + "\n",
        "tables.ipynb": json.dumps(_notebook(), indent=1) + "\n",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(f"{NAME}/{name}"), text, zipfile.ZIP_DEFLATED)  # dated 1980, always
    return len(trials)


def _csv(columns: Iterable[str], records: Sequence[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(columns), lineterminator="\n")
    writer.writeheader()
    for record in records:
        writer.writerow({name: str(v).lower() if isinstance(v, bool) else v for name, v in record.items()})
    return text.getvalue()


def _notebook() -> dict[str, Any]:
    cells: list[dict[str, Any]] = []
    for k, text in enumerate(NOTEBOOK):
        code: dict[str, Any] = {"execution_count": None, "outputs": []} if k else {}
        kind = "code" if k else "markdown"
        cells.append({"cell_type": kind, "id": f"cell-{k}", "metadata": {}, "source": text} | code)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def _described() -> dict[str, Any]:
    files = (("trials", TRIALS, ["row", "reading", "seed", "trial"]), ("rows", ROW_COLUMNS, ["row"]))
    return {
        "name": NAME,
        "title": "Trials of the experiments of Hochreiter and Schmidhuber (1997), run again",
        "description": "Made by lstmlib paper run of the book The Memory Cell.",
        "version": f"{lstmlib.__version__}, trials of version {VERSION}",
        "licenses": [{"name": "MIT", "title": "MIT License", "path": "https://opensource.org/license/mit"}],
        "sources": [{"title": "Long Short-Term Memory", "path": "https://doi.org/10.1162/neco.1997.9.8.1735"}],
        "resources": [
            {
                "name": name,
                "path": f"{name}.csv",
                "format": "csv",
                "encoding": "utf-8",
                "schema": {
                    "fields": [{"name": c, "type": kind, "description": what} for c, (kind, what) in columns.items()],
                    "primaryKey": key,
                },
            }
            for name, columns, key in files
        ],
    }
