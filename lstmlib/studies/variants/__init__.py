"""What the chapter on variants measured with more nets than a page can train: ``python -m lstmlib.studies.variants``.

``nets`` holds an LSTM whose parts can be taken out or added, many nets side by side; ``depth`` one layer beside
several; ``digits`` the moving digits, ``film`` a real one. What they came to is stored under ``results``.
"""

from lstmlib.studies.variants.nets import CHANGES, VARIANTS, Cells, Nets

__all__ = ["CHANGES", "VARIANTS", "Cells", "Nets"]
