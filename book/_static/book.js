// Paper is white: in the dark, the colours of day are put on for printing, and taken off again.
let shown = "";
addEventListener("beforeprint", () => { shown = document.documentElement.dataset.theme; document.documentElement.dataset.theme = "light"; });
addEventListener("afterprint", () => { document.documentElement.dataset.theme = shown; });
// Folding hides nothing from paper: tables that a page folds are open there.
let folded = [];
addEventListener("beforeprint", () => { folded = [...document.querySelectorAll(".book-fold:not([open])")]; for (const table of folded) table.open = true; });
addEventListener("afterprint", () => { for (const table of folded) table.open = false; });

// What scrolls sideways can be reached and scrolled by keyboard: wide formulas, tables, pictures and signatures, as the theme does for
// code. A formula in a line only overhangs a little, and can't scroll; fonts that come late change what is wide.
addEventListener("load", () => {
  const wide = () => {
    for (const box of document.querySelectorAll(".bd-article div.math, .bd-article mjx-container, .bd-article dt.sig, .book-table, .book-wide")) {
      const scrolls = ["auto", "scroll"].includes(getComputedStyle(box).overflowX);
      if (scrolls && box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
  };
  (window.MathJax?.startup?.promise ?? Promise.resolve()).then(() => document.fonts.ready).then(wide);
  document.fonts.addEventListener("loadingdone", wide);
  addEventListener("resize", wide);
});
