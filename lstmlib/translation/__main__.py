"""``python -m lstmlib.translation``: train all nets that the chapter on attention speaks of, and store what came out.

Each result says what it was made with. A file that is there already is made anew, unless ``--only`` leaves it out.
"""

import argparse
import datetime
import json
import platform
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from lstmlib.data.written import write_date
from lstmlib.translation.learn import Written, date_alphabet, dates, learn
from lstmlib.translation.measure import alignment, measure_dates, measure_numbers

RESULTS = Path(__file__).parent / "results"

# What the interactive figure shows: a day that no net has learnt from, as seven languages write it.
SHOWN = (("en", "full"), ("fr", "long"), ("fi", "long"), ("hu", "long"), ("ru", "long"), ("pl", "long"), ("de", "medium"))
DAY = datetime.date(1997, 8, 24)


def lengths(seeds: int, updates: int) -> Iterator[dict[str, Any]]:
    """Yield nets with attention and without that learn numbers of up to 8 and up to 16 digits."""
    for seed in range(seeds):
        for longest in (8, 16):
            for attention in (True, False):
                yield measure_numbers(attention=attention, longest=longest, seed=seed, updates=updates)


def patience(seeds: int, updates: int) -> Iterator[dict[str, Any]]:
    """Yield nets without attention that learn for longer: is it the one vector, or did they need more time?"""
    for seed in range(seeds):
        yield measure_numbers(attention=False, longest=16, seed=seed, updates=updates)


def of_dates(seeds: int, updates: int) -> Iterator[dict[str, Any]]:
    """Yield nets that learn dates, with attention and without."""
    for seed in range(seeds):
        for attention in (True, False):
            yield measure_dates(attention=attention, seed=seed, updates=updates)


def alignments(seeds: int, updates: int) -> Iterator[dict[str, Any]]:
    """Yield one small net's alignments of one day in several languages."""
    net = learn(dates, date_alphabet(), seed=0, updates=updates)
    for language, style in SHOWN:
        yield alignment(net, date_alphabet(), Written(write_date(DAY, language, style), DAY.isoformat(), language))


PARTS: dict[str, tuple[Callable[[int, int], Iterator[dict[str, Any]]], int]] = {
    "lengths": (lengths, 1000),
    "patience": (patience, 3000),
    "dates": (of_dates, 600),
    "alignments": (alignments, 600),
}


def main(arguments: list[str] | None = None) -> None:
    """Measure what is asked for and write it, a row at a time."""
    parser = argparse.ArgumentParser(prog="python -m lstmlib.translation", description=__doc__)
    parser.add_argument("--only", choices=PARTS, nargs="*", default=list(PARTS), help="which results (default: all)")
    parser.add_argument("--seeds", type=int, default=3, help="how many nets of each kind (default 3)")
    parser.add_argument("--updates", type=int, help="of each net (default: as the stored ones)")
    parser.add_argument("--output", type=Path, default=RESULTS, help="folder to write to (default %(default)s)")
    given = parser.parse_args(arguments)
    torch.set_num_threads(1)  # the results don't depend on it; nets this small don't gain from more
    given.output.mkdir(parents=True, exist_ok=True)
    for name in given.only:
        part, usual = PARTS[name]
        updates, rows = given.updates or usual, []
        for row in part(given.seeds, updates):
            rows.append(row)
            print(name, {key: row[key] for key in row if key not in ("scores", "push", "plane")}, flush=True)
            write(given.output / f"{name}.json", rows, f"python -m lstmlib.translation --only {name}")


def write(path: Path, rows: list[dict[str, Any]], command: str) -> None:
    """Write rows with how they were made, one a line, so that a change of one is a change of one line."""
    about = {
        "command": command,
        "versions": {"python": platform.python_version(), "numpy": np.__version__, "torch": torch.__version__},
        "machine": platform.machine(),
    }
    lines = ",\n".join(" " + json.dumps(row, ensure_ascii=False) for row in rows)
    text = f'{{"made": {json.dumps(about)},\n"rows": [\n{lines}\n]}}\n'
    path.write_text(text, encoding="utf8")


def stored(name: str) -> list[dict[str, Any]]:
    """Return the rows of a stored result: "lengths", "patience", "dates" or "alignments"."""
    text = (RESULTS / f"{name}.json").read_text(encoding="utf8")
    rows: list[dict[str, Any]] = json.loads(text)["rows"]
    return rows


if __name__ == "__main__":
    main()
