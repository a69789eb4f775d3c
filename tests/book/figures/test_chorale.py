"""Chords in a browser: probabilities, surprise, gates and contents are lstmlib's; what is drawn, edited and heard."""

import re

import numpy as np
import pytest
from driving import clean, state

from lstmlib.figures import Chorale
from lstmlib.page import bundle

pytestmark = pytest.mark.browser
TAG = "lstm-chorale"
TUNE = [[43], [48], [46], [44], [43], [41], [43]]
FIGURES = [
    Chorale(),
    Chorale(asked=True, place=2, cell=128, off=[3, 9]),
    Chorale(asked=True, net="apart", chords=TUNE, seed=5),
    Chorale(asked=True, chords=[[27, 34, 43, 51]] * 24),
    Chorale(asked=True, chords=[]),
]
# What is pressed, and what a screen reader then says: role, name, key, text.
HEARD = ("button", "One chord", "Enter", r"Next, by this dice: .*Expected: .* 7 chords, [\d.]+ nats each")


def core():
    """Return the arithmetic of the figure, and what it needs of the page's, as the body of a function."""
    texts = [
        (bundle.PAGE / "nets.js").read_text(),
        (bundle.FOLDER / "chorale.js").read_text().split("const BEAT =")[0],
    ]
    plain = [re.sub(r"^import .*\n", "", one, flags=re.MULTILINE).replace("export ", "") for one in texts]
    return "".join(plain) + "\nreturn { unpack, read, judged, drawn, dice, tones, named };"


@pytest.mark.parametrize(
    "figure",
    [
        Chorale(),
        Chorale(net="apart"),
        Chorale(chords=TUNE, off=[2, 31]),
        Chorale(chords=[[27, 34, 43, 51], [], [15, 60], [0, 87]] * 6, net="apart", off=[1]),
        Chorale(chords=[]),
    ],
)
def test_the_page_computes_what_the_library_does(show, figure):
    found = show(Chorale()).evaluate(
        """([code, data, { chords, net, off }]) => {
          const { unpack, read, judged } = new Function(code)(), all = unpack(data);
          const steps = read(all, net, chords, off.map((k) => k - 1));
          const said = steps.map((step, t) => judged(all, net, step, chords[t] ?? []));
          const of = (name) => steps.map((step) => [...step[name]]);
          const cells = Object.fromEntries([..."ifgoc"].map((name) => [name, of(name)]));
          return { p: said.map((one) => one.p), nats: said.map((one) => one.nats), ...cells };
        }""",
        [core(), Chorale.given(), {name: getattr(figure, name) for name in ("chords", "net", "off")}],
    )
    wanted, T = figure.heard(), len(figure.chords)
    np.testing.assert_allclose(found["p"], wanted.p, atol=1e-5)
    np.testing.assert_allclose(np.reshape(found["nats"][:T], (T, 88)), wanted.nats, atol=1e-4, rtol=1e-4)
    for place, name in enumerate("ifgo"):
        np.testing.assert_allclose(found[name], wanted.gates[:, place], atol=1e-5)
    np.testing.assert_allclose(found["c"], wanted.c, atol=1e-4)


@pytest.mark.parametrize("net", ["turn", "apart"])
def test_chords_are_drawn_as_often_as_the_net_says(show, net):
    figure = Chorale(net=net)
    draws = show(Chorale()).evaluate(
        """([code, data, chords, net]) => {
          const { unpack, read, drawn } = new Function(code)(), all = unpack(data);
          const step = read(all, net, chords).at(-1);
          return Array.from({ length: 1000 }, (_, seed) => drawn(all, net, step, 1, seed, chords.length));
        }""",
        [core(), Chorale.given(), figure.chords, net],
    )
    counts = np.bincount(np.concatenate([np.array(chord, int) for chord in draws]), minlength=88) / 1000
    if net == "apart":
        np.testing.assert_allclose(counts, figure.heard().p[-1], atol=0.06)
    else:  # keys have a say in those above: the mean of what is said given each chord that was drawn
        said = np.mean([Chorale(chords=[*figure.chords, chord]).heard().p[6] for chord in draws[:200]], 0)
        np.testing.assert_allclose(counts, said, atol=0.12)


