"""Kind or unkind, as an interactive figure: an LSTM reads a sentence word by word, beside logistic regression."""

# traitlets leaves its decorators untyped.
# mypy: disable-error-code="untyped-decorator"

import base64
from typing import Any

import numpy as np
import traitlets as t

from lstmlib.numpy.checks import Array
from lstmlib.page import bundle
from lstmlib.page.figure import Asking

MOST = 24  # words that are shown and read
CELLS = 32


class Verdict(Asking):
    """A sentence's verdict as it grows, word by word: an LSTM's and a word list's, what each word does, a cell at work.

    Args:
        text: the sentence; words after the 24th aren't read.
        word: the word that is looked at, from 1; 0 for the last.
        cell: whose gates and content are shown, from 1.
        off: cells that are switched off.
        asked: whether the net is loaded.

    Raises:
        traitlets.TraitError: a value outside its range.
    """

    _name = "verdict"
    _esm = bundle.module_script("verdict")
    _state = ("text", "word", "cell", "off", "asked")

    text = t.Unicode("The story is dull and too long, but the cast is wonderful.").tag(sync=True)
    word = t.Int(0, min=0, max=MOST).tag(sync=True)
    cell = t.Int(1, min=1, max=CELLS).tag(sync=True)
    off = t.List(t.Int(min=1, max=CELLS)).tag(sync=True)

    @staticmethod
    def given() -> dict[str, Any]:
        """Return the net and the word list.

        Returns:
            "words", with spaces between them; "vectors", their vectors as bytes in base 64, row by row, padding's and
            the unknown word's first, and "steps", what one step is in each column; "net", a safetensors file in base
            64 with all else; "rarity" and "weight", 16-bit thousandths in base 64, and "bias", of the word list.
        """
        from safetensors.numpy import load_file, save

        from lstmlib.studies.at_work.sentiment import reader
        from lstmlib.studies.at_work.sentiment.trials import FOLDER

        arrays, listed = load_file(FOLDER / "sentiment-net.safetensors"), reader.word_list()
        vectors, steps = reader.rounded(arrays.pop("embedding.weight"))
        return {
            "words": " ".join(listed.known),
            "vectors": _text(vectors),
            "steps": [float(step) for step in steps],
            "net": base64.b64encode(save(arrays)).decode(),
            "rarity": _text(np.rint(1000 * listed.rarity).astype("<i2")),
            "weight": _text(np.rint(1000 * listed.weight).astype("<i2")),
            "bias": listed.bias,
        }

    def says(self) -> dict[str, Array]:
        """Return what the library says of this sentence, each (T,), in log odds.

        Returns:
            "lstm" and "list", the verdict after each word; "lstm_without" and "list_without", how far each word moves
            the last.
        """
        from lstmlib.data.reviews import words
        from lstmlib.studies.at_work.sentiment import reader

        net, listed, split = reader.stored(), reader.word_list(), words(self.text)[:MOST]
        off = [cell - 1 for cell in self.off]
        return {
            "lstm": net.read(split, off).logits,
            "list": listed.running(split),
            "lstm_without": reader.left_out(lambda some: net.says(some, off), split),
            "list_without": reader.left_out(listed.says, split),
        }


def _text(array: Any) -> str:
    return base64.b64encode(array.tobytes()).decode()
