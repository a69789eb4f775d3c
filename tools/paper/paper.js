// Makes a book on paper of the page that holds all chapters: run by tools/pdf.py in Chromium. Returns links that lead nowhere.
({ title, subtitle, site }) => {
  const article = document.querySelector("article") ?? document.querySelector("main");
  const clean = (heading) => heading.textContent.replace(/#$/, "").trim();
  // Where each document starts, and which one an element is in.
  const documents = [...article.querySelectorAll('span[id^="document-"]')].map((mark) => {
    let section = mark.nextElementSibling;
    while (section && section.tagName !== "SECTION") section = section.nextElementSibling;
    return { name: mark.id.replace(/^document-/, ""), section };
  }).filter(({ section }) => section);
  const owner = (element) => documents.filter(({ section }) => section.contains(element)).at(-1)?.name ?? "book/index"; // the front page has no mark

  // The library's reference is to be searched, not read: on paper stands its overview, which leads to the pages on the site.
  const onPaper = (name) => !/\/api-/.test(name);

  // An id that several documents have becomes one for each.
  const byId = new Map();
  for (const element of article.querySelectorAll("[id]")) byId.set(element.id, [...(byId.get(element.id) ?? []), { element, name: owner(element) }]);
  for (const [id, all] of byId) if (all.length > 1) for (const { element, name } of all) element.id = `${name.replace("book/", "")}--${id}`;
  const broken = new Set();
  for (const link of article.querySelectorAll("a[href]")) {
    const href = link.getAttribute("href");
    if (/^(https?|mailto):/.test(href)) continue;
    const id = decodeURIComponent(href.split("#")[1] ?? ""), all = byId.get(id) ?? [], mine = owner(link);
    const hit = all.find(({ name }) => name === mine) ?? all.find(({ name }) => name === "book/bibliography") ?? all[0];
    const page = documents.find(({ name }) => href.split("#")[0].replace(/\.html$/, "").endsWith(name));
    if (hit && !onPaper(hit.name)) link.href = `${site}${hit.name}.html#${id}`;
    else if (!id && page && !onPaper(page.name)) link.href = `${site}${page.name}.html`;
    else if (hit) link.href = `#${hit.element.id}`;
    else if (!id && page) link.href = `#${page.section.id}`;
    else if (/^(\.\.\/)*(_downloads|notebooks|_sources)\//.test(href)) link.href = site + href.replace(/^(\.\.\/)+/, "");
    else if (id === "document-book/index") link.href = "#paper-front";
    else if (href !== "#") { broken.add(href); link.removeAttribute("href"); }
  }

  for (const { name, section } of documents) if (!onPaper(name)) for (const part of [section, document.getElementById(`document-${name}`)]) part.remove();
  // What stands between two chapters would be a page of its own: their marks, since chapters have pages of their own.
  const printed = documents.filter(({ name }) => onPaper(name));
  for (const { name, section } of printed) section.prepend(document.getElementById(`document-${name}`));

  // An interactive figure: its still picture, and where the live one is.
  for (const figure of article.querySelectorAll(".lstm-figure:not(lstm-quiz)")) {
    const still = document.createElement("figure"), note = document.createElement("p"), link = document.createElement("a");
    still.className = "paper-still";
    const image = figure.querySelector("img");
    link.href = link.textContent = `${site}${owner(figure)}.html`;
    note.append("A figure to play with, at ", link);
    if (image) still.append(image);
    still.append(note);
    figure.replaceWith(still);
  }
  // Solutions go to the end, chapter by chapter.
  const solutions = document.createElement("section");
  solutions.className = "paper-solutions";
  solutions.id = "paper-solutions";
  solutions.innerHTML = "<h2>Solutions</h2>";
  for (const { name, section } of printed) {
    const own = [...section.querySelectorAll(".solution")].filter((solution) => owner(solution) === name);
    if (!own.length) continue;
    const heading = document.createElement("h3");
    heading.textContent = clean(section.querySelector("h1, h2, h3"));
    solutions.append(heading, ...own);
  }
  article.append(solutions);
  for (const details of article.querySelectorAll("details")) details.open = true;
  // What is longer than a part of a page may go over two; else the page before it would be left empty.
  for (const table of article.querySelectorAll("table")) if (table.rows.length > 14) table.classList.add("long");
  for (const pre of article.querySelectorAll("pre")) if (pre.textContent.split("\n").length > 40) pre.classList.add("long");
  // Plots and drawings in one scale, so that their letters have one size.
  for (const image of article.querySelectorAll("figure:not(.paper-still) img, .cell_output > img, .cell_output .output img")) {
    const scale = 98 / (image.src.endsWith(".svg") ? 640 : 584), wide = parseFloat(image.style.width) || image.naturalWidth;
    image.style.width = ""; // else what is too high would be squeezed
    if (wide) image.style.setProperty("max-width", `${Math.min(166, Math.max(98, wide * scale))}mm`, "important");
  }

  // Running heads, contents, title.
  let rules = "";
  const list = document.createElement("ol");
  const line = (id, text) => {
    const item = document.createElement("li"), link = document.createElement("a");
    link.href = `#${id}`;
    link.innerHTML = '<span></span><span class="dots"></span><span class="page">000</span>';
    link.firstChild.textContent = text;
    item.append(link);
    return item;
  };
  const parts = [...printed.map(({ section }) => section), ...(solutions.children.length > 1 ? [solutions] : [])];
  parts.forEach((section, k) => {
    const heading = section.querySelector(":scope > h1, :scope > h2, :scope > h3"), text = clean(heading);
    section.classList.add("chapter");
    section.style.page = `c${k}`;
    rules += `@page c${k} { @top-right { content: ${JSON.stringify(text)}; font: 9pt sans-serif; color: #444; } }\n`;
    const item = line(section.id, text), inner = document.createElement("ol");
    if (/^\d/.test(text))
      for (const sub of section.querySelectorAll(":scope > section"))
        if (!sub.classList.contains("chapter") && sub.querySelector(":scope > h2, :scope > h3")) inner.append(line(sub.id, clean(sub.querySelector(":scope > h2, :scope > h3"))));
    if (inner.children.length) item.append(inner);
    list.append(item);
  });
  const front = document.createElement("div");
  front.id = "paper-front";
  front.innerHTML = '<div class="paper-title"><p class="name"></p><p class="by"></p><p class="at"></p></div><nav class="paper-contents" aria-label="Contents"><h2>Contents</h2></nav>';
  front.querySelector(".name").textContent = title;
  front.querySelector(".by").textContent = subtitle;
  front.querySelector(".at").textContent = site;
  front.querySelector("nav").append(list);
  article.prepend(front);
  document.head.append(Object.assign(document.createElement("style"), { textContent: rules }));
  document.documentElement.dataset.theme = document.documentElement.dataset.mode = "light";
  return [...broken];
}
