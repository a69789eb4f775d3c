"""Real data, read from packages that carry it: nothing is downloaded."""

from lstmlib.data.sunspots import sunspots
from lstmlib.data.written import LANGUAGES, Written, written_dates, written_numbers

__all__ = ["LANGUAGES", "Written", "sunspots", "written_dates", "written_numbers"]
