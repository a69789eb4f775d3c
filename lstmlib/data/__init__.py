"""Real data, read from packages that carry it, or from small files taken out of those once: nothing is downloaded."""

from lstmlib.data.addresses import Address, addresses
from lstmlib.data.anomalies import Labelled, heartbeats, pulse
from lstmlib.data.chorales import Chorales, Score, chorales
from lstmlib.data.digits import digits
from lstmlib.data.electricity import electricity
from lstmlib.data.film import film
from lstmlib.data.messages import Message, messages
from lstmlib.data.names import Name, names
from lstmlib.data.pendigits import Pendigits, pendigits
from lstmlib.data.plays import Plays, alphabet, plays
from lstmlib.data.reviews import Review, reviews
from lstmlib.data.sp500 import Prices, sp500
from lstmlib.data.sunspots import sunspots
from lstmlib.data.vowels import Vowels, vowels
from lstmlib.data.written import LANGUAGES, Written, written_dates, written_numbers

__all__ = [
    "LANGUAGES",
    "Address",
    "Chorales",
    "Labelled",
    "Message",
    "Name",
    "Pendigits",
    "Plays",
    "Prices",
    "Review",
    "Score",
    "Vowels",
    "Written",
    "addresses",
    "alphabet",
    "chorales",
    "digits",
    "electricity",
    "film",
    "heartbeats",
    "messages",
    "names",
    "pendigits",
    "plays",
    "pulse",
    "reviews",
    "sp500",
    "sunspots",
    "vowels",
    "written_dates",
    "written_numbers",
]
