"""The checks of the page on anomalies."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lstmlib.exercises.report import attempt, attempts, compare, right
from lstmlib.studies.at_work.anomalies import task

RATES = ((0.0001, 1.0, 0.01), (0.01, 0.8, 0.05), (0.2, 0.5, 0.1), (0.001, 0.99, 0.0001))


def check_worth(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(share, found, false)`` is the probability that an alarm is right.

    Args:
        answer: takes the share of steps that are anomalous, of those the share with an alarm, and of all others.
    """
    expected = np.array([task.worth(*own) for own in RATES])
    if (found := attempts(answer, RATES)) is None:
        return
    share, hit, false = np.array(RATES).T
    mistakes = {
        "that is how many anomalies are found, not how many alarms are right": hit,
        "false alarms come from the steps that are *not* anomalous, 1 - share": share * hit / (share * hit + false),
        "the anomalies are rare: weigh both shares by how many steps they are of": hit / (hit + false),
        "that is the probability that an alarm is wrong": 1.0 - expected,
    }
    if compare("what an alarm is worth, four times", found, expected, mistakes):
        right("with rare anomalies, hardly any alarm is right unless false ones are rarer still")


def check_alarms(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(clean, score, share)`` are the steps with an alarm, the threshold taken from clean data.

    Args:
        answer: takes scores of clean steps, scores to judge, and the share of the clean ones that may have an alarm;
            returns booleans, one for each score to judge.
    """
    rng = np.random.default_rng(4)
    clean, score = rng.exponential(1.0, 1000), rng.exponential(1.0, 400)
    score[100:110] += 8.0
    given = attempt(answer, clean, score, 0.01)
    if given is None:
        return
    wanted = score > np.quantile(clean, 0.99)
    mistakes = {
        "the threshold comes from the clean scores, not from those that it judges": score > np.quantile(score, 0.99),
        "that is the quantile of the share itself: nearly all steps have an alarm": score > np.quantile(clean, 0.01),
        "alarms are where the score is *above* the threshold": score < np.quantile(clean, 0.99),
    }
    floats = {hint: value.astype(float) for hint, value in mistakes.items()}
    if compare("which steps have an alarm", np.asarray(given, float), wanted.astype(float), floats):
        right("the test part had no say in its own threshold")


def check_adjusted(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(alarm, inside)`` are alarms after point adjustment.

    Args:
        answer: takes which steps have an alarm, and which belong to an anomaly; returns booleans.
    """
    inside = np.zeros(60, bool)
    inside[10:20] = inside[30:35] = inside[50:60] = True
    alarm = np.zeros(60, bool)
    alarm[[5, 12, 57]] = True
    given = attempt(answer, alarm, inside)
    if given is None:
        return
    mistakes = {
        "an anomaly without an alarm stays without": alarm | inside,
        "the whole anomaly counts, not only what comes after its alarm": _from_then_on(alarm, inside),
        "alarms outside of anomalies stay": task.adjusted(alarm, inside) & inside,
    }
    floats = {hint: value.astype(float) for hint, value in mistakes.items()}
    if compare("the adjusted alarms", np.asarray(given, float), task.adjusted(alarm, inside).astype(float), floats):
        right("three alarms have become 21, of which 20 count as hits")


def _from_then_on(alarm: Any, inside: Any) -> Any:
    """Return alarms that last from an anomaly's first alarm to its end: a mistake."""
    found = alarm.copy()
    for k in range(1, len(found)):
        found[k] |= found[k - 1] and inside[k] and inside[k - 1]
    return found
