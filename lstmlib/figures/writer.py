"""A net that has learnt from plays, as an interactive figure: it reads what is typed, and writes on."""

# traitlets leaves its decorators untyped.
# mypy: disable-error-code="untyped-decorator"

import base64
from string import ascii_letters
from typing import Any, NamedTuple

import numpy as np
import traitlets as t
from numpy.typing import NDArray

from lstmlib.page import bundle
from lstmlib.page.figure import Asking

LETTERS = "".join(sorted("\n !\"&',-.:;?[]" + ascii_letters))  # the plays' alphabet
MOST, CELLS, BEFORE = 480, 192, "\n"
BEGIN = "LADY MACBETH.\nI have done the deed. Didst thou not hear a noise?\n\nMACBETH.\nI heard the "


class Reading(NamedTuple):
    """What the library's net does at the line break before a text of T letters, and at each of those."""

    p: NDArray[np.float64]  # of each letter that may follow (T + 1, V)
    gates: NDArray[np.float32]  # i, f, g, o (T + 1, 4, H)
    c: NDArray[np.float32]  # what the cells hold (T + 1, H)
    bits: NDArray[np.float64]  # the surprise at each letter (T,)


class Writer(Asking):
    """A text that the net reads, what it expects next, one of its cells at work, and what it writes.

    Args:
        text: what is read, of the plays' letters alone.
        temperature: with which it writes, 0.1 to 1.5.
        cell: whose gates and content are shown, from 1.
        off: cells that are switched off.
        place: after how many letters one looks; -1 for the end.
        seed: of the dice.

    Raises:
        traitlets.TraitError: a value outside its range, or a letter that the plays don't have.
    """

    _name = "writer"
    _esm = bundle.module_script("writer")
    _state = ("asked", "text", "temperature", "cell", "off", "place", "seed")

    text = t.Unicode(BEGIN).tag(sync=True)
    temperature = t.Float(0.8, min=0.1, max=1.5).tag(sync=True)
    cell = t.Int(1, min=1, max=CELLS).tag(sync=True)
    off = t.List(t.Int(min=1, max=CELLS)).tag(sync=True)
    place = t.Int(-1, min=-1, max=MOST).tag(sync=True)
    seed = t.Int(0, min=0, max=999).tag(sync=True)

    @t.validate("text")
    def _check_text(self, proposal: Any) -> str:
        text: str = proposal["value"]
        if unknown := sorted(set(text) - set(LETTERS)):
            raise t.TraitError(f"text has {unknown[0]!r}, expected letters of the plays alone")
        if len(text) > MOST:
            raise t.TraitError(f"text has {len(text)} letters, expected at most {MOST}")
        return text

    @staticmethod
    def given() -> dict[str, Any]:
        """Return the net in base 64 as "net", its "letters", and the "cells" that go with something, from 0."""
        from safetensors.numpy import save

        from lstmlib.studies.at_work.text import record, trials

        values = {name: value.detach().numpy().astype(np.float16) for name, value in trials.stored().named_parameters()}
        return {
            "net": base64.b64encode(save(values)).decode(),
            "letters": LETTERS,
            "cells": record.read()["large"]["cells"],
        }

    def reading(self) -> Reading:
        """Return what the library's net does with this text, its cells on or off as here."""
        from lstmlib.studies.at_work.text import trials
        from lstmlib.studies.at_work.text.nets import encode, in_numpy

        model, off = in_numpy(trials.stored()), [cell - 1 for cell in self.off]
        for name in ("recurrent.weight_hh_l0", "readout.weight"):
            model.params[name][:, off] = 0.0
        symbols = encode(BEFORE + self.text, LETTERS)
        scores, _, cache = model.forward(np.eye(len(LETTERS), dtype=np.float32)[symbols][:, None])
        shifted = np.exp(scores[:, 0].astype(float) - scores[:, 0].max(1, keepdims=True))
        p = shifted / shifted.sum(1, keepdims=True)
        bits = -np.log2(p[np.arange(len(symbols) - 1), symbols[1:]])
        return Reading(p, cache.recurrent.gates[:, :, 0], cache.recurrent.c[1:, 0], bits)
