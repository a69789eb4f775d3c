"""Learners that carry what they need forward, and so can change weights as a sequence goes by."""

from lstmlib.online.lstm1997 import LSTM1997
from lstmlib.online.net import Net
from lstmlib.online.rtrl import RTRL

__all__ = ["LSTM1997", "RTRL", "Net"]
