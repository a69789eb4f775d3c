"""What is stored: a line a net, "gates.jsonl"; and what follows from it, claim by claim."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from lstmlib.output import OWN
from lstmlib.studies import journal
from lstmlib.studies.at_work.gates import measures
from lstmlib.studies.at_work.gates.measures import Act, Seen, Verdict

FOLDER = Path(__file__).parents[1] / "results"
NETS = OWN / "at_work" / "gates"  # nets that were trained for this and aren't stored with the library
SEEDS = range(10)
KINDS = ("prices", "pen", "text", "chords")


class Claim(NamedTuple):
    """One of the twelve."""

    field: str
    gate: str
    told: str
    kind: str  # whose nets test it, one of KINDS
    name: str  # as the kind's module calls it
    lower: bool = False  # the claim has the gate lower


CLAIMS = (
    Claim("language", "forget", "resets subject memory when a new sentence begins", "text", "sentence", True),
    Claim("language", "input", "captures important nouns", "text", "nouns"),
    Claim("language", "output", "reveals grammatical context", "text", "grammar"),
    Claim("prices", "forget", "discards outdated patterns", "prices", "outdated", True),
    Claim("prices", "input", "stores significant changes", "prices", "changes"),
    Claim("prices", "output", "outputs relevant history", "prices", "history"),
    Claim("music", "forget", "clears at phrase boundaries", "chords", "phrases", True),
    Claim("music", "input", "records motifs", "chords", "motifs"),
    Claim("music", "output", "reveals rhythmic context", "chords", "rhythm"),
    Claim("handwriting", "forget", "resets at character boundaries", "pen", "characters", True),
    Claim("handwriting", "input", "stores distinctive strokes", "pen", "strokes"),
    Claim("handwriting", "output", "outputs identity", "pen", "identity"),
)


def bench(kind: str, folder: Path) -> Any:
    """Return what all nets of a kind are asked."""
    if kind == "prices":
        from lstmlib.studies.at_work.gates import prices

        return prices.Bench(folder)
    if kind == "pen":
        from lstmlib.studies.at_work.gates import pen

        return pen.Bench()
    if kind == "chords":
        from lstmlib.studies.at_work.gates import chords

        return chords.Bench()
    from lstmlib.studies.at_work.gates import language

    return language.Bench()


def run(folder: Path = FOLDER) -> None:
    """Train and measure what isn't stored yet.

    Args:
        folder: where "gates.jsonl" is; each line is written as a net is done.
    """
    NETS.mkdir(parents=True, exist_ok=True)
    for kind in KINDS:
        missing = [seed for seed in SEEDS if seed not in of_kind(load(folder), kind)]
        if not missing:
            continue
        asked = bench(kind, folder)
        for seed in missing:
            line = {"kind": kind, "seed": seed, **asked.measure(seed, folder if kind == "prices" else NETS)}
            journal.add(folder / "gates.jsonl", _rounded(line))
            print(kind, seed, round(line["score"], 4), flush=True)
    path = folder / "gates-afterwards.json"
    stored = json.loads(path.read_text()) if path.exists() else {}
    for kind in [kind for kind in KINDS if kind not in stored]:
        path.write_text(json.dumps(stored := stored | {kind: afterwards(kind, folder)}) + "\n")
    path = folder / "gates-passages.json"
    stored = passages_of(folder) if path.exists() else {}
    for kind in sorted({claim.kind for claim in CLAIMS if claim.name not in stored}):
        from lstmlib.studies.at_work.gates import passages

        stored |= passages.make(kind, folder if kind == "prices" else NETS)
        path.write_text(json.dumps(stored, ensure_ascii=False) + "\n")


def afterwards(kind: str, folder: Path) -> dict[str, list[list[float]]]:
    """Return of each claim, three numbers a net, what was thought of after its measures had been seen.

    What comes out if places are compared with all steps, matched by nothing; and the shares of cells that tell places
    from partners and differ there by a tenth of a gate's range, in the learnt net and in the untrained one.
    """
    asked = bench(kind, folder)
    found: dict[str, list[list[float]]] = {}
    for seed in SEEDS:
        for name, values in asked.afterwards(seed, folder if kind == "prices" else NETS).items():
            found.setdefault(name, []).append([round(value, 5) for value in values])
    return found


def load(folder: Path = FOLDER) -> list[dict[str, Any]]:
    """Return what is stored, a net each; a last line that was cut off is left out."""
    return journal.lines(folder / "gates.jsonl")


def of_kind(found: list[dict[str, Any]], kind: str) -> dict[int, dict[str, Any]]:
    """Return the nets of one kind, by seed."""
    return {line["seed"]: line for line in sorted(found, key=lambda line: line["seed"]) if line["kind"] == kind}


def acts(found: list[dict[str, Any]], claim: Claim, which: str = "learnt") -> list[Act]:
    """Return what the gate of a claim does in each net, "learnt" or "untrained", by seed."""
    return [Act(*net["claims"][claim.name][which]) for net in of_kind(found, claim.kind).values()]


def seen(found: list[dict[str, Any]], claim: Claim) -> Seen:
    """Return what is judged of a claim."""
    learnt, raw = acts(found, claim), acts(found, claim, "untrained")
    clamps = [net["claims"][claim.name]["clamp"] for net in of_kind(found, claim.kind).values()]
    return Seen(
        claim.lower,
        [one.place - one.partner for one in learnt],
        [one.cells for one in learnt],
        [one.cells for one in raw],
        [place - partner for place, partner in clamps],
    )


def verdicts(found: list[dict[str, Any]]) -> Mapping[str, Verdict]:
    """Return the verdict on each claim, by its name."""
    return measures.judged({claim.name: seen(found, claim) for claim in CLAIMS})


def passages_of(folder: Path = FOLDER) -> dict[str, dict[str, Any]]:
    """Return a passage to be looked at for each claim, by its name, as ``passages.passage`` has it."""
    return json.loads((folder / "gates-passages.json").read_text())


def seen_afterwards(folder: Path = FOLDER) -> dict[str, list[list[float]]]:
    """Return what is stored of ``afterwards``, by a claim's name."""
    stored = json.loads((folder / "gates-afterwards.json").read_text())
    return {name: values for kind in KINDS for name, values in stored[kind].items()}


def _rounded(found: Any) -> Any:
    """Return the same with numbers of at most five decimals."""
    if isinstance(found, dict):
        return {name: _rounded(value) for name, value in found.items()}
    if isinstance(found, np.ndarray):
        return [[round(float(v), 3) for v in row] for row in found]
    if isinstance(found, list | tuple):
        return [_rounded(value) for value in found]
    return round(float(found), 5) if isinstance(found, float | np.floating) else found
