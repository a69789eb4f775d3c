"""Rows as a table for other programs: CSV, Markdown or JSON, one record for each row and reading."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from lstmlib.paper.report import Stored, summarise
from lstmlib.paper.row import Row
from lstmlib.paper.rows import label
from lstmlib.paper.store import current
from lstmlib.paper.verdict import verdict

FORMATS = ("text", "csv", "md", "json")
PAPER = ("sequences", "percent", "earlier", "wrong", "error", "at_least")
OURS = (
    *("trials", "solved", "success_low", "success_high", "mean", "spread", "mean_low", "mean_high", "least", "most"),
    *("earlier", "wrong", "error", "seconds"),
)
FIELDS = ("row", "experiment", "method", *(f"paper_{name}" for name in PAPER), "whose", "reading", *OURS, "verdict")


def records_of(row: Row, found: Stored, *, seed: int | None = None, whose: str = "ours") -> list[dict[str, Any]]:
    """Return a record for every reading under which a row has results: the paper's numbers and ours.

    Args:
        row: which.
        found: what a folder has of it.
        seed: of the trials that count; all if ``None``.
        whose: what the folder's results are called.

    Returns:
        the keys of ``FIELDS``; ``None`` where there is no such number. Sequences are counted as the row counts them.
        The verdict is the row's, the same in all of its records.
    """
    records = []
    for reading, results in found.readings:
        counted = current(results, seed)
        if not counted:
            continue
        s = asdict(summarise(counted))
        s["success_low"], s["success_high"] = s["success"]
        s["mean_low"], s["mean_high"] = s["interval"] or (None, None)
        ours = {name: float(f"{s[name]:.8g}") if isinstance(s[name], float) else s[name] for name in OURS}
        told = {"verdict": verdict(row, found).line}
        records.append(_head(row) | {"whose": whose, "reading": label(row, reading)} | ours | told)
    return records


def head_record(row: Row) -> dict[str, Any]:
    """Return the record of a row that has no results: the paper's numbers alone."""
    return dict[str, Any].fromkeys(FIELDS) | _head(row)


def _head(row: Row) -> dict[str, Any]:
    paper = {f"paper_{name}": getattr(row.reported, name) for name in PAPER}
    return {"row": row.name, "experiment": row.experiment, "method": row.method} | paper


def written(records: Sequence[dict[str, Any]], form: str) -> str:
    """Return records as text.

    Args:
        records: with the keys of ``FIELDS``.
        form: "csv", "md" or "json".
    """
    if form == "json":
        return json.dumps(list(records), indent=1) + "\n"
    if form == "md":
        return _markdown(records)
    text = io.StringIO()
    writer = csv.DictWriter(text, FIELDS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return text.getvalue()


def _markdown(records: Sequence[dict[str, Any]]) -> str:
    lines = ["| row | method | paper | whose | sequences | 95 % interval | solved | reading |"]
    lines.append("|---|---|---:|---|---:|---:|---:|---|")
    for r in records:
        paper = f"{'> ' if r['paper_at_least'] else ''}{_number(r['paper_sequences'])}"
        interval = "" if r["mean_low"] is None else f"{_number(r['mean_low'])} to {_number(r['mean_high'])}"
        solved = "" if r["trials"] is None else f"{r['solved']} of {r['trials']}"
        cells = [r["row"], r["method"], paper, r["whose"], _number(r["mean"]), interval, solved, r["reading"]]
        lines.append("| " + " | ".join(str(cell or "") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}"
