"""What is measured without a net, stored in music.json: frequencies, regressions, counts, what the data are like."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lstmlib.data.chorales import Score
from lstmlib.numpy.checks import Array
from lstmlib.studies.at_work.music import simple
from lstmlib.studies.at_work.music.task import SHIFTS, groups, per_chorale, per_group, pieces, shifted

FOLDER = Path(__file__).parents[1] / "results"
NAME, TWIN = "music.json", 8  # chords in a row that make a passage known


def load(folder: Path = FOLDER) -> dict[str, Any]:
    """Return what is stored.

    Returns:
        "data": of each part the numbers of chorales and steps; of the test also "lengths", the "share" of steps in each
        group, "twins", the share of passages of eight chords that were there to learn from, as they are and in any
        key, and the scores' "sha256". "models": by name the "nats" of each test chorale, the "groups", "valid", what it
        had on the validation part, and what was "chosen". "search": every regression and count that was tried.
    """
    return dict(json.loads((folder / NAME).read_text(encoding="utf8")))


def run(folder: Path) -> None:
    """Measure it if it isn't stored yet."""
    path = folder / NAME
    if not path.exists():
        models, search = fitted()
        found = {"data": described(), "models": models, "search": search}
        path.write_text(json.dumps(found) + "\n", encoding="utf8")


def checksum() -> str:
    """Return the SHA-256 of all piano rolls: another edition of the scores has another."""
    digest = hashlib.sha256()
    for part in pieces():
        for piece in part:
            digest.update(piece.roll.tobytes() + piece.pause.tobytes())
    return digest.hexdigest()


def described() -> dict[str, Any]:
    """Return what the chorales are like: how many, how long, how often a chord stays, what is there twice."""
    every = np.concatenate([groups(piece) for piece in pieces().test])
    parts = pieces()._asdict()
    rolls = {name: np.concatenate([piece.roll for piece in part]) for name, part in parts.items()}
    known = {name: twins(shifts) for name, shifts in (("as it is", (0,)), ("in any key", SHIFTS))}
    return {
        "pieces": {name: len(part) for name, part in parts.items()},
        "steps": {name: len(roll) for name, roll in rolls.items()},
        "notes": {name: round(float(roll.sum(1).mean()), 4) for name, roll in rolls.items()},
        "lengths": [len(piece.roll) for piece in pieces().test],
        "share": {name: round(float((every == name).mean()), 4) for name in dict.fromkeys(every.tolist())},
        "twins": known,
        "sha256": checksum(),
    }


def twins(shifts: Sequence[int]) -> float:
    """Return the share of the test's passages of eight chords that stand among those to learn from, moved by some."""

    def passages(piece: Score, by: int) -> list[bytes]:
        roll = shifted(piece.roll, by)
        return [roll[t : t + TWIN].tobytes() for t in range(len(roll) - TWIN + 1)]

    known = {one for piece in pieces().learn for by in shifts for one in passages(piece, by)}
    asked = [one in known for piece in pieces().test for one in passages(piece, 0)]
    return round(float(np.mean(asked)), 4)


def fitted() -> tuple[dict[str, Any], list[list[Any]]]:
    """Return what each simple model says of the test, and all that were tried on the validation part."""
    learn, valid, test = pieces()
    found, search = {}, []
    for name, rule in (("frequencies", simple.frequencies), ("stays", simple.stays)):
        found[name] = judged(rule(learn, test), mean(rule(learn, valid)), "")
    for in_turn in (False, True):
        name, best = f"regression{', in turn' * in_turn}", None
        for count in simple.COUNTS:
            models = simple.regressions(learn, count, in_turn=in_turn, strengths=simple.STRENGTHS)
            for strength, model in zip(simple.STRENGTHS, models, strict=True):
                nats = mean([model.nats(piece) for piece in valid])
                search.append([name, count, strength, nats])
                print(*search[-1], flush=True)
                if best is None or nats < best[0]:
                    best = (nats, count, strength, model)
        assert best is not None
        found[name] = judged([best[3].nats(piece) for piece in test], best[0], [best[1], best[2]])
        found |= counted(name, best[3], search, (0,))
        found |= counted(f"{name}, all keys", best[3], search, SHIFTS)
    return found, search


def counted(
    name: str, base: simple.Regression, search: list[list[Any]], shifts: Sequence[int]
) -> dict[str, dict[str, Any]]:
    """Return what counts of whole chords say on top of a regression, their order and weight chosen."""
    learn, valid, test = pieces()
    name, best, below = f"counts on {name}", None, [base.nats(piece) for piece in valid]
    after = simple.counts(learn, shifts)
    for order in (1, 2):
        for weight in simple.WEIGHTS:
            model = simple.Counted(learn, order, weight, after)
            nats = mean([model.nats(piece, own) for piece, own in zip(valid, below, strict=True)])
            search.append([name, order, weight, nats])
            print(*search[-1], flush=True)
            if best is None or nats < best[0]:
                best = (nats, order, weight, model)
    assert best is not None
    return {name: judged([best[3].nats(p, base.nats(p)) for p in test], best[0], [best[1], best[2]])}


def mean(values: Sequence[Array]) -> float:
    """Return the nats of a step, over all steps of all chorales."""
    return round(float(np.concatenate(list(values)).mean()), 4)


def judged(values: Sequence[Array], valid: float, chosen: Any) -> dict[str, Any]:
    """Return what is stored of a model: the nats of each test chorale, of each group of steps, and what was chosen."""
    return {"nats": per_chorale(values), "groups": per_group(values, pieces().test), "valid": valid, "chosen": chosen}
