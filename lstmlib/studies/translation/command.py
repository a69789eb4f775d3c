"""What ``python -m lstmlib.studies.translation`` does: train the nets of the chapter on attention, store what came out.

Each result says what it was made with.
"""

import argparse
import datetime
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import torch

from lstmlib.data.written import Written, write_date
from lstmlib.output import positive
from lstmlib.studies.translation.learn import date_alphabet, dates, learn
from lstmlib.studies.translation.measure import alignment, measure_dates, measure_numbers
from lstmlib.studies.translation.store import RESULTS, write

Job = Callable[[], list[dict[str, Any]]]

# What the interactive figure shows: a day that no net has learnt from, as seven languages write it.
SHOWN = (
    ("en", "full"),
    ("fr", "long"),
    ("fi", "long"),
    ("hu", "long"),
    ("ru", "long"),
    ("pl", "long"),
    ("de", "medium"),
)
DAY = datetime.date(1997, 8, 24)

# How many updates each net gets.
PARTS = {"alignments": 600, "dates": 400, "lengths": 1000, "patience": 2000}


def jobs(name: str, seeds: int, updates: int) -> list[Job]:
    """Return what has to be done for a result, each job giving its rows.

    "lengths": nets with attention and without, that learn numbers of up to 8 and of up to 16 digits. "patience": the
    ones without attention that learn up to 16, given twice the time. "dates": nets that learn dates. "alignments": what
    one small net looks at.
    """
    if name == "alignments":
        return [partial(alignments, updates)]
    if name == "dates":
        asked = product(range(seeds), (True, False))
        return [partial(one, measure_dates, attention=a, seed=s, updates=updates) for s, a in asked]
    if name == "patience":
        asked_long = product(range(seeds), (16,), (False,))
    else:
        asked_long = product(range(seeds), (8, 16), (True, False))
    return [
        partial(one, measure_numbers, attention=a, longest=most, seed=s, updates=updates) for s, most, a in asked_long
    ]


def one(measure: Callable[..., dict[str, Any]], **settings: Any) -> list[dict[str, Any]]:
    """Return the one row that a measurement gives."""
    return [measure(**settings)]


def alignments(updates: int) -> list[dict[str, Any]]:
    """Return one small net's alignments of one day in several languages."""
    net, alphabet = learn(dates, date_alphabet(), seed=0, updates=updates), date_alphabet()
    day = DAY.isoformat()
    return [alignment(net, alphabet, Written(write_date(DAY, tongue, style), day, tongue)) for tongue, style in SHOWN]


def run(job: Job) -> list[dict[str, Any]]:
    """Do a job on one thread, whatever the machine has: nets this small gain nothing from more."""
    torch.set_num_threads(1)
    return job()


def main(arguments: list[str] | None = None) -> None:
    """Measure what is asked for and write it."""
    parser = argparse.ArgumentParser(prog="python -m lstmlib.studies.translation", description=__doc__)
    parser.add_argument("--only", choices=PARTS, nargs="*", default=list(PARTS), help="which results (default: all)")
    parser.add_argument("--seeds", type=positive, default=3, help="how many nets of each kind (default 3)")
    parser.add_argument("--updates", type=positive, help="of each net (default: as the stored ones)")
    parser.add_argument(
        "--workers", type=positive, default=1, help="how many nets are trained side by side (default 1)"
    )
    parser.add_argument("--output", type=Path, default=RESULTS, help="folder to write to (default %(default)s)")
    given = parser.parse_args(arguments)
    given.output.mkdir(parents=True, exist_ok=True)
    # Spawned, not forked: a process that has run torch can't safely be copied.
    with ProcessPoolExecutor(given.workers, mp_context=get_context("spawn")) as pool:
        for name in given.only:
            todo, rows = jobs(name, given.seeds, given.updates or PARTS[name]), []
            for k, found in enumerate(pool.map(run, todo), 1):
                rows += found
                print(f"{name}: {k} of {len(todo)} done", flush=True)
                write(given.output / f"{name}.json", rows, f"python -m lstmlib.studies.translation --only {name}")
