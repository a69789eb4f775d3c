"""Code that runs in the page: in Chromium, over the server of ``make serve``, with every other host out of reach."""

import json
import os
import urllib.request
from http.server import SimpleHTTPRequestHandler
from pathlib import Path

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe

ROOT = Path(__file__).resolve().parents[2]
HTML = ROOT / "_build" / "html"
SHORT = "transformer"  # its cells take seconds
ALWAYS = ["gru", "after"]  # and with these three chapters; all others nightly

if not (HTML / "_static" / "live" / "files.json").exists():
    pytest.skip("the book is not built: make book", allow_module_level=True)
pytestmark = pytest.mark.browser
long = pytest.mark.skipif("LONG_TESTS" not in os.environ, reason="half an hour: LONG_TESTS=1")
PLANS = {
    path.stem: json.loads(path.read_text(encoding="utf8")) for path in (HTML / "_static" / "live" / "cells").glob("*")
}
OTHERS = sorted(name for name, plan in PLANS.items() if plan["cells"] and name not in (SHORT, *ALWAYS))


@pytest.fixture
def visit(open_page, address):
    """Return a function that opens a chapter and counts what it asks for; the worker's requests, too."""

    def visit(name, **options):
        page = open_page(address + "search.html", **options)
        page.set_default_timeout(600_000)
        page.asked = []
        page.context.on("request", lambda request: page.asked.append(request.url))
        page.goto(f"{address}book/{name}.html")  # to its end: on a busy machine the network rests before
        page.wait_for_load_state("networkidle")
        return page

    return visit


def about(page):
    return json.loads(page.evaluate("document.getElementById('live-cells').textContent"))


def cell(page, number):
    """Return a cell, its code unfolded."""
    box = page.locator(f".live-{number}")
    box.evaluate("box => box.querySelectorAll('details').forEach((d) => { d.open = true; })")
    return box


def button(box, name):
    return box.get_by_role("button", name=f"{name}: code")


def says(box):
    return box.get_by_role("status")


def finish(box):
    """Wait until a cell has come to its end; return what it says then."""
    handle = says(box).element_handle()
    box.page.wait_for_function("s => /^(Done|Stopped|It stopped|It could)/.test(s.textContent)", arg=handle)
    return says(box).inner_text()


def run_and_compare(page, name):
    """Run every cell that can run, from the first to the last, and compare as nbval does: text and tables."""
    cells = nbformat.read(ROOT / "book" / f"{name}.ipynb", as_version=4).cells
    plan = PLANS[name]
    assert about(page)["run"] == [int(number) for number in plan["cells"]]
    texts = pictures = 0
    for number, planned in plan["cells"].items():
        box = cell(page, number)
        button(box, "Run").click()
        assert finish(box).startswith("Done"), (number, page.locator(".live-output:visible").all_inner_texts())
        for shown in (int(number), *planned["feeds"]):
            live = page.locator(f".live-{shown} .live-output")
            if "nbval-ignore-output" in cells[shown].metadata.get("tags", []):
                continue
            written_below = ""
            for output in cells[shown].outputs:
                data = output.get("data", {})
                if "image/png" in data:
                    assert live.locator("img").evaluate("i => i.decode().then(() => i.naturalWidth)") > 100
                    assert live.locator("img").get_attribute("alt")
                    pictures += 1
                elif "text/html" in data:
                    expected = page.evaluate(AS_WRITTEN, data["text/html"])
                    assert page.evaluate(AS_WRITTEN, live.locator(".text_html").inner_html()) == expected
                    texts += 1
                elif output.output_type == "stream" or list(data) == ["text/plain"]:
                    written_below += output.get("text") or data["text/plain"] + "\n"
            if written_below:
                assert "".join(live.locator("pre").all_text_contents()) == written_below
                texts += 1
    return len(plan["cells"]), texts, pictures


