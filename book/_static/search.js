// How the search orders what it finds, and what it quotes. The page of that name comes first, by its title or its file's; then
// pages whose titles have all the words, before entries of the reference that hold one of them; quoted is the text, not what
// stands around it. "How do I ..." is how one asks, not what is looked for.
if (typeof Search !== "undefined") {
  // What is quoted is fetched page by page, which browsers refuse to pages opened as files.
  if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
  const bare = (query) => query.replace(/^\s*how (?:(?:do|can|should) (?:i|we|you)|to)\s+(?=\S)/i, "");
  const name = (title) => title.toLowerCase().replace(/^[\d.]+\s+/, "").replace(/^(?:the|an?) /, "").trim();
  const asked = bare(new URLSearchParams(location.search).get("q") ?? "").toLowerCase();
  const words = asked.split(/\s+/).filter(Boolean);
  const slug = `book/${words.join("-")}`;
  Object.assign(Scorer, {
    objNameMatch: 8,
    objPartialMatch: 2,
    objPrio: { 0: 10, 1: 0, 2: -5 },
    score: ([page, title, anchor, , score]) => {
      if (title.includes(" > ") && !anchor) return score - 200; // a page once more, by its own heading
      const named = words.length && words.every((word) => title.toLowerCase().includes(word));
      const whole = !anchor && (page === slug || name(title) === name(asked));
      return score + (whole ? 150 : 0) + (named ? 30 : 0) - (page.startsWith("book/api-") && /[._]/.test(title) ? 4 : 0);
    },
  });
  const ask = Search.query;
  Search.query = (query) => ask(bare(query));
  const whole = Search.htmlToText;
  Search.htmlToText = (text, anchor) => {
    const page = new DOMParser().parseFromString(text, "text/html");
    const article = page.querySelector("article.bd-article");
    if (!article) return whole(text, anchor);
    for (const part of article.querySelectorAll(".headerlink, .book-about, script, style")) part.remove();
    return ((anchor && article.querySelector(anchor)) || article).textContent.replace(/\s+/g, " ");
  };
}
