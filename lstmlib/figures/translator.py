"""A message into French, as an interactive figure: a stored net that runs in the page when asked, and a memory."""

import base64
from functools import cache
from typing import Any

import traitlets as t

from lstmlib.page import bundle
from lstmlib.page.figure import Asking

BEAM, MOST = 5, 18  # beginnings that are kept; words of a translation at most


class Translator(Asking):
    """A message of a program, a net's translation word by word with its attention, and the nearest message learnt from.

    Args:
        text: the message; its first eight words and marks are read.
        word: which word of the translation is looked at, from 1; more than there are is the last.
        begin: words with which the translation has to begin, of those that the net can say.
        width: beginnings that are kept: 5, or 1 for greedy decoding.
        asked: whether net and memory are loaded.

    Raises:
        traitlets.TraitError: a value outside its range.
    """

    _name = "translator"
    _esm = bundle.module_script("translator")
    _state = ("asked", "text", "word", "begin", "width")

    text = t.Unicode("Show all tabs").tag(sync=True)
    word = t.Int(1, min=1, max=MOST).tag(sync=True)
    begin = t.List(t.Unicode(), maxlen=MOST).tag(sync=True)
    width = t.Enum((BEAM, 1), BEAM).tag(sync=True)

    @staticmethod
    @cache
    def given() -> dict[str, Any]:
        """Return what is loaded.

        Returns:
            "net", a safetensors file in base 64; "source" and "target", the words that it knows, in order; "memory",
            a message a line, its words between spaces, a tab, its translation's; "dictionary", pairs of a word and
            its likeliest translation.
        """
        from lstmlib.studies.at_work.translation import memory, reading
        from lstmlib.studies.at_work.translation.task import vocabularies

        source, target = vocabularies()
        return {
            "net": base64.b64encode((reading.FOLDER / reading.KEPT).read_bytes()).decode(),
            "source": source.words,
            "target": target.words,
            "memory": [" ".join(pair.source) + "\t" + " ".join(pair.target) for pair in memory.memory().pairs],
            "dictionary": [[word, memory.best(word)] for word in memory.dictionary() if word != memory.NULL],
        }

    def words(self) -> list[str]:
        """Return the words of the message that are read."""
        from lstmlib.data.messages import cut
        from lstmlib.studies.at_work.translation.task import LONGEST

        return cut(self.text)[0][:LONGEST]

    def says(self) -> list[Any]:
        """Return the library's translations, ``reading.Translation``, the best first."""
        from lstmlib.studies.at_work.translation import reading
        from lstmlib.studies.at_work.translation.task import vocabularies

        begin = [vocabularies()[1].words.index(word) for word in self.begin]
        return reading.stored().translate(self.words(), self.width, begin)
