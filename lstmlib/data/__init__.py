"""Real data, read from packages that carry it: nothing is downloaded."""

from lstmlib.data.digits import digits
from lstmlib.data.sunspots import sunspots
from lstmlib.data.written import LANGUAGES, Written, written_dates, written_numbers

__all__ = ["LANGUAGES", "Written", "digits", "sunspots", "written_dates", "written_numbers"]
