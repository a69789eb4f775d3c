"""Fifteen small cells at every bias and rate of a grid: ``python -m lstmlib.studies.cells TASK``.

``kinds`` says which cells, ``settings`` which tasks, ``trials`` what a trial is; ``compiled`` and ``steps`` train the
nets; ``store`` keeps what came out under ``results``, a line a cell and seed; ``ranking`` reads it. ``limits`` asks
again whether JANET is ahead of the vanilla cell, where the grid had left doubt.
"""
