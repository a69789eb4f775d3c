"""What the chapter on variants measured with more nets than a page can train: ``python -m lstmlib.studies.variants``.

``nets`` holds an LSTM whose parts can be taken out or added, many nets side by side; ``studies`` the runs with it;
``digits`` the moving digits. Each run is stored small under ``results``, with how it was made.
"""

from lstmlib.studies.variants.nets import CHANGES, VARIANTS, Cells, Nets
from lstmlib.studies.variants.store import stored

__all__ = ["CHANGES", "VARIANTS", "Cells", "Nets", "stored"]
