"""Learners that carry what they need forward, and so can change weights as a sequence goes by; and one that grows."""

from lstmlib.online.cascade import Cascade, CascadeNet
from lstmlib.online.chunker import Chunker, ChunkerNet
from lstmlib.online.lstm1997 import LSTM1997
from lstmlib.online.lstm2000 import LSTM2000
from lstmlib.online.net import Net
from lstmlib.online.net2000 import Net2000
from lstmlib.online.rtrl import RTRL
from lstmlib.online.simple import SimpleNet, SimpleRecurrent

__all__ = [
    "LSTM1997",
    "LSTM2000",
    "RTRL",
    "Cascade",
    "CascadeNet",
    "Chunker",
    "ChunkerNet",
    "Net",
    "Net2000",
    "SimpleNet",
    "SimpleRecurrent",
]
