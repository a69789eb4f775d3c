"""What the chapter on the forget gate measures at a length that a page has no time for, and the stored results.

``python -m lstmlib.forgetting streams`` (ten minutes or so), ``lags`` and ``text`` (a few minutes each, the latter with
torch) make them again; ``stored("streams")`` reads them.
"""

from lstmlib.forgetting.store import stored

__all__ = ["stored"]
