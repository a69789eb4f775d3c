"""Labelling the words of addresses and of names: what is learnt on and judges, simple methods, nets, and their errors.

``parts`` divides them, ``measures`` judges; ``simple`` and ``features`` need no net, ``net`` and ``learn`` are
the nets; ``ahead`` takes words away on the right. ``run`` trains what isn't stored yet.
"""

from lstmlib.studies.at_work.labelling.learn import FOLDER
from lstmlib.studies.at_work.labelling.running import run

__all__ = ["FOLDER", "run"]
