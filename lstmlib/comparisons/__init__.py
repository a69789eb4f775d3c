"""Layers trained side by side: which needs how many updates, over tasks, learning rates and seeds.

A study is a module that runs it (``python -m lstmlib.comparisons.<module>``), a file in ``results/`` of what it found,
and a function ``load`` that reads that file.
"""
