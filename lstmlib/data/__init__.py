"""Real data, read from packages that carry it: nothing is downloaded."""

from lstmlib.data.digits import digits
from lstmlib.data.sunspots import sunspots

__all__ = ["digits", "sunspots"]
