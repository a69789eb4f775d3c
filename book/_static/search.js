// How the search orders what it finds, and what it quotes. A page of the book whose title has all the words comes before
// entries of the reference that hold one of them; quoted is the text, not what stands around it.
if (typeof Search !== "undefined") {
  const words = (new URLSearchParams(location.search).get("q") ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  Object.assign(Scorer, {
    objNameMatch: 8,
    objPartialMatch: 2,
    objPrio: { 0: 10, 1: 0, 2: -5 },
    score: ([page, title, , , score]) => {
      const named = words.length && words.every((word) => title.toLowerCase().includes(word));
      return score + (named ? 30 : 0) - (page.startsWith("book/api-") && /[._]/.test(title) ? 4 : 0);
    },
  });
  const whole = Search.htmlToText;
  Search.htmlToText = (text, anchor) => {
    const page = new DOMParser().parseFromString(text, "text/html");
    const article = page.querySelector("article.bd-article");
    if (!article) return whole(text, anchor);
    for (const part of article.querySelectorAll(".headerlink, .book-about, script, style")) part.remove();
    return ((anchor && article.querySelector(anchor)) || article).textContent.replace(/\s+/g, " ");
  };
}