def stores(name):
    """Return whether anything is stored below the cells that can run; a page may have them for what a reader adds."""
    cells = nbformat.read(ROOT / "book" / f"{name}.ipynb", as_version=4).cells
    shown = [k for number, planned in PLANS[name]["cells"].items() for k in (int(number), *planned["feeds"])]
    return any(cells[k].outputs for k in shown)


# A piece of HTML in the page's own spelling; a figure draws itself, so what counts is its state.
AS_WRITTEN = """(html) => {
  const box = document.createElement("template");
  box.innerHTML = html;
  for (const figure of box.content.querySelectorAll(".lstm-figure")) figure.replaceChildren();
  return box.innerHTML;
}"""


def test_the_server_says_what_webassembly_is(address):
    for name, kind in {"pyodide.asm.wasm": "application/wasm", "files.json": "application/json"}.items():
        with urllib.request.urlopen(f"{address}_static/live/{name}") as answer:
            assert answer.headers["Content-Type"] == kind


def test_all_cells_of_a_chapter_run_and_print_what_is_stored_and_nothing_comes_before_or_twice(visit):
    page = visit(SHORT)
    assert [url for url in page.asked if "/live/" in url] == []  # as light as without
    assert page.workers == []
    assert sum("/live.js" in url for url in page.asked) == 1
    count, texts, pictures = run_and_compare(page, SHORT)
    assert count > 10
    assert texts > 10
    assert pictures > 1
    assert len(page.workers) == 1
    fetched = {url.split("/live/")[1].split("?")[0] for url in page.asked if "/live/" in url}
    files = json.loads((HTML / "_static" / "live" / "files.json").read_text(encoding="utf8"))
    assert fetched - set(files) == {"worker.js", "files.json", f"cells/{SHORT}.json"}
    assert {name for name, file in files.items() if file["part"] == "core"} <= fetched
    # The next visit finds all of it in the cache.
    page.asked.clear()
    page.reload(wait_until="networkidle")
    box = cell(page, about(page)["run"][0])
    button(box, "Run").click()
    assert finish(box).startswith("Done")
    again = {url.split("/live/")[1].split("?")[0] for url in page.asked if "/live/" in url}
    assert again <= {"worker.js", "files.json", f"cells/{SHORT}.json"}


@pytest.mark.parametrize("name", [*ALWAYS, *(pytest.param(name, marks=long) for name in OTHERS)])
def test_all_cells_of_other_chapters_run_and_print_what_is_stored(visit, name):
    count, texts, pictures = run_and_compare(visit(name), name)
    assert count == len(PLANS[name]["cells"])
    assert texts + pictures > 0 or not stores(name)


def written(box):
    """Return what stands in a cell's editor."""
    return box.get_by_role("textbox").inner_text()


def write(page, text):
    """Replace what stands in the editor that has the focus, as a reader does; brackets aren't closed by it."""
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def focused(page):
    return page.evaluate("document.activeElement.textContent")


