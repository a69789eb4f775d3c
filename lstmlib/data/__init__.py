"""Real data, read from packages that carry it: nothing is downloaded."""

from lstmlib.data.sunspots import sunspots

__all__ = ["sunspots"]
