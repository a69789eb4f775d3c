"""lstmlib: the library behind *The Memory Cell*, an executable textbook on Long Short-Term Memory.

Rooms: ``numpy`` (the reference layers), ``torch`` (the same layers as ``nn.Module``), ``online`` (the learners of the
1990s), ``tasks`` (the sequence problems), ``data`` (real series, read from packages that carry them), ``figures``
(the interactive figures), ``page`` (what they share, and what runs in the page), ``plots`` (static plots and their
style); and ``files``, which saves and loads parameters. Nothing is imported here, so that
each room loads only what it needs.
"""

__version__ = "0.1.0"
