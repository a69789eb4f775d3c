"""Rows of 1997 for memory cells, run anew under the readings by which they come out, and held to what is stored.

    python -m lstmlib.paper.again             # writes ./results/again.json; all rows, an hour on two cores
    python -m lstmlib.paper.again --most 400  # rows whose stored trials took no more than so many seconds of computing
    python -m lstmlib.paper.again --most 400 --store  # replaces what comes with the library, which a chapter shows

A trial depends on its row, reading, seed and number alone, so it has to come out as it is stored: solved or not, after
as many sequences, with as many test sequences wrong. Finished trials are kept in ./results/again; stop at any time, and
the same command goes on. What the whole took by the clock is stored if it ran in one sitting.
"""

import argparse
import os
import platform
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from lstmlib.output import OWN, add_output, check, positive, write
from lstmlib.paper.progress import to_stderr
from lstmlib.paper.report import stored
from lstmlib.paper.row import Reading, Row
from lstmlib.paper.rows import ROWS, label
from lstmlib.paper.runner import run_group, threads_alone
from lstmlib.paper.store import RESULTS, Store, current
from lstmlib.paper.verdict import verdict
from lstmlib.paper.version import versions

PATH = RESULTS / "again.json"
TRIALS = OWN / "again"


class Settled(NamedTuple):
    """A row under the reading by which it comes out, and the trials of it that are stored."""

    row: Row
    reading: Reading
    trials: list[dict[str, Any]]

    @property
    def seconds(self) -> float:
        """What these trials took, of processor time."""
        return float(sum(trial["seconds"] for trial in self.trials))


def settled(most: int | None = None) -> list[Settled]:
    """Return the rows of 1997 for memory cells, under the readings that ``verdict`` names, in the paper's order.

    Args:
        most: rows whose stored trials took more seconds of computing are left out; none are if ``None``.

    Raises:
        OSError: what is stored can't be read.
    """
    found = []
    for row in ROWS.values():
        if row.method != "LSTM" or row.table == "gers-2000":
            continue
        there = stored(row)
        wanted = verdict(row, there).reading or "default"
        found += [Settled(row, *one) for one in there.readings if label(row, one[0]) == wanted]
    return [one for one in found if most is None or one.seconds <= most]


def missing(one: Settled, folder: Path = TRIALS) -> list[int]:
    """Return the numbers of the trials that haven't been run anew."""
    there = {result["trial"] for result in current(Store(one.row, one.reading, folder).load()[0])}
    return [trial["trial"] for trial in current(one.trials, 0) if trial["trial"] not in there]


def run(rows: Sequence[Settled], workers: int, folder: Path = TRIALS) -> float:
    """Run what is missing, the longest rows first, a part of a row in each worker; return the seconds by the clock."""
    from joblib import Parallel, delayed

    jobs = []
    for one in sorted(rows, key=lambda one: -one.seconds):
        left = missing(one, folder)
        groups = [left[k::workers] for k in range(workers)]
        jobs += [(one.row.name, one.reading, 0, group, folder, os.getpid()) for group in groups if group]
    start = time.monotonic()
    try:
        Parallel(n_jobs=workers, batch_size=1, pre_dispatch=workers)(delayed(_run)(*job) for job in jobs)
    finally:
        for one in rows:
            for line in Store(one.row, one.reading, folder).gather():
                to_stderr(line)
    return time.monotonic() - start


def _run(name: str, reading: Reading, seed: int, trials: Sequence[int], folder: Path, parent: int) -> None:
    run_group(name, reading, seed, trials, folder, parent if os.getpid() != parent else None)
    to_stderr(f"{name}: {len(trials)} trials")


def compared(rows: Sequence[Settled], folder: Path = TRIALS) -> list[dict[str, Any]]:
    """Return for each row how many trials were run anew, how many came out as stored, and their processor time in s."""
    lines, may_differ = [], {"seconds", *versions()}
    for one in rows:
        anew = {result["trial"]: result for result in current(Store(one.row, one.reading, folder).load()[0], 0)}
        pairs = [(trial, anew[trial["trial"]]) for trial in current(one.trials, 0) if trial["trial"] in anew]
        same = sum(all(old.get(key) == new.get(key) for key in {*old, *new} - may_differ) for old, new in pairs)
        line = {"row": one.row.name, "reading": label(one.row, one.reading), "trials": len(pairs), "same": same}
        lines.append(line | {"seconds": round(sum(new["seconds"] for _, new in pairs), 1)})
    return lines


def main() -> None:
    """Run everything that hasn't been run, and write what came of it."""
    about = (__doc__ or "").split("\n")[0]
    parser = argparse.ArgumentParser(prog="python -m lstmlib.paper.again", description=about)
    said = "leave out rows whose stored trials took more seconds of computing"
    parser.add_argument("--most", type=positive, metavar="SECONDS", help=said)
    parser.add_argument("--workers", type=positive, default=os.cpu_count() or 1, help="processes (default: one a core)")
    add_output(parser, PATH)
    given = parser.parse_args()
    check(given.output)
    threads_alone()
    rows = settled(given.most)
    if not rows:
        raise SystemExit(f"no row's stored trials took {given.most} s of computing or less, so nothing was run")
    whole = sum(len(missing(one)) for one in rows) == sum(len(current(one.trials, 0)) for one in rows)
    try:
        clock = run(rows, given.workers)
    except KeyboardInterrupt:
        raise SystemExit(f"stopped; finished trials are kept in {TRIALS}, and the same command goes on") from None
    lines = compared(rows)
    command = "python -m lstmlib.paper.again" + ("" if given.most is None else f" --most {given.most}")
    made = {"command": command, "workers": given.workers, "clock": round(clock, 1) if whole else None}
    write(given.output, made | versions() | {"cores": os.cpu_count(), "system": platform.system(), "rows": lines})
    trials, same = (sum(line[key] for line in lines) for key in ("trials", "same"))
    hours = sum(line["seconds"] for line in lines) / 3600
    print(f"{len(lines)} rows: {same} of {trials} trials as stored; {hours:.1f} hours of one core")


if __name__ == "__main__":
    main()
