"""A real browser for the tests that open pages: Chromium, headless, without network."""

import functools
import http.server
import os
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect, sync_playwright

from lstmlib.page import bundle
from lstmlib.page.browser import find_browser
from lstmlib.page.figure import GIVEN, Asking

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
ARGUMENTS += ["--disable-component-update", "--disable-sync"]


def chromium(bundled: str) -> str | None:
    """Return the path of a Chromium: the one in $CHROMIUM, else the system's, else playwright's own."""
    return find_browser() or (bundled if Path(bundled).exists() else None)


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A server of files that keeps its log to itself."""

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Serve the built book, and return its address."""
    html = Path(__file__).resolve().parents[2] / "_build" / "html"
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=html))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, started once. Where there is none, tests are skipped; on the forge (CI=true) they fail."""
    with sync_playwright() as p:
        path = chromium(p.chromium.executable_path)
        if path is None:
            said = "no Chromium: apt install chromium-headless-shell, or playwright install chromium, or set CHROMIUM"
            if os.environ.get("CI") == "true":
                pytest.fail(said)
            pytest.skip(said)
        started = p.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def open_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """Open an address: ``open_page(path_or_url, scheme="dark", width=360)`` returns a playwright Page.

    Arguments: ``scheme`` ("light", "dark"), ``width`` and ``height`` in CSS pixels, ``still`` (the reader prefers
    reduced motion), ``javascript`` and ``touch``. A page may not write errors to its console, nor ask another host for
    anything: after the test, either fails it.
    """
    contexts, trouble = [], []

    def open_(
        address: Path | str,
        *,
        scheme: str = "light",
        width: int = 800,
        height: int = 900,
        still: bool = False,
        javascript: bool = True,
        touch: bool = False,
    ) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            reduced_motion="reduce" if still else "no-preference",
            java_script_enabled=javascript,
            has_touch=touch,
        )
        contexts.append(context)
        context.set_default_timeout(120_000)  # for what hangs; a busy machine is slow
        page = context.new_page()
        page.on("pageerror", lambda error: trouble.append(f"error in the page: {error}"))
        page.on("console", lambda m: trouble.append(f"console: {m.text}") if m.type == "error" else None)
        page.on("request", lambda r: trouble.append(f"request to {r.url}") if not _own(r.url) else None)
        page.goto(address.resolve().as_uri() if isinstance(address, Path) else address)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not trouble, "\n".join(trouble)


def _own(url: str) -> bool:
    return url.startswith(("file:", "data:", "blob:", "about:", "http://localhost", "http://127.0.0.1"))


DARK = "@media (prefers-color-scheme: dark) { body { background: #14181e; color: #ced6dd } }"


@pytest.fixture
def show(open_page: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    """Open a page that holds figures and nothing else: ``show(Safe(), width=360)``; keywords as for ``open_page``."""

    def show_(*figures: Any, head: str = "", **options: Any) -> Any:
        (tmp_path / "figures.js").write_text(bundle.classic_script(), encoding="utf8")
        for figure in figures:
            if isinstance(figure, Asking):
                (tmp_path / GIVEN).mkdir(exist_ok=True)
                (tmp_path / GIVEN / f"{figure._name}.js").write_text(figure.given_script(), encoding="utf8")
        body = "\n".join(figure._repr_mimebundle_()[0]["text/html"] for figure in figures)
        (tmp_path / "page.html").write_text(
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Figures</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<meta name="color-scheme" content="light dark"><style>body {{ margin: 16px }} {DARK}</style>{head}'
            f'<script defer src="figures.js"></script></head><body><main><h1>Figures</h1>{body}</main></body></html>',
            encoding="utf8",
        )
        page = open_page(tmp_path / "page.html", **options)
        for figure in figures:
            if isinstance(figure, Asking) and figure.asked:
                load = page.locator(f"lstm-{figure._name.replace('_', '-')} button.main", has_text=re.compile("^Load "))
                waiting = sum(one._name == figure._name and not one.asked for one in figures if isinstance(one, Asking))
                expect(load).to_have_count(waiting, timeout=120_000)
        return page

    return show_


# A model that does what JupyterLab's does, for a module's default export.
MODEL = """
async ([text, state, given]) => {
  const url = URL.createObjectURL(new Blob([text], {type: "text/javascript"}));
  const {default: widget} = await import(url);
  const listeners = new Map();
  const model = {
    saved: 0,
    get: (name) => state[name],
    set(name, value) {
      if (JSON.stringify(state[name]) === JSON.stringify(value)) return;
      state[name] = value;
      for (const [listener, names] of listeners) if (names.includes("change:" + name)) listener();
    },
    save_changes() { this.saved++; },
    on: (names, listener) => listeners.set(listener, names.split(" ")),
    off: (names, listener) => listeners.delete(listener),
    send(content) { // the kernel answers
      window.sent = content;
      for (const [listener, names] of [...listeners]) if (names.includes("msg:custom")) listener({ given });
    },
  };
  const place = document.createElement("div");
  document.querySelector("main").append(place);
  const stop = widget.render({model, el: place});
  Object.assign(window, {model, stop, listeners});
}
"""


@pytest.fixture
def widget(show: Callable[..., Any]) -> Callable[..., Any]:
    """Render a figure from what JupyterLab gets of it: the module's text and the synced state."""

    def widget_(figure: Any, **options: Any) -> Any:
        page = show(**options)
        figure_state = {name: value for name, value in figure.get_state().items() if not name.startswith("_")}
        given = figure.given() if isinstance(figure, Asking) else None
        page.evaluate(MODEL, [figure.get_state()["_esm"], figure_state, given])
        return page

    return widget_
