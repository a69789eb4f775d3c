"""Bach's chorales: the parser on a score of our own, and music21's where it is installed."""

import importlib.util
import zipfile

import numpy as np
import pytest

from lstmlib.data import chorale_numbers
from lstmlib.data.chorales import chorales, read, scores, tune

C4, A3 = 39, 36  # keys from 0
SCORE = """<score-partwise><part-list>
  <score-part id="P1"><part-name>Soprano</part-name></score-part>
  <score-part id="P2"><part-name>Bass
Continuo</part-name></score-part>
  <score-part id="P3"><part-name>Horn</part-name></score-part></part-list>
  <part id="P1"><measure><attributes><divisions>2</divisions></attributes>
    <note><pitch><step>C</step><octave>4</octave></pitch><duration>2</duration></note>
    <note><pitch><step>D</step><alter>1</alter><octave>4</octave></pitch><duration>1</duration></note>
    <note><pitch><step>E</step><octave>4</octave></pitch><duration>1</duration></note>
    <note><grace/><pitch><step>G</step><octave>6</octave></pitch></note></measure>
    <measure><note><pitch><step>F</step><octave>4</octave></pitch><duration>4</duration>
      <notations><fermata/></notations></note></measure></part>
  <part id="P2"><measure><attributes><divisions>1</divisions></attributes>
    <note><pitch><step>A</step><octave>3</octave></pitch><duration>1</duration></note>
    <note><chord/><pitch><step>B</step><alter>-1</alter><octave>3</octave></pitch><duration>1</duration></note>
    <note><rest/><duration>1</duration></note>
    <backup><duration>1</duration></backup>
    <note><pitch><step>C</step><octave>4</octave></pitch><duration>1</duration></note></measure>
    <measure><forward><duration>1</duration></forward>
      <note><pitch><step>A</step><octave>3</octave></pitch><duration>1</duration></note></measure></part>
  <part id="P3"><measure><note><pitch><step>C</step><octave>2</octave></pitch><duration>1</duration></note></measure>
  </part></score-partwise>"""

here = pytest.mark.skipif(importlib.util.find_spec("music21") is None, reason="music21 isn't installed")


def score(folder, text=SCORE):
    with zipfile.ZipFile(folder / "one.mxl", "w") as archive:
        archive.writestr("META-INF/container.xml", "<container/>")
        archive.writestr("one.xml", text)
    return folder / "one.mxl"


def test_a_score_becomes_a_roll(tmp_path):
    found = read(score(tmp_path))
    keys = [np.flatnonzero(chord).tolist() for chord in found.roll]
    # the E comes between two steps; the D sharp sounds as the second begins; the horn is no voice
    assert keys == [[A3, A3 + 1, C4], [C4, C4 + 3], [C4 + 5], [A3, C4 + 5]]
    assert found.pause.tolist() == [False, False, True, True]


def test_the_tune_is_the_soprano_s_and_a_short_first_bar_an_upbeat(tmp_path):
    found = tune(score(tmp_path))
    assert found.key.tolist() == [C4, C4 + 3, C4 + 5, C4 + 5]
    assert found.beat.tolist() == [2, 3, 0, 1]
    assert found.bar.tolist() == [4] * 4


def test_a_bar_that_a_repeat_cuts_in_two_is_counted_as_one(tmp_path):
    def bar(quarters, time=""):
        note = f"<note><pitch><step>C</step><octave>4</octave></pitch><duration>{quarters}</duration></note>"
        return f"<measure><attributes>{time}</attributes>{note}</measure>"

    three = "<time><beats>3</beats><beat-type>4</beat-type></time>"
    bars = bar(1, three) + bar(3) + bar(2) + bar(1) + bar(3) + bar(2)
    names = "<part-list><score-part id='P1'><part-name>Soprano</part-name></score-part></part-list>"
    found = tune(score(tmp_path, f"<score-partwise>{names}<part id='P1'>{bars}</part></score-partwise>"))
    assert found.beat.tolist() == [2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1]
    assert set(found.bar) == {3}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [("Soprano", "Flute", None), ("<octave>4</octave>", "<octave>9</octave>", "has the key 99")],
)
def test_other_scores(tmp_path, old, new, message):
    path = score(tmp_path, SCORE.replace(old, new))
    if message is None:
        assert read(path).roll.sum(1).tolist() == [2, 1, 0, 1]
    else:
        with pytest.raises(ValueError, match=message):
            read(path)


def test_a_score_without_voices_is_refused(tmp_path):
    text = SCORE.replace("Soprano", "Flute").replace("Bass\n", "Tuba\n")
    with pytest.raises(ValueError, match=r"expected soprano, alto, tenor or bass"):
        read(score(tmp_path, text))


def test_without_music21_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install music21==10\.5\.1"):
        chorales()


def test_no_chorale_is_in_two_parts():
    parts = [part.split() for part in (chorale_numbers.LEARN, chorale_numbers.VALID, chorale_numbers.TEST)]
    assert [len(part) for part in parts] == [217, 74, 75]
    assert len({number for part in parts for number in part}) == 366


@here
def test_music21_has_them_all():
    found = chorales()
    assert [sum(len(piece.roll) for piece in part) for part in found] == [11920, 4193, 4333]
    every = np.concatenate([piece.roll for part in found for piece in part])
    assert np.flatnonzero(every.any(0))[[0, -1]].tolist() == [15, 60]
    assert 3.7 < every.sum(1).mean() < 4.0
    tunes = [tune(scores() / f"bwv{number}.mxl") for number in chorale_numbers.TEST.split()]
    for piece, own in zip(found.test, tunes, strict=True):
        assert len(own.key) == len(piece.roll)
        heard = own.key >= 0
        assert (piece.roll[heard, own.key[heard]] == 1).all()
    assert [sum((own.bar == bar).sum() for own in tunes) for bar in (3, 4)] == [471, 3862]
