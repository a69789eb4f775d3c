"""Notebooks run with the arithmetic with which their outputs were stored; it is said how many came out."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling


class AtOnce:
    """Name what fails when it fails: a run that is stopped before its end has told so much."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Write a line; the reasons stand in the end, as ever."""
        reporter = self.config.pluginmanager.get_plugin("terminalreporter")
        if report.failed and reporter:
            crash = getattr(report.longrepr, "reprcrash", None)
            why = f": {crash.message.splitlines()[0][:200]}" if crash and crash.message else ""
            reporter.write_line(f"\n{report.outcome}: {report.nodeid}{why}")


def pytest_configure(config: pytest.Config) -> None:
    """Have the kernels that are started inherit what tools/notebooks.py stores outputs with."""
    from notebooks import ARITHMETIC

    os.environ.setdefault(*ARITHMETIC)
    if not hasattr(config, "workerinput"):  # the one process that writes
        config.pluginmanager.register(AtOnce(config))


class ByFileOrPart(LoadFileScheduling):
    """A file stays in one process; but of all pages those of one page, of all problem sets those of one set."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::")[0]
        part = re.search(r"\[((?:book/)?[\w-]+\.html|.*set-\d+)", nodeid)
        return f"{file} {part[1]}" if part and file.endswith(("test_pages.py", "test_sets.py")) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFileOrPart:
    """Deal out the tests to the processes."""
    return ByFileOrPart(config, log)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Count the notebooks whose cells came out as stored, and write down what failed, for tools/test.py."""
    if file := os.environ.get("FAILED_TESTS"):
        stats = terminalreporter.stats
        failed = {report.nodeid for outcome in ("failed", "error") for report in stats.get(outcome, [])}
        Path(file).write_text("\n".join(sorted(failed)), encoding="utf8")
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
