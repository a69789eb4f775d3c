"""The built book as a reader meets it: every page, in a real browser."""

import functools
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest
from axe_playwright_python.sync_playwright import Axe
from every_figure import TAGS

from lstmlib.page import bundle

HTML = Path(__file__).resolve().parents[2] / "_build" / "html"
PAGES = sorted(str(path.relative_to(HTML)) for path in [*HTML.glob("book/*.html"), *HTML.glob("search.html")])
WIDTHS = {"desktop": 1280, "phone": 375}

if not PAGES:
    pytest.skip("the book is not built: make book", allow_module_level=True)


@pytest.fixture
def visit(browser, address):
    """Return a function that opens a page and collects what goes wrong on it."""
    contexts = []

    def visit(page, scheme="light", width=1280, base=address, **options):
        context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        tab = context.new_page()
        tab.wrong = []
        tab.on("console", lambda message: message.type in ("error", "warning") and tab.wrong.append(message.text))
        tab.on("pageerror", lambda error: tab.wrong.append(str(error)))
        tab.on("requestfailed", lambda request: tab.wrong.append(f"failed: {request.url}"))
        tab.on("request", lambda request: outside(request.url, base) and tab.wrong.append(f"outside: {request.url}"))
        tab.goto(base + page, wait_until="networkidle")
        return tab

    yield visit
    for context in contexts:
        context.close()


def outside(url, base):
    return not url.startswith((base, "data:", "blob:"))


@pytest.mark.browser
@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_quiet_and_alone_its_formulas_set_and_its_figures_alive(visit, page):
    """No error in the console, no failed request, none to another host, over HTTP: all in one visit."""
    tab = visit(page)
    assert tab.wrong == []
    tab.evaluate("window.MathJax?.startup?.promise")  # all formulas are set
    assert tab.locator("mjx-container").count() == tab.locator(".math").count()
    assert tab.locator("mjx-merror").count() == 0
    assert tab.evaluate(CUT_OFF) == []
    answer_to_the_keyboard(tab)
    assert tab.wrong == []


# Glyphs that stand outside a box which cuts them off, above or below. What stretches a bracket has no height itself,
# and the ink of a glyph may stand a pixel above its own box.
CUT_OFF = """() => [...document.querySelectorAll('.bd-article div.math, div.math mjx-container')].flatMap((box) => {
  const {top, bottom} = box.getBoundingClientRect();
  return [...box.querySelectorAll('mjx-c')].map((glyph) => glyph.getBoundingClientRect())
    .filter((glyph) => glyph.height && (glyph.top < top + 1 || glyph.bottom > bottom + 0.5))
    .map((glyph) => `${box.textContent.slice(0, 40)}: ${glyph.top - top} ${bottom - glyph.bottom}`);
})"""


def answer_to_the_keyboard(tab):
    """See to it that figures run on the page where they stand; what each computes is tested beside its script."""
    for figure in tab.locator(", ".join(TAGS.values())).all():
        controls = figure.locator("button:visible:enabled, input:visible:enabled").all()
        if not controls:
            continue
        figure.evaluate("f => { f.heard = 0; f.addEventListener('change', () => { f.heard += 1; }); }")
        for control in controls[:8]:  # a symbol that can't come next changes nothing
            if figure.evaluate("f => f.heard"):
                break
            control.focus()
            for key in ("Enter", "Space", "ArrowRight", "ArrowLeft"):  # a button; an answer; a slider, at either end
                if not figure.evaluate("f => f.heard"):
                    tab.keyboard.press(key)
        assert figure.evaluate("f => f.heard") > 0, figure.evaluate("f => f.outerHTML.slice(0, 100)")


@pytest.mark.browser
@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_from_a_folder(visit, page):
    assert visit(page, base=HTML.as_uri() + "/").wrong == []


