"""Notebooks run with the arithmetic with which their outputs were stored; it is said how many came out."""

import os
from typing import Any


def pytest_configure() -> None:
    """Have the kernels that are started inherit what tools/notebooks.py stores outputs with."""
    from notebooks import ARITHMETIC

    os.environ.setdefault(*ARITHMETIC)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Count the notebooks whose cells were compared with their stored outputs, and those where one differed."""
    seen: dict[str, set[str]] = {}
    for outcome in ("passed", "failed", "error"):
        for report in terminalreporter.stats.get(outcome, []):
            file = report.nodeid.split("::")[0]
            if file.endswith(".ipynb"):
                seen.setdefault(file, set()).add(outcome)
    if seen:
        differ = sorted(file for file, outcomes in seen.items() if outcomes != {"passed"})
        tests = sum(len(terminalreporter.stats.get(outcome, [])) for outcome in ("passed", "failed", "error"))
        stored = f"{len(seen) - len(differ)} of {len(seen)} notebooks came out as stored"
        terminalreporter.write_line(
            f"{tests} tests, among them every cell of the notebooks; {stored}"
            + (f"; not: {', '.join(differ)}" if differ else "")
        )