@pytest.mark.parametrize("options", [{"width": 800}, {"width": 390, "height": 800, "touch": True, "scheme": "dark"}])
def test_by_keyboard_alone_code_is_edited_run_stopped_and_put_back(visit, options):
    """And what is edited counts in what comes after it; axe finds nothing at any time. On a desk, and on a phone."""
    page = visit(SHORT, still=True, **options)
    number = about(page)["run"][-1]  # an exercise: it imports what it needs
    box = cell(page, number)
    stored = box.locator(".cell_input pre").inner_text()
    assert not [url for url in page.asked if "codemirror" in url]
    button(box, "Edit").focus()
    page.keyboard.press("Enter")
    area = box.get_by_role("textbox")
    area.wait_for()
    assert [url.rsplit("/", 1)[-1] for url in page.asked if "codemirror" in url] == ["codemirror.js"]
    assert area.evaluate("area => area === document.activeElement")
    assert written(box).split() == stored.split()
    assert box.locator(".cm-line .k").first.inner_text() == "def"
    write(page, "print('αβγ', 6 * 7)")
    page.keyboard.press("Control+Enter")
    assert finish(box).startswith("Done")
    region = box.get_by_role("region", name="Output of code")
    assert region.inner_text().strip() == "αβγ 42"
    assert area.evaluate("area => area === document.activeElement")
    assert violations(page) == []
    write(page, "print('on')\nwhile True: pass")
    page.keyboard.press("Escape")  # as the page says below the editor
    page.keyboard.press("Tab")
    assert focused(page) == "Run"
    page.keyboard.press("Enter")
    region.get_by_text("on").wait_for()
    page.keyboard.press("Tab")
    assert focused(page) == "Stop"
    page.keyboard.press("Enter")
    assert finish(box) == "Stopped. Python will start afresh."
    assert focused(page) == "Run"
    page.keyboard.press("Shift+Tab")
    assert area.evaluate("area => area === document.activeElement")
    write(page, "1 / 0")
    page.keyboard.press("Shift+Enter")
    assert finish(box) == "It stopped at an error."
    assert "ZeroDivisionError: division by zero" in region.inner_text()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    for key in ("Escape", "Tab", "Tab"):
        page.keyboard.press(key)
    assert focused(page) == "Put back"
    page.keyboard.press("Enter")
    assert says(box).inner_text() == "As in the book again."
    assert box.locator(".cell_input pre").inner_text() == stored
    assert box.get_by_role("textbox").count() == 0
    assert box.locator(".live-output:visible").count() == 0
    assert box.locator(".cell_output").first.is_visible() or not box.locator(".cell_output:not(.live-output)").count()
    button(box, "Run").click()
    assert finish(box).startswith("Done")


def test_the_editor_indents_undoes_and_says_how_to_leave_it(visit):
    page = visit(SHORT, still=True)
    box = cell(page, about(page)["run"][-1])
    button(box, "Edit").click()
    area = box.get_by_role("textbox", name="Code ")
    hint = page.locator(f"#{area.get_attribute('aria-describedby')}")
    assert hint.is_visible()
    assert "Escape, then Tab" in hint.inner_text()
    write(page, "for k in range(3):")
    page.keyboard.press("Enter")
    page.keyboard.insert_text("print(k)")
    assert written(box) == "for k in range(3):\n    print(k)"
    page.keyboard.press("Tab")
    assert written(box) == "for k in range(3):\n        print(k)"
    page.keyboard.press("Shift+Tab")
    assert written(box) == "for k in range(3):\n    print(k)"
    page.keyboard.press("Escape")
    page.keyboard.type("  # 1/2, no")  # whoever writes on hasn't left
    page.keyboard.press("Tab")
    assert area.evaluate("area => area === document.activeElement")
    assert written(box) == "for k in range(3):\n        print(k)  # 1/2, no"
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+Tab")
    assert not area.evaluate("area => area === document.activeElement")


def test_the_editor_has_the_colours_of_the_page_by_day_and_by_night(visit):
    """Pygments' own, so what is edited looks as before, and both modes have the page's contrast."""
    colour = "e => getComputedStyle(e).color"
    for scheme in ("light", "dark"):
        page = visit(SHORT, scheme=scheme, still=True)
        box = cell(page, about(page)["run"][-1])
        before = {k: box.locator(f".cell_input .{k}").first.evaluate(colour) for k in ("k", "nf", "n", "p")}
        button(box, "Edit").click()
        box.get_by_role("textbox").wait_for()
        assert {k: box.locator(f".cm-line .{k}").first.evaluate(colour) for k in before} == before
        assert len(set(before.values())) > 1
        assert violations(page) == []


def test_where_the_editor_does_not_arrive_a_plain_one_does_its_work(visit):
    page = visit(SHORT, still=True)
    page.route("**/codemirror.js", lambda route: route.fulfill(status=200, content_type="text/javascript", body="} {"))
    box = cell(page, about(page)["run"][-1])
    button(box, "Edit").click()
    box.locator("textarea").fill("print(6 * 7)")
    page.keyboard.press("Control+Enter")
    assert finish(box).startswith("Done")
    assert box.get_by_role("region", name="Output of code").inner_text().strip() == "42"
    assert violations(page) == []


