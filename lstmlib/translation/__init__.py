"""Encoder and decoder, with attention and without: the net, its training, what was measured, and how to do it again.

    python -m lstmlib.translation          # all of it, into lstmlib/translation/results

The texts come from ``lstmlib.data``: dates and numbers in many languages.
"""

from lstmlib.translation.net import EncoderDecoder
from lstmlib.translation.text import END, START, Alphabet, Texts

__all__ = ["END", "START", "Alphabet", "EncoderDecoder", "Texts"]
