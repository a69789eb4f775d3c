"""A net that goes on with chords, as an interactive figure: a piano roll to write on, to read with, and to hear."""

# traitlets leaves its decorators untyped.
# mypy: disable-error-code="untyped-decorator"

import base64
from typing import Any, NamedTuple

import numpy as np
import traitlets as t
from numpy.typing import NDArray

from lstmlib.numpy.checks import Array
from lstmlib.page import bundle
from lstmlib.page.figure import Asking

KEYS, LOW, HIGH, MOST, CELLS = 88, 15, 60, 24, 128  # keys of a piano; those shown; chords at most; cells of a net
CADENCE = [
    [27, 34, 43, 51],
    [24, 36, 43, 51],
    [20, 36, 44, 53],
    [22, 34, 43, 53],
    [22, 32, 41, 50],
    [27, 31, 39, 51],
]


class Heard(NamedTuple):
    """What the library's net does before each of T chords, and before the one that would come."""

    p: Array  # that each key sounds, given the lower keys of the chord; of the one to come, given silence (T + 1, 88)
    nats: Array  # of each key of each chord (T, 88)
    gates: NDArray[np.float32]  # i, f, g, o (T + 1, 4, H)
    c: NDArray[np.float32]  # what the cells hold (T + 1, H)


class Chorale(Asking):
    """Chords that a net reads, what it expects of each key, one of its cells at work, and how it goes on.

    Args:
        chords: of each chord the keys that sound, from 0 for the piano's lowest, rising; at most 24 chords.
        net: "turn" for the net that draws the keys of a chord in turn, "apart" for that which draws each by itself.
        temperature: with which it goes on, 0.1 to 1.5.
        seed: of the dice.
        place: how many chords stand before the one that is looked at; -1 for the end.
        key: which the button puts or removes, 15 to 60.
        cell: whose gates and content are shown, from 1.
        off: cells that are switched off.
        asked: whether the nets are loaded.

    Raises:
        traitlets.TraitError: a value outside its range.
    """

    _name = "chorale"
    _esm = bundle.module_script("chorale")
    _state = ("asked", "chords", "net", "temperature", "seed", "place", "key", "cell", "off")

    chords = t.List(t.List(t.Int(min=0, max=KEYS - 1)), CADENCE, maxlen=MOST).tag(sync=True)
    net = t.Enum(("turn", "apart"), "turn").tag(sync=True)
    temperature = t.Float(0.8, min=0.1, max=1.5).tag(sync=True)
    seed = t.Int(0, min=0, max=999).tag(sync=True)
    place = t.Int(-1, min=-1, max=MOST).tag(sync=True)
    key = t.Int(39, min=LOW, max=HIGH).tag(sync=True)
    cell = t.Int(1, min=1, max=CELLS).tag(sync=True)
    off = t.List(t.Int(min=1, max=CELLS)).tag(sync=True)

    @t.validate("chords")
    def _check_chords(self, proposal: Any) -> list[list[int]]:
        chords: list[list[int]] = proposal["value"]
        for chord in chords:
            if sorted(set(chord)) != chord:
                raise t.TraitError(f"chords has {chord}, expected each chord's keys rising, none twice")
        return chords

    @staticmethod
    def given() -> dict[str, Any]:
        """Return both nets, "turn" and "apart", safetensors files of half precision in base 64."""
        from lstmlib.studies.at_work.music import reading

        return {
            kind: base64.b64encode((reading.FOLDER / reading.KEPT[kind]).read_bytes()).decode()
            for kind in ("turn", "apart")
        }

    def roll(self) -> NDArray[np.uint8]:
        """Return the chords as a piano roll, (T, 88)."""
        found = np.zeros((len(self.chords), KEYS), np.uint8)
        for at, chord in enumerate(self.chords):
            found[at, chord] = 1
        return found

    def heard(self) -> Heard:
        """Return what the library's net does with these chords, its cells on or off as here."""
        from lstmlib.studies.at_work.music import reading

        net = reading.switched_off(reading.stored(self.net), [cell - 1 for cell in self.off])
        roll = np.concatenate([self.roll(), np.zeros((1, KEYS), np.uint8)])
        before = np.concatenate([np.zeros((1, KEYS)), roll[:-1]]).astype(np.float32)
        cache = net.model.forward(before[:, None])[2].recurrent
        return Heard(net.says(roll), net.nats(roll)[:-1], cache.gates[:, :, 0], cache.c[1:, 0])