def violations(page):
    found = Axe().run(page, options={"preload": False}).response["violations"]
    return [(violation["id"], node["html"][:200]) for violation in found for node in violation["nodes"]]


def test_in_whatever_order_cells_run_each_gives_what_is_stored_and_an_edit_counts(visit, tmp_path):
    """On a page of our own: a cell that changes what an earlier one made, run again and again."""
    page = visit(SHORT)
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell(source)
            for source in ("a = [1]", "a.append(2)", "print(a)", "a.append(3)\nprint(a)", "b = len(a)", "print(b)")
        ]
    )
    from live_plan import plan

    made = plan(notebook)
    page.route("**/cells/own.json", lambda route: route.fulfill(json=json.loads(json.dumps(made))))
    boxes = "".join(
        f'<div class="cell live-{k}"><div class="cell_input"><pre>{cell.source}</pre></div></div>'
        for k, cell in enumerate(notebook.cells)
    )
    html = (
        f'<!doctype html><html lang="en"><title>Own</title><main>{boxes}</main><script type="application/json" '
        f'id="live-cells">{json.dumps({"page": "own", "run": list(made["cells"]), "missing": {}})}</script>'
        '<script src="/_static/live.js" defer></script></html>'
    )
    page.route("**/own.html", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto(page.url.rsplit("/", 1)[0] + "/own.html")

    def result(number):
        box = page.locator(f".live-{number}")
        button(box, "Run").click()
        assert finish(box).startswith("Done")
        text = box.locator(".live-output").inner_text().strip()
        says(box).evaluate("s => { s.textContent = ''; }")
        return text

    assert result(5) == "3"
    assert [result(number) for number in (3, 3, 2, 5, 2, 3)] == [
        "[1, 2, 3]", "[1, 2, 3]", "[1, 2]", "3", "[1, 2]", "[1, 2, 3]",
    ]  # fmt: skip
    box = page.locator(".live-0")
    button(box, "Edit").click()
    box.get_by_role("textbox").fill("a = [10, 20]")
    assert result(5) == "4"  # not run by hand, and on the page all the same
    assert result(2) == "[10, 20, 2]"
    button(box, "Put back").click()
    assert result(2) == "[1, 2]"


def test_what_cannot_run_says_what_it_needs_and_where_it_can(visit):
    page = visit("forget-gate")
    number = next(number for number, lacks in about(page)["missing"].items() if lacks == ["torch"])
    box = cell(page, number)
    assert box.get_by_role("button", name="Run").count() == 0
    note = box.locator(".live-note")
    assert "This needs torch" in note.inner_text()
    links = [link.get_attribute("href") for link in note.locator("a").all()]
    assert "colab.research.google.com" in links[0]
    assert links[1].endswith("/notebooks/forget-gate.ipynb")


def test_a_page_from_a_file_says_why_nothing_runs(open_page):
    page = open_page(HTML / "book" / f"{SHORT}.html")
    note = cell(page, about(page)["run"][0]).locator(".live-note")
    assert "make serve" in note.inner_text()
    assert page.get_by_role("button", name="Run: code").count() == 0


def test_python_that_does_not_arrive_is_told_and_another_press_tries_again(browser, address, monkeypatch):
    real, broken = SimpleHTTPRequestHandler.do_GET, [True]

    def refuse(self):
        if broken and "asm.wasm" in self.path:
            self.send_error(503)
        else:
            real(self)

    monkeypatch.setattr(SimpleHTTPRequestHandler, "do_GET", refuse)
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}book/{SHORT}.html", wait_until="networkidle")
    box = cell(page, about(page)["run"][-1])
    button(box, "Run").click()
    assert finish(box) == "It stopped at an error."
    assert "pyodide.asm.wasm: the server answers 503" in box.locator(".live-output").inner_text()
    broken.clear()
    button(box, "Run").click()
    says(box).get_by_text("Done").wait_for(timeout=200_000)
    context.close()
