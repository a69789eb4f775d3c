"""Handwriting: digits one by one and in strings, by nets and by what a practitioner would try before.

``strings`` says how strings are made; ``reading`` what is compared and stored; ``nets`` how nets learn, with CTC and
without; ``rules`` what needs no net; ``digits`` compares single digits. ``run`` makes all of it again, and what the
figure and the page ask for is here. ``nets`` and ``digits`` need PyTorch; the rest doesn't.
"""

import copy
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lstmlib.numpy import SequenceModel
from lstmlib.numpy.checks import Array
from lstmlib.numpy.ctc import beam_search, best_path, edit_distance, label_error_rate
from lstmlib.studies import protocol
from lstmlib.studies.at_work.handwriting import reading, rules
from lstmlib.studies.at_work.handwriting.reading import CELLS, Trial
from lstmlib.studies.at_work.handwriting.strings import Strings

FOLDER = Path(__file__).parents[1] / "results"
WIDTHS = (2, 8)  # of the beam
CUT = {"validation": 100, "test": 300}  # strings that the rule cuts, the first of those the nets are judged by
CUT_FROM = 7494  # digits that the rule compares with, cut out of the strings that are learnt from


def run(folder: Path) -> None:
    """Run what isn't stored yet: single digits, the rule for strings, the nets, and how the first of them is read.

    Args:
        folder: where the results are.
    """
    from lstmlib.studies.at_work.handwriting import digits, nets

    digits.run(folder)
    nets.run(folder)
    for name, measure in (("rule", measure_rule), ("read", lambda: measure_reading(stored("CTC", folder)))):
        if not (path := folder / f"handwriting-{name}.json").exists():
            path.write_text(json.dumps(measure()) + "\n")


def load(folder: Path = FOLDER) -> list[Trial]:
    """Return the stored nets' trials."""
    return reading.load(folder)


def stored(kind: str = "CTC", folder: Path = FOLDER) -> SequenceModel:
    """Return a kind's first test net, as it was when it had learnt."""
    return reading.stored(kind, folder)


def measured(name: str, folder: Path = FOLDER) -> dict[str, Any]:
    """Return what is stored of "digits", of the "rule" that cuts strings, or of how the first net is "read"."""
    return json.loads((folder / f"handwriting-{name}.json").read_text())


def measure_rule() -> dict[str, Any]:
    """Cut strings by the cheapest way to explain them, and at their true ends, which the rule isn't told.

    Its neighbours are digits cut out of the strings that are learnt from, at their true ends, and so drawn, slanted and
    stretched as the test's are.

    Returns:
        "prices", those chosen; "search", what each pair reached on the validation strings; "error" on the first
        300 test strings and "each", how many labels are wrong in each; "given_cuts", the error if true ends are told.
    """
    learn, judge = reading.learnt("validation"), reading.judged("validation").some(list(range(CUT["validation"])))
    found = [rules.stretches(rules.cut_out(learn, CUT_FROM), judge.x[:T, n]) for n, T in enumerate(judge.lengths)]
    search = rules.search(found, judge)
    price, between = protocol.chosen(search)
    learn, judge = reading.learnt("test"), reading.judged("test").some(list(range(CUT["test"])))
    source = rules.cut_out(learn, CUT_FROM)
    found = [rules.stretches(source, judge.x[:T, n]) for n, T in enumerate(judge.lengths)]
    said = [rules.cut(own, int(T), price, between) for own, T in zip(found, judge.lengths, strict=True)]
    wanted = reading.wanted(judge)
    each = "".join(str(min(9, edit_distance(a, b))) for a, b in zip(said, wanted, strict=True))
    test = rules.cut_out(judge, int(judge.target_lengths.sum()))
    given = rules.nearest(source, test.points)[0] != test.digit
    return {
        "prices": [price, between],
        "search": [[*pair, round(values[0], 4)] for pair, values in search.items()],
        "error": round(label_error_rate(said, wanted), 5),
        "each": each,
        "given_cuts": round(float(given.mean()), 5),
    }


