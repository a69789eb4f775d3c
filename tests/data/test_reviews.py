"""The sentences about films: what they are, and how words are cut."""

import bz2
import io
import tarfile
from collections import Counter

import numpy as np

from lstmlib.data import derived, reviews
from lstmlib.data.reviews import HIGHEST, LOWEST, words


def test_the_sentences():
    every = reviews()
    assert len(every) == 10_605
    assert every[2].text == "Effective but too tepid biopic"
    assert every[2].ratings.mean() == -0.6
    counts = Counter(len(review.ratings) for review in every)
    assert (min(counts), max(counts)) == (15, 29)
    ratings = np.concatenate([review.ratings for review in every])
    assert (ratings.min(), ratings.max()) == (LOWEST, HIGHEST)
    means = np.array([review.ratings.mean() for review in every])
    assert ((means > 0).sum(), (means < 0).sum(), (means == 0).sum()) == (5242, 5326, 37)


def test_words_and_marks():
    assert words("It's the director’s 2nd, isn't it?") == [
        "it's",
        "the",
        "director's",
        "2",
        "nd",
        ",",
        "isn't",
        "it",
        "?",
    ]
    assert words("  ") == []
    assert words("Amélie... ''good''") == ["amélie", ".", ".", ".", "'", "'", "good", "'", "'"]


def test_ratings_are_letters_in_order():
    folder, packed = "hutto_ICWSM_2014/movieReviewSnippets_", io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, text in (
            ("GroundTruth", "1\t0.5\tA   film.\r\n"),
            ("anonDataRatings", "1\t0.5\t1.0\t[2, -4, 4, 0]\n"),
        ):
            entry = tarfile.TarInfo(f"{folder}{name}.txt")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    found = derived.DERIVE["reviews.txt.bz2"]({"archive": packed.getvalue()})
    assert bz2.decompress(found).decode() == "aegi\tA film.\n"
