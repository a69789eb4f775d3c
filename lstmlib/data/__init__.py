"""Real data, read from packages that carry it, or from small files taken out of those once: nothing is downloaded."""

from lstmlib.data.digits import digits
from lstmlib.data.electricity import electricity
from lstmlib.data.reviews import Review, reviews
from lstmlib.data.sunspots import sunspots
from lstmlib.data.written import LANGUAGES, Written, written_dates, written_numbers

__all__ = [
    "LANGUAGES",
    "Review",
    "Written",
    "digits",
    "electricity",
    "reviews",
    "sunspots",
    "written_dates",
    "written_numbers",
]
