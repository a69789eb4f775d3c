"""Who was ahead on the pages of this part: each row is computed from what those pages' studies stored."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from lstmlib.numpy.checks import Array


class Contest(NamedTuple):
    """One page's question, the LSTM's answer to it and the simplest serious method's."""

    page: str
    asked: str
    simple: str  # that method
    unit: str
    values: tuple[float, float]  # the simple method's and the LSTM's, for several nets their mean or median
    gain: tuple[float, float, float]  # by how much the LSTM is better, in the unit, and its 95 percent interval
    over: str  # what the interval is over
    digits: int = 2

    @property
    def verdict(self) -> str:
        """Return "ahead" or "behind" if the interval says so, and "tie" if it includes 0."""
        _, low, high = self.gain
        return "ahead" if low > 0.0 else "behind" if high < 0.0 else "tie"


def text() -> Contest:
    """Return bits a character on unseen plays, beside n-grams: Student's interval over nets."""
    from lstmlib.studies.at_work.text import measure, record, trials

    table = record.read()["tables"]["bits"]
    mean, low, high = measure.mean_interval([one.bits for one in trials.tested(trials.load(), "LSTM")])
    gain = (table - mean, table - high, table - low)
    return Contest("text", "next character of a play", "n-grams", "bits", (table, mean), gain, "nets")


def sentiment() -> Contest:
    """Return the share of sentences judged rightly, beside logistic regression: the bootstrap over both."""
    from lstmlib.studies.at_work.sentiment import rest, task, trials

    data = task.sentences()
    positive = data.positive[data.test]
    net, bag = ((np.atleast_2d(logits) > 0) == positive for logits in _logits(rest, trials))
    found = task.gap(net, bag)
    values = (100 * float(bag.mean()), 100 * float(net.mean()))
    gain = (found.points, found.low, found.high)
    return Contest(
        "sentiment",
        "mood of a sentence",
        "logistic regression",
        "percent right",
        values,
        gain,
        "sentences and nets",
        1,
    )


def _logits(rest: object, trials: object) -> tuple[Array, Array]:
    return trials.logits(trials.load(), "pooling", "last"), rest.logits(rest.load())  # type: ignore[attr-defined]


def labelling() -> list[Contest]:
    """Return the share of words labelled rightly, beside a CRF: the bootstrap over addresses, or names, and nets."""
    from lstmlib.studies.at_work.labelling import learn, measures, parts, running

    asked = {
        ("addresses", "forward"): "parts of an address, from the left",
        ("addresses", "chain"): "the same both ways, with a CRF on top",
        ("names", "chain"): "parts of a name, both ways, with a CRF on top",
    }
    found = []
    for (data, name), question in asked.items():
        given = parts.parts(data)["test"]
        crf, net = ([learn.judged(given, said) for said in running.said_by(one, data=data)] for one in ("crf", name))
        gain = tuple(100 * value for value in measures.gain(net, crf, "words"))
        values = tuple(100 * measures.mean(one, "words") for one in (crf, net))
        over = f"{data} and nets"
        found.append(
            Contest("labelling", question, "CRF, own features", "percent right", values, gain, over, 1)  # type: ignore[arg-type]
        )
    return found


def electricity(beside: str = "exponential smoothing") -> Contest:
    """Return the error of forecasts a day ahead, beside one that needs no net: the bootstrap over days.

    Args:
        beside: "exponential smoothing" or "ridge regression", with which the page had begun.
    """
    from lstmlib.data import electricity as series
    from lstmlib.studies.at_work import demand, electricity

    y, at = series(), demand.origins(demand.TEST)
    learnt = demand.LEARN[0], demand.VALIDATION[1]
    if beside == "exponential smoothing":
        forecast = demand.smoothing_forecast(y, at, demand.smoothing(y, learnt))
    else:
        forecast = demand.ridge_forecast(y, at, demand.ridge(y, learnt, *demand.ridge_chosen(y)))
    error = demand.following(y, at) - forecast
    trials = electricity.tested(electricity.load(), "LSTM")
    days = np.sqrt((np.array([one.days for one in trials]) ** 2).mean(0))
    ratio, low, high = demand.ratio(list(days), list(demand.by_day(error)))
    simple = demand.rmse(error)
    gain = tuple(simple * (1.0 - value) for value in (ratio, high, low))
    median = float(np.median(electricity.values(electricity.load(), "LSTM")))
    return Contest("time-series", "electricity a day ahead", beside, "MW of error", (simple, median), gain, "days", 0)  # type: ignore[arg-type]


