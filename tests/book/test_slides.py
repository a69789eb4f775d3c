"""The decks that are made of the chapters' pages: what they show, and two of them in a real browser."""

import collections
import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pikepdf
import pytest
from bs4 import BeautifulSoup
from pdf_text import pictures, text

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import deck_pdf  # noqa: E402
import slides  # noqa: E402
from address import pages  # noqa: E402

if not (slides.PAGES / "index.html").exists():
    pytest.skip("the book is not built: make book", allow_module_level=True)

CHAPTERS = slides.chapters()
OPENED = ["gates", "transformer", "markets", "what-gates-do"]
PRINTED = ["sequences", "markets"]  # a figure that is drawn, a formula wider than a slide; one that waits for its net


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("slides")
    assert slides.write(CHAPTERS, folder).keys() == set(CHAPTERS)
    return folder


def soup(path):
    return BeautifulSoup(path.read_text(encoding="utf8"), "html.parser")


def test_every_chapter_has_a_deck_and_the_index_leads_to_it(out):
    assert len(CHAPTERS) >= 12
    links = [link["href"] for link in soup(out / "index.html").select("ol a")]
    assert links == [f"{name}.html" for name in CHAPTERS]


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_deck_shows_figures_formulas_mistakes_quiz_and_what_was_said_in_short(out, name):
    deck, page = soup(out / f"{name}.html"), soup(slides.PAGES / "book" / f"{name}.html").find("article")
    shown = deck.select(".slide")
    heads = [slide.find(["h1", "h2"]).get_text() for slide in shown]
    rooms = [head for head in heads if head in ("In one minute", "What goes wrong", "Check yourself", "In short")]
    assert list(dict.fromkeys(rooms)) == ["In one minute", "What goes wrong", "Check yourself", "In short"]
    assert 12 < len(shown) < 60
    first = shown[1].select_one(".fit.live > .lstm-figure") or any(one.select_one(".book-table") for one in shown[1:5])
    assert first, "the first figure comes first, or who won"
    asked = sum(len(json.loads(quiz["questions"])) for quiz in page.find_all("lstm-quiz"))
    assert len(deck.find_all("lstm-quiz")) == asked == heads.count("Check yourself")
    for figure in page.select("section#in-depth figure img"):
        name_ = Path(figure["src"]).name
        assert any(Path(image["src"]).name == name_ for image in deck.select(".plot img"))
    points = page.select("section#in-short > ul > li")
    assert [plain(li) for li in deck.select(".fit.text li") if plain(li) in {plain(p) for p in points}] == [
        plain(point) for point in points
    ]
    said = [slide for slide in shown if slide.select(".notes p")]
    assert len(said) > len(shown) / 3


def plain(element):
    return " ".join(element.get_text().split())


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_deck_asks_for_nothing_outside_of_its_folder(out, name):
    text, deck = (out / f"{name}.html").read_text(encoding="utf8"), soup(out / f"{name}.html")
    asked = [one.get("src") or one.get("href") for one in deck.select("[src], link[href]")]
    for address in asked:
        assert address.startswith("data:") or (out / address).is_file(), address
    leads = {link["href"] for link in deck.select("a[href]")}
    assert all(re.match(r"https?://", address) for address in leads), "no link into the book, which isn't there"
    ids = collections.Counter(re.findall(r'\bid="([^"]+)"', text))
    assert {name for name, times in ids.items() if times > 1} == set()
    assert all(image.get("alt") for image in deck.select(".plot img"))


SECTION = """
<article><section id="x"><h1>X<a class="headerlink" href="#x">#</a></h1>
<section id="in-one-minute"><h2>In one minute</h2><p>Guess!</p>
<div class="cell"><lstm-x class="lstm-figure"></lstm-x></div><p>A picture. More.</p></section>
<section id="in-depth"><h2>In depth</h2>
<section id="a"><h3>A</h3><p>First one. Second: do see <a href="#a">a</a>. So and</p><div class="math">f</div>
<p>Then another sentence leads to</p><div class="math">g</div><div class="math">h</div>
<div class="cell"><pre>code</pre></div>
<div class="cell tag_slide-skip"><figure><img src="../_images/a.png"></figure></div>
<div class="cell"><figure id="f"><img alt="b" src="../_images/b.png">
<figcaption><span class="caption-text">One. It shows five words more. And on.</span></figcaption></figure></div>
<p>After.</p></section>
<section id="b"><h3>B</h3><p>Only prose. It goes on.</p><p>A second (e.g. this) one. More.</p></section></section>
<section id="what-goes-wrong"><h2>What goes wrong</h2><p><strong>“Yes.”</strong> No.</p><table></table>
<p><strong>“No.”</strong> Yes.</p></section></section></article>
"""


