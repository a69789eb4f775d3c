"""Encoder and decoder, with attention and without: the net, its training, what was measured, and how to do it again.

::

    python -m lstmlib.studies.translation          # all of it, into lstmlib/studies/translation/results

The texts come from ``lstmlib.data``: dates and numbers in many languages. ``net`` and ``learn`` need torch; what is
stored can be read without.
"""
