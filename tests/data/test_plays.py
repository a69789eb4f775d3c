"""The plays: which is which, what they are made of, and that none is tested on that was learnt from."""

import pytest

from lstmlib.data import alphabet, derived, plays
from lstmlib.data.plays import LEARN, TEST, TITLES, VALIDATION


def test_the_plays():
    learn, validation, test = plays()
    assert (tuple(learn), tuple(validation), tuple(test)) == (LEARN, VALIDATION, TEST)
    assert len({*LEARN, *VALIDATION, *TEST}) == len(TITLES) == 18
    assert [sum(map(len, part.values())) for part in (learn, validation, test)] == [1_697_621, 275_230, 336_149]
    assert test["Macbeth"].startswith("ACT I.\n\nSCENE I. An open Place. Thunder and Lightning.\n\n[Enter three")
    for title, name in {"King John": "ARTHUR.", "Twelfth Night": "MALVOLIO.", "Othello": "IAGO."}.items():
        assert f"\n{name}\n" in (validation | test)[title]


def test_one_alphabet():
    learn, validation, test = plays()
    letters = alphabet(learn)
    assert len(letters) == 66
    assert set(alphabet(validation | test)) <= set(letters)
    assert not set("0123456789()\t\f") & set(letters)


@pytest.mark.parametrize("part", ["validation", "test"])
def test_no_speaker_of_a_judged_play_has_been_heard_often(part):
    learn, judged = plays().learn, getattr(plays(), part)
    heard = " ".join(learn.values())
    for name in ("BENEDICK", "DESDEMONA", "MACBETH", "BANQUO", "MALVOLIO", "FALCONBRIDGE", "CONSTANCE"):
        if any(name in text for text in judged.values()):
            assert name not in heard


def test_what_the_editions_differ_in_is_made_alike():
    member = {"a": b"TITLE\n\nPersons\n\nAct 1.\n\n\n\nSCENE 12.  A  street\n{Enter (slowly)}\n  A song,  \n"}
    text = derived.unpacked("plays.txt.bz2", derived.DERIVE["plays.txt.bz2"](member)).decode()
    assert text == "Act I.\n\nSCENE XII. A street\n[Enter slowly]\nA song,\n"
