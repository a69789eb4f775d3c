"""The tables of Hochreiter and Schmidhuber (1997), row by row, and what it takes to run them again.

With them comes table 2 of Gers, Schmidhuber and Cummins (2000): streams that don't end.

    from lstmlib.paper import ROWS, run, summarise
    results = run(ROWS["table-9/6a"], trials=10)    # kept in ./results
    summarise(results)                              # success, mean, spread, intervals

On the command line: ``lstmlib paper list``, ``lstmlib paper run table-9``, ``lstmlib paper show``. Running needs
Numba, SciPy and joblib.
"""

from lstmlib.paper.readings import READINGS
from lstmlib.paper.report import Summary, summarise
from lstmlib.paper.row import Reported, Row
from lstmlib.paper.rows import ROWS, find
from lstmlib.paper.runner import run

__all__ = ["READINGS", "ROWS", "Reported", "Row", "Summary", "find", "run", "summarise"]
