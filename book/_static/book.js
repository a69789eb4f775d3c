// Paper is white: in the dark, the colours of day are put on for printing, and taken off again.
let shown = "";
addEventListener("beforeprint", () => { shown = document.documentElement.dataset.theme; document.documentElement.dataset.theme = "light"; });
addEventListener("afterprint", () => { document.documentElement.dataset.theme = shown; });
// Folding hides nothing from paper: tables that a page folds are open there.
let folded = [];
addEventListener("beforeprint", () => { folded = [...document.querySelectorAll(".book-fold:not([open])")]; for (const table of folded) table.open = true; });
addEventListener("afterprint", () => { for (const table of folded) table.open = false; });

// A number such as 5 × 10⁻⁴ stays in one line, in narrow columns above all.
addEventListener("DOMContentLoaded", () => {
  for (const place of document.querySelectorAll(".bd-article :is(p, li, td, figcaption)")) {
    for (const node of place.childNodes) if (node.nodeType === 3 && node.data.includes(" × 10")) node.data = node.data.replace(/(?<=\d) × (?=10[⁻⁰¹²³⁴-⁹])/g, "\u00a0×\u00a0");
  }
});

// What scrolls sideways can be reached and scrolled by keyboard: wide formulas, tables, pictures and signatures, as the theme does for
// code. A formula in a line scrolls only where its glyphs don't fit the line; most merely overhang a little. Where more stands to
// the right the edge fades. Fonts that come late, and what is unfolded, change what is wide.
addEventListener("load", () => {
  const kinds = ".bd-article :is(.math, mjx-container, dt.sig, pre, .pst-scrollable-table-container), .book-table, .book-wide";
  const read = (box) => {
    if (!box.matches("span.math")) {
      const scrolls = ["auto", "scroll"].includes(getComputedStyle(box).overflowX) && box.scrollWidth > box.clientWidth;
      return [box, scrolls, scrolls && box.scrollLeft + box.clientWidth < box.scrollWidth - 1];
    }
    const glyphs = box.querySelector("mjx-math")?.getBoundingClientRect().right ?? 0;
    const more = glyphs > box.getBoundingClientRect().right + 1.5;
    return [box, more || box.scrollLeft > 0, more];
  };
  const write = ([box, scrolls, more]) => {
    if (box.matches("span.math")) box.classList.toggle("book-scrolls", scrolls);
    box.classList.toggle("book-more", more);
    if (box.matches("pre")) return;
    if (scrolls) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  };
  const look = (boxes) => [...boxes].map(read).forEach(write); // all is read before anything moves
  const sizes = new ResizeObserver((entries) => look(entries.map((entry) => entry.target)));
  const wide = () => {
    const boxes = document.querySelectorAll(kinds);
    boxes.forEach((box) => sizes.observe(box));
    look(boxes);
  };
  (window.MathJax?.startup?.promise ?? Promise.resolve()).then(() => document.fonts.ready).then(wide);
  document.fonts.addEventListener("loadingdone", wide);
  addEventListener("resize", wide);
  document.addEventListener("scroll", ({ target }) => { if (target.matches?.(kinds)) look([target]); }, { capture: true, passive: true });
});