def measure_reading(model: SequenceModel) -> dict[str, Any]:
    """Return how the test strings are read from a net in several ways, and where it says its labels.

    Returns:
        "best path" and the widths of the beam: label error rates; "differ", strings that the widest beam reads other
        than the best path does; "better" and "worse", how many of those have fewer or more errors by the beam;
        "place", how far into its digit a label is said, 0 for the first point and 1 for the last, of those said once
        and inside: the quantiles 0.1, 0.5 and 0.9; "inside", the share of these labels that are said inside the digit.
    """
    test = reading.judged("test")
    logs, wanted = reading.log_probabilities(model, test), reading.wanted(test)
    said = {"best path": [[k - 1 for k in best_path(one)] for one in logs]}
    for width in WIDTHS:
        said[str(width)] = [[k - 1 for k in beam_search(one, width)[0][0]] for one in logs]
    pairs = list(zip(said["best path"], said[str(WIDTHS[-1])], wanted, strict=True))
    gain = [edit_distance(path, right) - edit_distance(beam, right) for path, beam, right in pairs if path != beam]
    places, inside = said_at(test, logs)
    return {name: round(label_error_rate(one, wanted), 5) for name, one in said.items()} | {
        "differ": len(gain),
        "better": sum(value > 0 for value in gain),
        "worse": sum(value < 0 for value in gain),
        "place": [round(float(q), 3) for q in np.quantile(places, (0.1, 0.5, 0.9))],
        "inside": round(inside, 4),
    }


def said_at(test: Strings, logs: Sequence[Array]) -> tuple[list[float], float]:
    """Return where in its digit each label of a rightly read string is said, and the share said inside it.

    Args:
        test: the strings.
        logs: of each, log probabilities (T, 11).

    Returns:
        0 for a digit's first point to 1 for its last, of the middle of each run, and the share of runs whose middle
        lies inside the digit that they say.
    """
    places, total = [], 0
    for n, one in enumerate(logs):
        best, owner = one.argmax(-1), test.owner[: len(one), n]
        if [k - 1 for k in best_path(one)] != test.digits(n):
            continue
        for d, middle in enumerate(middles(best)):
            own = np.flatnonzero(owner == d)
            total += 1
            if len(own) > 1 and own[0] <= middle <= own[-1]:
                places.append((middle - own[0]) / (own[-1] - own[0]))
    return places, len(places) / max(1, total)


def middles(best: Sequence[int] | Any) -> list[float]:
    """Return the middle step of each run of a best path that isn't blank."""
    found: list[list[int]] = []
    for t, k in enumerate(best):
        if k and t and k == best[t - 1]:
            found[-1][1] = t
        elif k:
            found.append([t, t])
    return [(first + last) / 2.0 for first, last in found]


def switched_off(model: SequenceModel, cells: Sequence[int]) -> SequenceModel:
    """Return a copy of a net in which nobody sees these cells: the gates don't, and the read-out doesn't.

    Args:
        model: as ``reading.empty`` builds it, of two directions.
        cells: which: 0 to 31 read from the front, 32 to 63 from the end.
    """
    other = copy.deepcopy(model)
    there, back = ([c - first for c in cells if 0 <= c - first < CELLS] for first in (0, CELLS))
    other.params["recurrent.weight_hh_l0"][:, there] = 0.0
    other.params["recurrent.weight_hh_l0_reverse"][:, back] = 0.0
    other.params["readout.weight"][:, list(cells)] = 0.0
    return other


def interval(each: Sequence[int] | str, other: Sequence[int] | str, draws: int = 2000) -> tuple[float, float, float]:
    """Return how many times as many wrong labels one side has as another, and the bootstrap's 95 percent interval.

    Strings are drawn again with replacement, both sides' together.

    Args:
        each: wrong labels of each string, or all nets' sums.
        other: of the same strings.
        draws: how often.
    """
    a, b = (np.array([int(value) for value in one], float) for one in (each, other))
    at = np.random.default_rng(0).integers(len(a), size=(draws, len(a)))
    low, high = np.quantile(a[at].sum(1) / np.maximum(b[at].sum(1), 1.0), (0.025, 0.975))
    return float(a.sum() / b.sum()), float(low), float(high)
