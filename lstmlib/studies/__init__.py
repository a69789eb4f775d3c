"""What a page has no time for: nets trained side by side, over tasks and seeds, with the results stored.

A study is a module, or a folder of them, that runs it (``python -m lstmlib.studies.<name>``), files in ``results/`` of
what it found, and a function that reads them: ``load`` or ``stored``.
"""