def test_the_rules_by_which_cells_become_slides():
    title, made = slides.deck(SECTION)
    assert title == "X"
    assert [(slide.heading, slide.kind) for slide in made] == [
        ("X", "plan"),
        ("In one minute", "live"),
        ("In one minute", "text"),
        ("A", "formula"),
        ("A", "formula"),
        ("A", "plot"),
        ("B", "text"),
        ("What goes wrong", "text"),
        ("“Yes.”", "table"),
    ]
    page = BeautifulSoup(slides.written(title, made), "html.parser").select(".slide")
    assert [len(slide.select(".math")) for slide in page] == [0, 0, 0, 2, 1, 0, 0, 0, 0]
    assert [plain(lead) for lead in page[3].select(".lead")] == [
        "Second: do see a. So and",
        "Then another sentence leads to",
    ]
    assert not page[3].select("a"), "what leads elsewhere in the book is text"
    assert plain(page[5].select_one("figcaption")) == "One. It shows five words more."
    assert [plain(note) for note in page[5].select(".notes > *")] == ["After."]
    assert [plain(li) for li in page[6].select("li")] == ["Only prose.", "A second (e.g. this) one."]
    assert [plain(li) for li in page[7].select("li")] == ["“Yes.”", "“No.”"]
    assert "a.png" not in str(page)
    assert "code" not in str(page)


def test_a_long_table_goes_on_on_another_slide():
    rows = "".join(f"<tr><td>{k}</td></tr>" for k in range(17))
    table = f"<table><caption>So.</caption><thead><tr><th>n</th></tr></thead><tbody>{rows}</tbody></table>"
    made = slides.pieces(BeautifulSoup(table, "html.parser").table)
    assert [len(one.select("tbody tr")) for one in made] == [5, 6, 6]
    assert [plain(td) for one in made for td in one.select("td")] == [str(k) for k in range(17)]
    assert [plain(one.caption) for one in made] == ["So.", "continued", "continued"]
    assert all(plain(one.th) == "n" for one in made)


MEASURE = """() => [...document.querySelectorAll(".slide")].map((slide) => {
  const fit = slide.querySelector(".fit"), body = slide.querySelector(".body").getBoundingClientRect();
  const seen = fit.getBoundingClientRect(), head = slide.querySelector("h1, h2");
  const boxes = [...fit.querySelectorAll("*")].filter((e) => !e.closest("svg, mjx-container") || e.matches("mjx-math"));
  return {
    scale: seen.width / fit.offsetWidth,
    below: seen.bottom - body.bottom,
    above: body.top - seen.top,
    right: Math.max(...boxes.map((e) => e.getBoundingClientRect().right)) - innerWidth,
    head: head.scrollWidth - head.clientWidth,
    whole: slide.scrollHeight - slide.clientHeight,
  };
})"""
ALIVE = """() => [...document.querySelectorAll(".lstm-figure")]
  .every((figure) => (figure.shadowRoot ?? figure).querySelector(".frame"))"""


@pytest.mark.browser
@pytest.mark.parametrize("name", OPENED)
def test_a_deck_is_alive_fits_the_screen_and_goes_by_the_keyboard(out, open_page, name):
    """``open_page`` fails the test if the deck asks another host for anything or writes an error."""
    page = open_page(out / f"{name}.html", width=1366, height=768)
    page.wait_for_function("() => document.querySelectorAll('mjx-container').length > 3")
    page.wait_for_function(ALIVE)
    page.wait_for_timeout(1000)
    total = page.locator(".slide").count()
    for number, slide in enumerate(page.evaluate(MEASURE), 1):
        assert slide["scale"] > 0.7, f"slide {number} is too small to read"
        for side in ("below", "above", "right", "head", "whole"):
            assert slide[side] <= 2, (number, slide)

    def at():
        return int(page.locator("nav .counter").inner_text().split("/")[0])

    assert at() == 1
    for key, place in (("ArrowRight", 2), ("ArrowDown", 3), (" ", 4), ("PageDown", 5), ("ArrowLeft", 4), ("PageUp", 3)):
        page.keyboard.press(key)
        assert at() == place, key
        assert page.locator(".slide").nth(place - 1).evaluate("(s) => Math.abs(s.getBoundingClientRect().top)") < 2
    page.keyboard.press("End")
    assert at() == total
    page.keyboard.press("Home")
    assert at() == 1
    assert page.locator("body > [role=status]").inner_text().startswith(f"Slide 1 of {total}: ")
    live = [page.locator(".slide").nth(k).locator("input[type=range]:enabled") for k in range(total)]
    for place in [k for k, sliders in enumerate(live, 1) if sliders.count()][:1]:  # some wait for what they load
        for _ in range(place - 1):
            page.keyboard.press("ArrowRight")
        slider = live[place - 1].first
        slider.focus()
        before = slider.input_value()
        page.keyboard.press("ArrowLeft" if before == slider.get_attribute("max") else "ArrowRight")
        assert (slider.input_value() != before, at()) == (True, place), "in a figure the arrows are the figure's"
        page.keyboard.press("PageDown")
        assert at() == place + 1


@pytest.mark.browser
def test_notes_come_and_go_and_the_page_opens_where_it_was(out, open_page):
    page = open_page(f"{(out / 'gates.html').resolve().as_uri()}#5", width=1366, height=768, scheme="dark")
    assert page.locator("nav .counter").inner_text().startswith("5 /")
    notes = page.locator(".slide").nth(4).locator(".notes")
    assert not notes.is_visible()
    page.keyboard.press("n")
    assert notes.is_visible()
    assert page.get_by_role("button", name="Notes").get_attribute("aria-pressed") == "true"
    page.wait_for_timeout(500)
    for slide in page.evaluate(MEASURE):
        assert max(slide["below"], slide["above"], slide["whole"]) <= 2
    page.get_by_role("button", name="Notes").click()
    assert not notes.is_visible()


