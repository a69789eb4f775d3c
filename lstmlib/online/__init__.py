"""Learners that carry what they need forward, and so can change weights as a sequence goes by."""

from lstmlib.online.rtrl import RTRL

__all__ = ["RTRL"]
