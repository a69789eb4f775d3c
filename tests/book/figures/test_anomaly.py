"""What doesn't fit in a browser: stretches, scores, gates and contents are lstmlib's; marks, rounds, what is put in."""

import re

import numpy as np
import pytest
from driving import clean, state

from lstmlib.figures import Anomaly
from lstmlib.figures.anomaly import BEFORE, KINDS, SCORES, SHOWN, rounds
from lstmlib.page import bundle
from lstmlib.studies.at_work.anomalies import reading

pytestmark = pytest.mark.browser
TAG = "lstm-anomaly"
FIGURES = [
    Anomaly(),
    Anomaly(asked=True, mark=900),
    Anomaly(asked=True, series="heartbeats", mark=300, shown=True, done=[[1, 0, 300]]),
    Anomaly(asked=True, kind="stretched", at=1500, size=4, cell=32),
]
# What is pressed, and what a screen reader then says: role, name, key, text.
HEARD = ("button", "left out", "Enter", r"You put in: left out, steps 900 to 1083\. ")


def core():
    """Return the arithmetic of the figure, and what it needs of the page's, as the body of a function."""
    texts = [
        (bundle.PAGE / "nets.js").read_text(),
        (bundle.FOLDER / "anomaly.js").read_text().split("const hit =")[0],
    ]
    plain = [re.sub(r"^import .*\n", "", one, flags=re.MULTILINE).replace("export ", "") for one in texts]
    return "".join(plain) + "\nreturn { unpack, stretch, ask };"


@pytest.mark.parametrize(
    "figure",
    [
        *(Anomaly(series=series, round=number) for series in ("pulse", "heartbeats") for number in (0, 5)),
        *(Anomaly(kind=kind, at=300 + 100 * k, size=k % 5) for k, kind in enumerate(KINDS)),
        *(Anomaly(series="heartbeats", kind=kind, at=1500 - 100 * k, size=4 - k % 5) for k, kind in enumerate(KINDS)),
    ],
    ids=repr,
)
def test_the_page_computes_what_the_library_does(show, figure):
    found = show(Anomaly()).evaluate(
        """([code, data, own]) => {
          const { unpack, stretch, ask } = new Function(code)(), all = unpack(data), seen = stretch(all, own);
          const { scores, steps, peaks } = ask(all[own.series], seen.x);
          const of = (name) => steps.map((step) => [...step[name]]);
          return { ...seen, scores, peaks, gates: Object.fromEntries([..."ifgoc"].map((name) => [name, of(name)])) };
        }""",
        [core(), Anomaly.given(), {name: getattr(figure, name) for name in ("series", "round", "kind", "at", "size")}],
    )
    x, first, last = figure.stretch()
    np.testing.assert_allclose(found["x"], x, atol=1e-9)
    assert (found["first"], found["last"]) == (first, last)
    for name, wanted in figure.scores().items():
        np.testing.assert_allclose(found["scores"][name], wanted, atol=1e-5, err_msg=name)
        assert wanted[found["peaks"][name]] == pytest.approx(wanted.max(), abs=1e-5)
    cache = reading.stored(figure.series).forward(x[:, None, None].astype(np.float32))[2].recurrent
    for place, name in enumerate("ifgo"):  # single precision, after up to 2,400 steps
        np.testing.assert_allclose(found["gates"][name], cache.gates[BEFORE:, place, 0], atol=5e-5)
    np.testing.assert_allclose(found["gates"]["c"], cache.c[1 + BEFORE :, 0], atol=1e-4)


def loaded(page):
    """Return the page with nets and series loaded."""
    page.get_by_role("button", name="Load series").click()
    page.get_by_role("button", name="Load series").wait_for(state="detached")
    return page


def said(page):
    return page.locator(f"{TAG} svg").get_attribute("aria-label")


def test_a_round_is_played_by_keyboard_and_counted(show):
    page = loaded(show(Anomaly()))
    assert "Highest" not in said(page)
    _, first, last = Anomaly().stretch()
    surprise = page.get_by_role("button", name="Show the surprise")
    assert surprise.is_disabled()
    page.get_by_role("slider", name="Your mark").focus()
    page.keyboard.press("End")
    assert "Your mark is at step 1995" in said(page)
    surprise.click()
    assert state(page, TAG, "done") == [[0, 0, 1995]]
    assert f"steps {first} to {last}" in said(page)
    assert f"You were {'right' if Anomaly().right(1995) else 'wrong'}." in said(page)
    scores = Anomaly().scores()
    right = [Anomaly().right(int(scores[name].argmax())) for name in SCORES]
    assert f"the LSTM {int(right[0])}, linear {int(right[1])}, change {int(right[2])}" in said(page)
    assert page.get_by_role("slider", name="Your mark").is_disabled()
    page.get_by_role("button", name="The next round").click()
    assert (state(page, TAG, "round"), state(page, TAG, "mark"), state(page, TAG, "shown")) == (1, -1, False)
    page.get_by_role("button", name="The round before").click()
    page.get_by_role("slider", name="Your mark").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    surprise.click()
    assert state(page, TAG, "done") == [[0, 0, 1995]]  # a round counts once
    clean(page, TAG)


def test_a_mark_is_set_where_one_points(show):
    page = loaded(show(Anomaly()))
    box = page.locator(f"{TAG} svg").bounding_box()
    page.mouse.click(box["x"] + 0.25 * box["width"], box["y"] + 60)
    assert abs(state(page, TAG, "mark") - SHOWN / 4) < 20
    page.get_by_role("button", name="spike").click()
    page.mouse.click(box["x"] + 0.5 * box["width"], box["y"] + 60)
    assert abs(state(page, TAG, "at") - SHOWN / 2) < 20
    assert state(page, TAG, "mark") == -1


def test_an_anomaly_that_one_puts_in_is_seen_by_what_it_disturbs(show):
    page = loaded(show(Anomaly()))
    page.get_by_role("button", name="spike").click()
    assert re.search(r"Highest at the anomaly: the LSTM, linear, change", said(page))
    page.get_by_role("slider", name="How large").focus()
    page.keyboard.press("Home")
    assert state(page, TAG, "size") == 0
    clean(page, TAG)
    page.get_by_role("button", name="none").click()
    assert "Round 1 of 8" in said(page)


def test_before_anything_is_there(show):
    page = show(Anomaly())
    assert "Nothing is loaded yet" in said(page)
    assert page.get_by_role("slider", name="Cell").is_disabled()
    assert {own.kind for own in rounds("pulse")} == {"real", *KINDS}
