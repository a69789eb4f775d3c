"""MyST becomes what any viewer shows."""

import pytest

from plain_markdown import Page, plain
from references import References

SITE = "https://example.org/book/"
REFERENCES = References(
    docs={"book/gru": ("The GRU", "GRU-PAGE")},
    titles={"comparing": ("How to compare", "SECTION")},
    numbers={"fig-a": ("Fig. 3.1", "FIGURE"), "ex-a": ("Exercise 3.2", "EXERCISE"), "tab-a": ("Table 3.1", "TABLE")},
    equations={"linear": ("(7)", "EQUATION")},
    terms={"gate": ("gate", "TERM")},
    objects={"lstmlib.numpy.LSTM": ("lstmlib.numpy.LSTM", "CLASS")},
    downloads={"book/one.py": ("one.py", "FILE")},
    citations={"a1997": ("Hochreiter and Schmidhuber", "1997", "A"), "b2000": ("Gers et al.", "2000", "B")},
)
PAGE = Page("book/gates", {"n": "3.14159", "word": "'three'", "whole": "12"}, REFERENCES, SITE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{glue:text}`n:.2f`, {glue:text}`word`, {glue:text}`whole`", "3.14, three, 12"),
        ("{cite:t}`b2000` said", "[Gers et al. (2000)](B) said"),
        ("so {cite:p}`a1997,b2000`", "so ([Hochreiter and Schmidhuber, 1997](A); [Gers et al., 2000](B))"),
        ("{numref}`fig-a` and {numref}`figure %s <fig-a>`", "[Fig. 3.1](FIGURE) and [figure 3.1](FIGURE)"),
        ("{ref}`comparing`, {ref}`ours\n<comparing>`", "[How to compare](SECTION), [ours](SECTION)"),
        ("{ref}`ex-a`", "[Exercise 3.2](EXERCISE)"),
        (
            "{doc}`gru`, {doc}`that <gru>`, {doc}`/book/gru`",
            "[The GRU](GRU-PAGE), [that](GRU-PAGE), [The GRU](GRU-PAGE)",
        ),
        ("{term}`gates <gate>`, {term}`Gate`", "[gates](TERM), [Gate](TERM)"),
        ("{py:class}`LSTM <lstmlib.numpy.LSTM>`", "[LSTM](CLASS)"),
        ("{py:func}`lstmlib.numpy.LSTM`", "[`lstmlib.numpy.LSTM`](CLASS)"),
        ("{eq}`linear`", "[(7)](EQUATION)"),
        ("{download}`take it <one.py>`", "[take it](FILE)"),
        ("`{glue:text}` and ``{doc}`gru` `` stay", "`{glue:text}` and ``{doc}`gru` `` stay"),
        ("$$\nx = 1\n$$ (linear)", "$$\nx = 1\n\\tag{7}\n$$"),
        ("(here)=\n## Head", "## Head"),
        ("[a](variants.md#x), [b](#y)", f"[a]({SITE}book/variants.html#x), [b]({SITE}book/gates.html#y)"),
        ('<a href="gru.html#lab:4">4</a>', f'<a href="{SITE}book/gru.html#lab:4">4</a>'),
        ("![c](drawings/c.svg), [d](https://x.org)", f"![c]({SITE}_images/c.svg), [d](https://x.org)"),
        ("`x[0](t)` and $[x](t)$ and\n$$\n[x](t)\n$$", "`x[0](t)` and $[x](t)$ and\n$$\n[x](t)\n$$"),
        ("~~~python\n{doc}`gru`\n~~~", "~~~python\n{doc}`gru`\n~~~"),
    ],
)
def test_roles_and_links_become_words(text, expected):
    assert plain(text, PAGE) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (":::{note}\nSee {doc}`gru`.\n:::", "> **Note**\n>\n> See [The GRU](GRU-PAGE)."),
        ("```{admonition} Mind *this*\nOne.\n\nTwo.\n```", "> **Mind *this***\n>\n> One.\n>\n> Two."),
        (
            "::::{admonition} More\n:class: dropdown\nA\n:::{tip}\nB\n:::\n::::",
            "<details>\n<summary>More</summary>\n\nA\n\n> **Tip**\n>\n> B\n\n</details>",
        ),
        ("```{exercise}\n:label: ex-a\n\n**Do** it.\n```", "### Exercise 3.2\n\n**Do** it."),
        (
            "```{solution} ex-a\n:class: dropdown\n\nSo:\n\n~~~python\nx = 1\n~~~\n```",
            "<details>\n<summary>Solution to exercise 3.2</summary>\n\nSo:\n\n~~~python\nx = 1\n~~~\n\n</details>",
        ),
        (
            "```{figure} drawings/a.svg\n:name: fig-a\n:alt: A [net].\n\nA net, $y$.\n```",
            f"![A (net).]({SITE}_images/a.svg)\n\n**Fig. 3.1.** A net, $y$.",
        ),
        (":::{table} Counts\n:name: tab-a\n\n| a |\n|---|\n:::", "**Table 3.1.** Counts\n\n| a |\n|---|"),
        ("```{math}\n:label: linear\nx\n```", "$$\nx\n\\tag{7}\n$$"),
    ],
)
def test_directives_become_plain_markdown(text, expected):
    assert plain(f"Before.\n\n{text}\n\nAfter.", PAGE) == f"Before.\n\n{expected}\n\nAfter."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{wrong}`x`", r"the role \{wrong\}"),
        ("```{wrong}\n```", r"the directive \{wrong\}"),
        ("{glue:text}`lost`", "no glued number is called lost"),
        ("{cite:p}`b2000,lost`", "no entry of the bibliography is called lost"),
        ("{numref}`lost`", "no numbered figure or table is called lost"),
        ("- a\n  ```{note}\n  b\n  ```", "within a list"),
    ],
)
def test_what_is_not_known_stops_with_its_name(text, said):
    with pytest.raises(ValueError, match=said):
        plain(text, PAGE)
