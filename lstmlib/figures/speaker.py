"""Who of nine is speaking, as an interactive figure: two LSTMs and a regression hear an utterance frame by frame."""

# traitlets leaves its decorators untyped.
# mypy: disable-error-code="untyped-decorator"

import base64
from functools import cache
from typing import Any

import numpy as np
import traitlets as t

from lstmlib.numpy.checks import Array
from lstmlib.page import bundle
from lstmlib.page.figure import Asking

CELLS, COUNT, LONGEST = 32, 370, 58  # of a net; test utterances; frames of the longest, if each is there twice
AS_IS, STEP = "as it is", 1e-4  # coefficients are handed on as whole numbers of it
CHANGES = (AS_IS, "backwards", "slower", "faster", "first half", "second half", "another before", "another after")


@cache
def drowned() -> Array:
    """Return what drowned frames become, in standard deviations from the mean, to a thousandth: (58, 12)."""
    return np.round(np.random.default_rng(7).standard_normal((LONGEST, 12)), 3)


class Speaker(Asking):
    """An utterance of the test, heard up to a frame: what a net and a regression say after each, a cell at work.

    Args:
        number: which of the 370, from 0.
        change: what is done to it, one of ``CHANGES``.
        noise: frames that noise drowns, from 1, after the change.
        heard: how many frames are heard; more than there are is all.
        net: "every" for the one that was asked after every frame, "last" for that asked after the last.
        guess: what the reader expects of the verdict from here on: "stays", "changes" or nothing yet.
        since: the frame after which that was guessed.
        cell: whose gates and content are shown, from 1.
        off: cells that are switched off.
        asked: whether nets and utterances are loaded.

    Raises:
        traitlets.TraitError: a value outside its range.
    """

    _name = "speaker"
    _esm = bundle.module_script("speaker")
    _state = ("number", "change", "noise", "heard", "net", "guess", "since", "cell", "off", "asked")

    number = t.Int(0, min=0, max=COUNT - 1).tag(sync=True)
    change = t.Enum(CHANGES, AS_IS).tag(sync=True)
    noise = t.List(t.Int(min=1, max=LONGEST)).tag(sync=True)
    heard = t.Int(1, min=1, max=LONGEST).tag(sync=True)
    net = t.Enum(("every", "last"), "every").tag(sync=True)
    guess = t.Enum(("", "stays", "changes"), "").tag(sync=True)
    since = t.Int(1, min=1, max=LONGEST).tag(sync=True)
    cell = t.Int(1, min=1, max=CELLS).tag(sync=True)
    off = t.List(t.Int(min=1, max=CELLS)).tag(sync=True)

    @staticmethod
    def given() -> dict[str, Any]:
        """Return the utterances, both nets and the regression.

        Returns:
            "frames", all coefficients as 16-bit whole numbers of 0.0001 in base 64; "lengths"; "speaker"; "partner",
            whose frames stand before or after; "mean" and "spread" of each coefficient; "noise"; "nets", safetensors
            files in base 64; "wrong", the utterances that each has wrong; "weight" and "bias" of the regression.
        """
        from safetensors.numpy import save

        from lstmlib.data.vowels import vowels
        from lstmlib.studies.at_work.speech import reading, record, task

        test, scaled, stored = vowels().test(), task.scale(vowels().learn()), record.load()["prefixes"]
        nets, wrong = {}, {}
        for side in reading.KEPT:
            model = reading.stored(side)
            packed = {name: np.ascontiguousarray(value, np.float32) for name, value in model.params.items()}
            nets[side] = base64.b64encode(save(packed)).decode()
            said = [reading.log_probabilities(model, scaled, own)[-1].argmax() for own in test.frames]
            wrong[side] = np.flatnonzero(np.array(said) != test.speaker).tolist()
        whole = np.rint(np.concatenate(test.frames) / STEP).astype("<i2")
        return {
            "frames": base64.b64encode(whole.tobytes()).decode(),
            "lengths": [len(own) for own in test.frames],
            "speaker": test.speaker.tolist(),
            "partner": task.partners(test),
            "mean": scaled.mean.tolist(),
            "spread": scaled.spread.tolist(),
            "noise": drowned().tolist(),
            "nets": nets,
            "wrong": wrong,
            "weight": stored["weight"],
            "bias": stored["bias"],
        }

    def frames(self) -> Array:
        """Return the frames that there are to be heard, (T, 12), changed and drowned as the state says."""
        from lstmlib.data.vowels import vowels
        from lstmlib.studies.at_work.speech import task

        test, scaled = vowels().test(), task.scale(vowels().learn())
        test = test._replace(frames=[np.rint(own / STEP) * STEP for own in test.frames])
        whole = test if self.change == AS_IS else task.changed(test, self.change)
        frames = whole.frames[self.number].copy()
        for n in (frame - 1 for frame in self.noise if frame <= len(frames)):
            frames[n] = scaled.mean + scaled.spread * drowned()[n]
        return np.asarray(frames)

    def says(self) -> dict[str, Array]:
        """Return what the library says: the probabilities of the nine after each frame, (T, 9).

        Returns:
            those of the "net" and of the "regression".
        """
        from lstmlib.data.vowels import vowels
        from lstmlib.studies.at_work.speech import reading, record, simple, task

        model = reading.switched_off(reading.stored(self.net), [cell - 1 for cell in self.off])
        stored, frames = record.load()["prefixes"], self.frames()
        regression = simple.running(np.array(stored["weight"]), np.array(stored["bias"]), frames)
        net = reading.log_probabilities(model, task.scale(vowels().learn()), frames)
        return {"net": np.exp(net), "regression": np.exp(regression)}