def markets() -> list[Contest]:
    """Return tomorrow's direction beside always up, and its variance beside formulas that read the same."""
    from lstmlib.studies.at_work.markets import nets, record, task

    series, trials, stored = task.days(), nets.load(), record.stored()
    at = task.origins(series, task.TEST)
    came = series.returns[at + 1]
    rose = came > 0.0
    said = record.directions(series, trials, stored["usual"])
    right = [100.0 * float((rose == said[name].T).mean()) for name in (record.UP, record.NET)]
    low, high = (100.0 * value for value in stored["intervals"][record.NET]["gain"])
    over = "days and nets"
    gain = (right[1] - right[0], low, high)
    found = [
        Contest("markets", "will the index rise?", "always up", "percent right", (right[0], right[1]), gain, over, 1)
    ]
    variances = record.variances(series, trials)
    pairs = {
        "how far it moves, from returns": ("GJR-GARCH", "LSTM on returns"),
        "the same, with each day's range": ("HAR on ranges and falls", "LSTM on returns and ranges"),
    }
    for question, names in pairs.items():
        cost = [_by_day(task.qlike, variances[name], came) for name in names]
        difference = task.diebold_mariano(cost[0], cost[1])
        values = (float(cost[0].mean()), float(cost[1].mean()))
        three = (difference.mean, difference.low, difference.high)
        found.append(Contest("markets", question, names[0], "QLIKE", values, three, "days", 3))
    return found


def _by_day(qlike: Callable[[Array, Array], Array], v: Array, came: Array) -> Array:
    return qlike(v, came) if v.ndim == 1 else np.mean([qlike(one, came) for one in v.T], 0)


def handwriting() -> list[Contest]:
    """Return digits one by one beside the nearest neighbour, and in strings beside a rule that cuts."""
    from lstmlib.studies.at_work import handwriting as hand
    from lstmlib.studies.at_work.handwriting import reading

    single, rule = hand.measured("digits"), hand.measured("rule")
    wrong, nets = single["one neighbour"], np.array(single["LSTM"])
    first = Contest(
        "handwriting",
        "a digit by itself",
        "nearest neighbour",
        "percent wrong",
        (100 * wrong, 100 * float(nets.mean())),
        apart(wrong, nets, 3498),
        "digits and nets",
        1,
    )
    strings = reading.tested(hand.load(), "CTC")
    each = [sum(int(one.each[k]) for one in strings) for k in range(len(rule["each"]))]
    times, low, high = hand.interval(each, [int(value) * len(strings) for value in rule["each"]])
    error = 100 * rule["error"]
    gain = tuple(error * (1.0 - value) for value in (times, high, low))
    values = (error, error * times)
    question = "digits in a line, places unknown"
    second = Contest("handwriting", question, "cut and compare", "percent wrong", values, gain, "strings", 1)  # type: ignore[arg-type]
    return [first, second]


def apart(simple: float, nets: Sequence[float] | Array, count: int) -> tuple[float, float, float]:
    """Return by how many points a net's share of errors is lower, with an interval over nets and over what was judged.

    Which ones were wrong isn't stored, so the two shares are taken for independent: an interval that is too wide.

    Args:
        simple: the other method's share of errors.
        nets: each net's.
        count: how many were judged.
    """
    x = np.asarray(nets, float)
    mean = float(x.mean())
    judged = (simple * (1.0 - simple) + mean * (1.0 - mean)) / count
    half = 1.96 * float(np.sqrt(judged + x.var(ddof=1) / len(x)))
    return 100 * (simple - mean), 100 * (simple - mean - half), 100 * (simple - mean + half)