@pytest.mark.browser
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_accessible_and_fits(visit, page, width):
    tab = visit(page, "light", WIDTHS[width], reduced_motion="reduce")
    # Colours don't depend on the width: by day all articles are looked at on a phone, by night on a desktop, and what
    # stands around an article on a desktop by day on one page. To look for contrast takes longer than all the rest.
    by_colour = {"color-contrast": {"enabled": width == "phone" or page == "book/index.html"}}
    assert violations(tab, "light", rules=by_colour) == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= WIDTHS[width]
    wide = tab.evaluate(
        """width => [...document.querySelectorAll('.bd-article *')].filter(e => {
            const box = e.getBoundingClientRect();
            if (!box.width || box.right <= width + 1) return false;
            for (let p = e.parentElement; p; p = p.parentElement)
                if (['auto', 'scroll', 'hidden'].includes(getComputedStyle(p).overflowX)) return false;
            return true;
        }).map(e => e.outerHTML.slice(0, 120))""",
        WIDTHS[width],
    )
    assert wide == []


# Plots, each with how wide the notebook says it is shown, how wide and high it is, its pixels, and the room it has.
PLOTS = """() => Promise.all([...document.querySelectorAll('.bd-article figure img[src$=png]')].map(async (image) => {
  image.loading = 'eager';
  await image.decode();
  const {width, height} = image.getBoundingClientRect();
  const figure = image.closest('figure'), box = getComputedStyle(figure);
  const room = figure.clientWidth - parseFloat(box.paddingLeft) - parseFloat(box.paddingRight);
  return {said: Number(image.getAttribute('width')), width, height, room, wide: !!image.closest('.book-wide'),
    pixels: [image.naturalWidth, image.naturalHeight], link: !!image.closest('a')};
}))"""


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("page", ["book/gates.html", "book/what-gates-do.html"])
def test_plots_have_two_pixels_for_one_at_the_size_that_their_notebook_says(visit, page, width):
    tab = visit(page, width=width)
    plots = tab.evaluate(PLOTS)
    assert len(plots) == 4
    for plot in plots:
        assert plot["pixels"][0] // 2 == plot["said"], plot
        narrow = plot["room"]
        if width == 390:  # there what is wide scrolls, and what isn't takes the margins too
            narrow = max(640, round(0.85 * plot["said"])) if plot["wide"] else 390 - 9.6
        assert plot["width"] == pytest.approx(min(plot["said"], narrow), abs=1), plot
        assert plot["height"] / plot["width"] == pytest.approx(plot["pixels"][1] / plot["pixels"][0], abs=0.01), plot
        assert not plot["link"]
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.browser
@pytest.mark.parametrize("page", PAGES)
def test_every_page_can_be_read_in_the_dark(visit, page):
    """Only the contrast depends on the scheme, of all that axe looks for; formulas have the colour of their text."""
    tab = visit(page, "dark", reduced_motion="reduce")
    tab.evaluate("window.MathJax?.startup?.promise")
    formula = tab.locator(".bd-article mjx-container").first
    if formula.count():  # the colour of the text around it, so that is looked at for all of them
        ink = "e => getComputedStyle(e).color"
        assert formula.evaluate(ink) == formula.evaluate("e => getComputedStyle(e.closest('.math')).color")
    tab.evaluate("document.querySelectorAll('mjx-container').forEach((formula) => formula.replaceChildren('x'))")
    assert violations(tab, "dark", runOnly=["color-contrast"]) == []


def violations(tab, scheme, **options):
    """Return what axe finds wrong, a line a node."""
    # The theme sets this itself, on a busy machine a little later than the network is idle.
    tab.wait_for_function("scheme => document.documentElement.dataset.theme === scheme", arg=scheme)
    options["resultTypes"] = ["violations"]  # all else is counted and not listed
    return [
        f"{scheme}: {violation['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"
        for violation in Axe().run(tab, options=options).response["violations"]
        for node in violation["nodes"]
    ]


# Boxes that scroll and are no tab stop, or are one and don't scroll.
STOPS = """() => [...document.querySelectorAll('.bd-article .math, .bd-article mjx-container, .bd-article dt.sig')]
  .filter((box) => (box.tabIndex >= 0) !==
    (['auto', 'scroll'].includes(getComputedStyle(box).overflowX) && box.scrollWidth > box.clientWidth))
  .map((box) => `${box.tagName} ${box.tabIndex}: ${box.textContent.slice(0, 60)}`)"""


