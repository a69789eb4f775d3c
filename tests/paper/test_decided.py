"""What the pages say decided a row is what the verdicts on the stored results say."""

from collections import Counter

from lstmlib.paper.decided import DECIDED
from lstmlib.paper.report import stored
from lstmlib.paper.rows import ROWS
from lstmlib.paper.verdict import verdict


def words(experiment):
    """Return how many of an experiment's LSTM rows have which verdict."""
    rows = [row for row in ROWS.values() if row.experiment == experiment and row.method == "LSTM"]
    return Counter(verdict(row, stored(row)).word for row in rows)


def test_every_experiment_with_memory_cells_is_told():
    assert set(DECIDED) == {row.experiment for row in ROWS.values() if row.method == "LSTM"} - {"streams"}


def test_nothing_decided_what_the_text_s_own_reading_gives():
    for experiment, sentence in DECIDED.items():
        assert sentence.startswith("nothing") == (set(words(experiment)) == {"as printed"}), experiment


def test_what_is_not_known_is_said():
    for experiment, sentence in DECIDED.items():
        unknown = words(experiment)["not explained"] > 0
        assert unknown == sentence.startswith("not known"), experiment
