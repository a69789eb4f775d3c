"""The learners of ``lstmlib.online`` once more, made to run fast: a file here is the twin of the one of its name there.

They need Numba (``pip install numba``). Beside the twins: ``lanes.py``, eight floats as one value;
``side_by_side.py``, sequences laid before eight nets, and when each stops; ``jit.py``, how all is compiled and where it
is kept. What a step does stands apart where a twin would be long: ``lstm1997_steps.py``, ``lstm1997_full.py``,
``lstm2000_steps.py``, ``cascade_passes.py``.
"""
