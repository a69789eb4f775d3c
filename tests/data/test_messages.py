"""The messages of six programs: what they are, how a catalogue is read, how words are cut and written again."""

import gzip
import io
from collections import Counter

import pytest
from babel.messages import Catalog
from babel.messages.mofile import write_mo

from lstmlib.data import derived, messages
from lstmlib.data.messages import PLACES, PROGRAMS, cut, joined


def test_all_messages_are_there():
    every = messages()
    assert Counter(one.program for one in every) == {
        "django": 761,
        "indico": 3745,
        "jupyterlab": 2905,
        "sphinx": 748,
        "spyder": 1763,
        "wagtail": 1639,
    }
    assert list(dict.fromkeys(one.program for one in every)) == list(PROGRAMS)
    assert ("wagtail", "Edit", "Modifier") in every
    assert max(len(one.source.split()) for one in every) == derived.MOST_WORDS
    for program in PROGRAMS:
        sources = [one.source for one in every if one.program == program]
        assert len(set(sources)) == len(sources)


def test_a_catalogue_gives_what_has_one_line_and_no_marks():
    catalogues = {}
    for name, pairs in (
        ("a.mo", [("Open", "Ouvrir"), ("Two\nlines", "Deux\nlignes"), ("<b>Bold</b>", "<b>Gras</b>"), ("None", "")]),
        (
            "b.mo",
            [("Open", "Ouvert"), ("long " * 13, "long"), (("%d file", "%d files"), ("%d fichier", "%d fichiers"))],
        ),
    ):
        catalogue, file = Catalog(locale="fr"), io.BytesIO()
        for source, target in pairs:
            catalogue.add(source, target)
        write_mo(file, catalogue)
        catalogues[name] = file.getvalue()
    found = gzip.decompress(derived.DERIVE["messages-django.txt.gz"](catalogues)).decode()
    assert found == "Open\tOuvrir\n%d file\t%d fichier\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Save &As...", ["save", "as", "…"]),
        ("Don’t move %s to {name}", ["don'", "t", "move", "①", "to", "②"]),
        ("L'e-mail (%(count)d envoyés)", ["l'", "e-mail", "(", "①", "envoyés", ")"]),
        ("“extra_css” is 10.5 %", ['"', "extra_css", '"', "is", "10", ".", "5", "%"]),
        ("Supprimer «\xa0%1\xa0» ?", ["supprimer", "«", "①", "»", "?"]),
        ("  ", []),
    ],
)
def test_words_marks_and_what_is_filled_in(text, words):
    assert cut(text)[0] == words


def test_a_translation_numbers_what_is_filled_in_as_its_source_does():
    _, filled = cut("%(user)s moved %s and %s")
    assert filled == ["%(user)s", "%s", "%s"]
    assert cut("%s et %s par %(user)s", filled)[0] == ["②", "et", "③", "par", "①"]
    assert cut("%s et %s, %s", filled)[0] == ["②", "et", "③", ",", "③"]
    with pytest.raises(ValueError, match=r"filled in with \{\}, expected one of %\(user\)s"):
        cut("{}", filled)
    with pytest.raises(ValueError, match="more than 9 times"):
        cut("%s" * (len(PLACES) + 1))


def test_words_are_written_without_spaces_where_none_belong():
    assert joined(["l'", "onglet", "(", "①", ")", ",", "s'", "il", "y", "en", "a", "…"]) == "l'onglet (①), s'il y en a…"
    assert joined(["ouvrir", "?"]) == "ouvrir ?"
    assert joined([]) == ""


def test_what_is_written_is_cut_into_the_same_words():
    every = [cut(one.target)[0] for one in messages()[::7]]
    again = [cut(joined(words))[0] for words in every]
    assert sum(one == other for one, other in zip(every, again, strict=True)) == len(every)