def test_what_is_heard_holds_keys_and_has_their_pitch(show):
    tones, names = show(Chorale()).evaluate(
        """(code) => {
          const { tones, named } = new Function(code)();
          return [tones([[39, 48], [39], [], [39]]), [0, 3, 39, 48, 87].map(named)];
        }""",
        core(),
    )
    assert [(one["key"], one["start"], one["length"]) for one in tones] == [(39, 0, 2), (48, 0, 1), (39, 3, 1)]
    assert tones[1]["hertz"] == pytest.approx(440.0)
    assert tones[0]["hertz"] == pytest.approx(261.63, abs=0.01)
    assert names == ["A0", "C1", "C4", "A4", "C8"]


def loaded(page):
    """Return the page with the nets loaded."""
    page.get_by_role("button", name="Load both nets").click()
    page.get_by_role("button", name="Load both nets").wait_for(state="detached")
    return page


def said(page):
    return page.locator(f"{TAG} svg").get_attribute("aria-label").replace("\u00a0", " ")


def check(page):
    """Compare what is said with the library, from the state that the page is in."""
    figure = Chorale(**{name: state(page, TAG, name) for name in ("chords", "net", "off")})
    heard, place = figure.heard(), state(page, TAG, "place")
    if figure.chords:
        mean = float(re.search(r"chords, ([\d.]+) nats each", said(page)).group(1))
        assert mean == pytest.approx(heard.nats.sum(1).mean(), abs=0.051)
    if 0 <= place < len(figure.chords):
        here = float(re.search(r", ([\d.]+) nats; most", said(page)).group(1))
        assert here == pytest.approx(heard.nats[place].sum(), abs=0.051)
    clean(page, TAG)


def test_it_goes_on_chord_by_chord_and_to_the_end(show):
    page = loaded(show(Chorale()))
    check(page)
    promised = re.search(r"Next, by this dice: (.*?)\.", said(page)).group(1)
    page.get_by_role("button", name="One chord").click()
    chords = state(page, TAG, "chords")
    assert len(chords) == 7
    page.get_by_role("slider", name="Step").focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    assert f"Step 7: {promised}," in said(page)
    check(page)
    page.get_by_role("button", name="Write on").click()
    assert len(state(page, TAG, "chords")) == 24
    assert page.get_by_role("button", name="One chord").is_disabled()
    check(page)
    page.get_by_role("button", name="Take one back").click()
    assert len(state(page, TAG, "chords")) == 23


def test_keys_are_put_by_sliders_and_by_a_tap(show):
    page = loaded(show(Chorale(chords=[[39]])))
    page.get_by_role("slider", name="Key").focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="Put E4").click()
    assert state(page, TAG, "chords") == [[39], [43]]
    page.get_by_role("button", name="Remove E4").click()
    assert state(page, TAG, "chords") == [[39], []]
    spot = page.locator(f'{TAG} [data-step="0"]')
    box = spot.bounding_box()
    spot.click(position={"x": box["width"] / 2, "y": (60 - 46.5) / 46 * box["height"]})
    assert state(page, TAG, "chords") == [[39, 47], []]
    check(page)


def test_nets_cells_and_beginnings(show):
    page = loaded(show(Chorale()))
    page.get_by_role("button", name="A tune").click()
    assert state(page, TAG, "chords") == TUNE
    page.get_by_role("button", name="keys apart").click()
    check(page)
    page.get_by_role("button", name="Switch off").click()
    assert state(page, TAG, "off") == [1]
    check(page)
    page.get_by_role("button", name="All on").click()
    check(page)


def test_it_sounds_when_asked_and_stops(show):
    page = show(Chorale(chords=[[39, 43]] * 20))
    page.evaluate(
        """() => {
          window.made = [];
          const own = AudioContext.prototype.createOscillator;
          AudioContext.prototype.createOscillator = function () { window.made.push(this); return own.call(this); };
        }"""
    )
    page.get_by_role("button", name="Listen").click()
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Listen").wait_for()
    assert page.evaluate("window.made.length") == 2  # both keys are held through all chords
    assert page.evaluate("window.made[0].state") == "closed"
    page = show(Chorale(chords=[[39]]))
    page.get_by_role("button", name="Listen").click()
    page.get_by_role("button", name="Listen").wait_for()  # it ends by itself


def test_before_the_nets_are_there(show):
    page = show(Chorale())
    assert "aren't loaded yet" in said(page)
    assert page.get_by_role("slider", name="Cell").is_disabled()
    page.get_by_role("button", name="Minor").click()
    assert "6 chords stand there" in said(page)