@pytest.mark.browser
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    "page", ["book/forget-gate.html", "book/notation.html", "book/attention.html", "book/api-cells.html"]
)
def test_formulas_are_tab_stops_only_where_they_scroll(visit, page, width):
    tab = visit(page, width=WIDTHS[width])
    # Fonts that arrive late change what scrolls; the page then answers when it has time.
    tab.wait_for_function(f"() => ({STOPS})().length === 0 || performance.now() > 60000", timeout=120_000)
    assert tab.evaluate(STOPS) == []
    assert tab.locator(".bd-article p mjx-container[tabindex]").count() == 0


# Boxes whose right edge doesn't fade although more stands behind it, or fades although nothing does.
EDGES = """() => [...document.querySelectorAll('.bd-article :is(div.math mjx-container, pre), .book-table, .book-wide')]
  .filter((box) => box.clientWidth && box.classList.contains('book-more') !==
    (box.scrollLeft + box.clientWidth < box.scrollWidth - 1))
  .map((box) => `${box.tagName} ${box.scrollLeft}: ${box.textContent.slice(0, 60)}`)"""


@pytest.mark.browser
def test_what_goes_on_at_the_right_fades_there_and_every_formula_can_be_read(visit):
    tab = visit("book/sequences.html", width=WIDTHS["phone"])
    tab.wait_for_function("() => document.querySelectorAll('.book-more').length > 9", timeout=120_000)
    tab.wait_for_function(f"() => ({EDGES})().length === 0", timeout=120_000)
    tab.evaluate("document.querySelectorAll('button.toggle-button').forEach((button) => button.click())")
    unfolded = "() => document.querySelector('.solution span.math.book-scrolls')"
    tab.wait_for_function(unfolded)  # what is folded up isn't measured before
    tab.evaluate("document.querySelectorAll('.book-more').forEach((box) => { box.scrollLeft = 9999; })")
    tab.wait_for_function("() => document.querySelectorAll('.book-more').length === 0")
    assert tab.evaluate(EDGES) == []


@pytest.mark.browser
@pytest.mark.parametrize("page", ["book/forget-gate.html", "book/variants.html"])
def test_printed_code_is_whole(visit, page):
    """On paper nothing scrolls: code breaks in place of being cut off, and quizzes give their reasons."""
    tab = visit(page, width=700)  # A4 less its margins
    tab.emulate_media(media="print")
    cut = tab.evaluate(
        """() => [...document.querySelectorAll('.bd-article pre, .bd-article div.highlight')]
          .filter((box) => box.scrollWidth > box.clientWidth + 1 || getComputedStyle(box).overflowX !== 'visible')
          .map((box) => box.textContent.slice(0, 80))"""
    )
    assert cut == []
    reasons = tab.locator("lstm-quiz .reason")
    assert reasons.count() > 5
    assert all(reason.is_visible() and reason.inner_text()[0] in "✓✗" for reason in reasons.all())


@pytest.mark.browser
def test_in_the_dark_the_colours_of_day_are_printed(visit):
    tab = visit("book/gates.html", "dark")
    theme = "document.documentElement.dataset.theme"
    assert tab.evaluate(theme) == "dark"
    tab.evaluate("() => { dispatchEvent(new Event('beforeprint')); }")
    assert tab.evaluate(theme) == "light"
    tab.emulate_media(media="print")
    assert not tab.locator("details.hide summary").first.is_visible()  # folded code stays away, its output doesn't
    tab.evaluate("() => { dispatchEvent(new Event('afterprint')); }")
    assert tab.evaluate(theme) == "dark"


@pytest.mark.browser
def test_without_javascript_there_is_a_still_picture(visit):
    tab = visit("book/index.html", java_script_enabled=False)
    picture = tab.locator("lstm-safe img").first
    assert picture.is_visible()


@pytest.mark.browser
def test_search_finds_a_word(visit):
    tab = visit("search.html?q=vanishing")
    tab.wait_for_selector("ul.search li a", timeout=10_000)
    assert "Vanishing" in tab.locator("ul.search").inner_text()


@pytest.mark.browser
def test_search_in_a_book_opened_as_files_fetches_nothing(visit):
    tab = visit("search.html?q=forget+gate", base=HTML.as_uri() + "/")
    tab.wait_for_selector("ul.search li a", timeout=30_000)
    tab.wait_for_timeout(500)
    assert tab.locator("ul.search li a").first.get_attribute("href").endswith("book/forget-gate.html")
    assert tab.wrong == []