@pytest.fixture(scope="module")
def printed(out):
    """Print two decks, in a thread of its own: another test's browser may be open in this one."""
    if deck_pdf.find_browser() is None:
        pytest.skip("no Chromium")
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(deck_pdf.print_decks, out, PRINTED).result()


def shown_on(slide):
    """Return what a slide says besides its formulas, notes and figures, without spaces."""
    for part in slide.select(".notes, .math, .lstm-figure"):
        part.decompose()
    return ["".join(part.get_text().split()) for part in slide.select("p, li, td, th") if not part.select("p, li")]


@pytest.mark.browser
@pytest.mark.parametrize("name", PRINTED)
def test_a_deck_on_paper_has_every_slide_whole_on_a_page_of_its_own(out, printed, name):
    deck = soup(out / f"{name}.html").select(".slide")
    with pikepdf.open(out / f"{name}.pdf") as pdf:
        assert len(pdf.pages) == len(deck) == printed[name]
        heads = []
        for number, (page, slide) in enumerate(zip(pdf.pages, deck, strict=True), 1):
            wide, high = float(page.mediabox[2]), float(page.mediabox[3])
            assert wide / high == pytest.approx(16 / 9)
            said = text(page)
            heads.append(plain(slide.find(["h1", "h2"])))
            assert said.startswith("".join(heads[-1].split())), number
            assert said.endswith(f"book/{name}.html{number}")
            body = said.removeprefix("".join(heads[-1].split())).partition("https://")[0]
            assert len(body) > 20, f"next to nothing on page {number}"
            assert pictures(page) == len(slide.select('.plot img[src$=".png"]')), number
            addresses = {str(link.A.URI) for link in page.get("/Annots", []) if "/URI" in link.get("/A", {})}
            assert f"{pages()}book/{name}.html" in addresses
            for quiz in slide.select("lstm-quiz"):
                answers = json.loads(quiz["questions"])[0]["answers"]
                for answer in answers:
                    assert "".join(re.sub("[`*_]", "", answer["text"]).split()) in said.replace("_", ""), number
                    assert "".join(answer["reason"].split())[:25] not in said, "given away"
                assert not re.search("[✓✗]|Right|Notyet", said)
            for part in shown_on(slide):
                assert part in said, (number, part)
        assert pdf.Root.MarkInfo.Marked
        assert pdf.Root.Lang == "en"
        with pdf.open_outline() as outline:
            assert [item.title for item in outline.root] == [
                head for k, head in enumerate(heads) if not k or head != heads[k - 1]
            ]


CLIPPED = """() => [...document.querySelectorAll(".slide")].map((slide, k) => {
  const page = slide.getBoundingClientRect(), body = slide.querySelector(".body").getBoundingClientRect();
  const fit = slide.querySelector(".fit"), seen = fit.getBoundingClientRect();
  const parts = [fit, ...fit.querySelectorAll("mjx-math, td, th, .lstm-figure, .plot img, .live > img")];
  const boxes = parts.map((part) => part.getBoundingClientRect());
  const over = boxes.flatMap((e) => [body.top - e.top, e.bottom - body.bottom, -e.left, e.right - page.right]);
  return [k + 1, Math.max(...over), seen.width / fit.offsetWidth];
})"""


@pytest.mark.browser
@pytest.mark.parametrize("name", PRINTED)
def test_no_slide_is_clipped_on_paper(out, open_page, name):
    page = open_page(out / f"{name}.html", width=1280, height=720, still=True)
    page.wait_for_function(deck_pdf.ALIVE)
    deck_pdf.lay_out(page, name)
    for number, over, scale in page.evaluate(CLIPPED):
        assert over <= 1, f"slide {number} goes over by {over} pixels"
        assert scale > 0.55, f"slide {number} is too small to read"


@pytest.mark.browser
def test_the_index_leads_to_both_forms(out, printed, tmp_path):
    found = {name: (name.title(), count) for name, count in printed.items()} | {"gru": ("GRU", 3)}
    slides.write_index(found, out)
    links = [link["href"] for link in soup(out / "index.html").select("ol a")]
    assert links == ["sequences.html", "sequences.pdf", "markets.html", "markets.pdf", "gru.html"]
    assert all((out / link).is_file() for link in links)


def test_without_chromium_the_decks_are_there_and_it_is_said(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(slides, "OUT", tmp_path / "slides")
    monkeypatch.setattr(slides, "chapters", lambda: ["gates"])
    monkeypatch.setattr(deck_pdf, "find_browser", lambda: None)
    slides.main()
    assert (tmp_path / "slides" / "gates.html").is_file()
    assert not list((tmp_path / "slides").glob("*.pdf"))
    assert "want Chromium" in capsys.readouterr().out
