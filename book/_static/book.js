// What scrolls sideways can be reached and scrolled by keyboard: wide formulas, tables and signatures, as the theme does for code.
addEventListener("load", () => {
  const wide = () => {
    for (const box of document.querySelectorAll(".bd-article div.math, .bd-article mjx-container, .bd-article dt.sig, .book-table")) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
  };
  (window.MathJax?.startup?.promise ?? Promise.resolve()).then(wide);
  addEventListener("resize", wide);
});