@pytest.mark.browser
@pytest.mark.parametrize(
    ("words", "chapter"),
    [("forget gate", "forget-gate"), ("gates", "gates"), ("GRU", "gru"), ("attention", "attention")],
)
def test_the_chapter_of_that_name_comes_first_and_its_text_is_quoted(visit, words, chapter):
    tab = visit(f"search.html?q={words.replace(' ', '+')}")
    tab.wait_for_selector("ul.search li p.context", timeout=30_000)
    assert tab.locator("ul.search li a").first.get_attribute("href").endswith(f"book/{chapter}.html")
    quoted = tab.locator("ul.search li p.context").first
    assert "On this page" not in quoted.inner_text()


@pytest.mark.browser
def test_a_question_is_what_it_asks_for(visit):
    tab = visit("search.html?q=How+do+I+save+a+model")
    tab.wait_for_selector("ul.search li p.context", timeout=30_000)
    assert tab.locator("ul.search li a").first.get_attribute("href").endswith("book/api-files.html")


@pytest.mark.browser
@pytest.mark.parametrize("words", ["install", "installation", "licence", "license", "cite"])
def test_installation_licence_and_citation_are_found(visit, words):
    tab = visit(f"search.html?q={words}")
    tab.wait_for_selector("ul.search li a", timeout=60_000)
    assert any(
        "install.html" in link
        for link in tab.locator("ul.search li a").evaluate_all("all => all.slice(0, 3).map((a) => a.href)")
    )


@pytest.mark.browser
def test_buttons_follow_the_address(visit):
    from address import NOTEBOOKS, repository

    tab = visit("book/sequences.html")
    links = tab.evaluate("[...document.querySelectorAll('.article-header-buttons a')].map(a => a.href)")
    owner_name = "/".join(repository().split("/")[-2:])
    assert f"https://github.dev/{owner_name}/blob/main/book/sequences.ipynb" in links  # edits cells, not their JSON
    assert any(link.startswith(f"{repository()}/issues/new") for link in links)
    assert f"https://colab.research.google.com/github/{owner_name}/blob/{NOTEBOOKS}/sequences.ipynb" in links
    assert f"https://mybinder.org/v2/gh/{owner_name}/{NOTEBOOKS}?urlpath=lab/tree/sequences.ipynb" in links
    assert f"{tab.url.split('/book/')[0]}/notebooks/sequences.ipynb" in links
    icon = tab.locator('link[rel="apple-touch-icon"]').get_attribute("href")
    assert (HTML / "book" / icon).resolve().exists()
    card = tab.locator('meta[property="og:image"]').get_attribute("content")
    assert card.startswith("https://")
    assert (HTML / "_images" / "social_previews" / Path(card).name).exists()


class Links(HTMLParser):
    """Collect a page's ids and the addresses that it points to."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.seen, self.targets, self.repeated = set(), set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in ("id", "name") and value:
                self.ids.add(value)
            if name == "id":
                self.repeated += [value] if value in self.seen else []
                self.seen.add(value)
            elif name in ("href", "src") and value:
                self.targets.append(value)


@functools.cache
def links(path):
    return Links(path.read_text(encoding="utf8"))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_loads_the_scripts_of_its_own_figures(page):
    text = (HTML / page).read_text(encoding="utf8")
    scripts = re.findall(r'src="[^"]*_static/figures/([^"?]+)', text)
    assert bool(scripts) == bool(names := bundle.figures_in(text))
    for name in scripts:
        script = (HTML / "_static" / "figures" / name).read_text(encoding="utf8")
        assert script == bundle.classic_script(names)
        assert len(script.encode()) < 300_000  # most of it the programs of two workers, where a page has both


@pytest.mark.parametrize("page", PAGES)
def test_ids_are_there_once(page):
    assert links(HTML / page).repeated == []


@pytest.mark.parametrize("page", PAGES)
def test_links_inside_the_book_resolve(page):
    broken = []
    for target in links(HTML / page).targets:
        if target in ("", "#") or target.startswith(("http:", "https:", "mailto:", "data:", "javascript:")):
            continue
        file, fragment = urldefrag(target)
        path = (HTML / page).parent / unquote(file.split("?")[0]) if file else HTML / page
        if not path.exists() or (fragment and path.suffix == ".html" and unquote(fragment) not in links(path).ids):
            broken.append(target)
    assert broken == []
