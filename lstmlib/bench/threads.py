"""One thread for whatever is timed."""

import os
import sys


def one_thread() -> None:
    """Let NumPy take one thread; it reads how many it may take when it is imported.

    Raises:
        SystemExit: it is already imported, on many threads.
    """
    if "numpy" in sys.modules and os.environ.get("OMP_NUM_THREADS") != "1":
        raise SystemExit("NumPy is already imported, on many threads: set OMP_NUM_THREADS=1")
    os.environ["OMP_NUM_THREADS"] = "1"