def speech() -> Contest:
    """Return the share of utterances whose speaker is found, beside a regression: the bootstrap over both."""
    from lstmlib.data import vowels
    from lstmlib.studies.at_work.sentiment.task import gap
    from lstmlib.studies.at_work.speech import reading, record

    speaker, trials = vowels().test().speaker, reading.load()
    plain = ~reading.wrong(record.load()["regression"]["said"], speaker)
    nets = np.array([~reading.wrong(one.said, speaker) for one in reading.tested(trials, reading.best_side(trials))])
    found = gap(nets, plain[None])
    values = (100 * float(plain.mean()), 100 * float(nets.mean()))
    gain = (found.points, found.low, found.high)
    over = "utterances and nets"
    return Contest("speech", "which of nine speakers?", "regression", "percent right", values, gain, over, 1)


def music() -> list[Contest]:
    """Return the nats of a chorale's next chord, beside counts of chords: the bootstrap over chorales and nets."""
    from lstmlib.studies.at_work.music import reading, record

    stored, trials = record.load(), reading.tested(reading.load(), "turn")
    lengths = np.array(stored["data"]["lengths"])
    counts = np.array(stored["models"]["counts on regression, in turn, all keys"]["nats"])
    sides = {
        "next chord of a chorale": [net.nats for net in trials],
        "the same, on top of the counts": [net.counted["in any key"] for net in trials],
    }
    found = []
    for question, own in sides.items():
        nets = np.array(own)
        one = reading.difference(nets, counts, lengths)
        values = (float(counts.sum() / lengths.sum()), float(np.median(nets.sum(1) / lengths.sum())))
        gain = (one.nats, one.low, one.high)
        found.append(Contest("music", question, "counts of chords", "nats", values, gain, "chorales and nets"))
    return found


def translation() -> list[Contest]:
    """Return BLEU on messages of known programs and of another one, beside a memory: over messages and nets."""
    from lstmlib.studies.at_work.translation import record

    stored, over = record.load(), "messages and nets"
    asked = {"test": "French for a program's messages", "another": "the same for another program"}
    found = []
    for name, question in asked.items():
        scores = stored[name]["scores"]
        values = tuple(float(np.mean([bleu for bleu, *_ in scores[side]])) for side in ("memory", "longer"))
        gain = tuple(stored[name]["gaps"]["longer - memory"])
        found.append(Contest("translation", question, "nearest message", "BLEU", values, gain, over, 1))  # type: ignore[arg-type]
    return found


def anomalies() -> list[Contest]:
    """Return the share found of anomalies that were put in, beside the shape of a beat: over anomalies and nets."""
    from lstmlib.studies.at_work.anomalies import reading, record
    from lstmlib.studies.at_work.sentiment.task import gap

    stored, trials = record.load(), reading.load()
    asked = {"pulse": "what doesn't fit in a pulse", "heartbeats": "what doesn't fit in a heart's beats"}
    found = []
    for name, question in asked.items():
        own = [net.found["put"]["next"] for net in reading.tested(trials, name)]
        nets, shape = record.hits(own), record.hits([stored[name]["put"]["discord"]])
        one = gap(nets, shape)
        values = (100 * float(shape.mean()), 100 * float(nets.mean()))
        gain = (one.points, one.low, one.high)
        found.append(
            Contest("anomalies", question, "shape of a beat", "percent found", values, gain, "anomalies and nets", 1)
        )
    return found


def gates() -> Contest:
    """Return the variance that the nets of "What gates do" forecast, beside a weighted mean of squares."""
    from lstmlib.studies.at_work.gates import record
    from lstmlib.studies.at_work.text import measure

    nets = list(record.of_kind(record.load(), "prices").values())
    simple = float(nets[0]["simple"])
    mean, low, high = measure.mean_interval([net["score"] for net in nets])
    gain = (simple - mean, simple - high, simple - low)
    question = "how far it moves, 16 cells"
    return Contest("what-gates-do", question, "weighted mean", "QLIKE", (simple, mean), gain, "nets", 3)


def contests() -> list[Contest]:
    """Return all, in the order of the pages."""
    language = [text(), sentiment(), *labelling(), *translation()]
    numbers = [electricity(), *markets(), *anomalies(), *handwriting(), speech(), *music(), gates()]
    return [*language, *numbers]
