// Makes a deck, whose style sheet is paper.css by now, ready to be printed; returns the headings of its slides.
// Told: the address of the chapter's page, and by a figure's element the state of its still picture.
async ([address, telling]) => {
  await window.MathJax?.startup?.promise;
  for (const image of document.images) await image.decode();
  for (const figure of document.querySelectorAll(".lstm-figure")) {
    const root = figure.shadowRoot ?? figure;
    // A quiz that is printed with its page gives its reasons. In a lecture they are still to be found.
    const secret = document.createElement("style");
    secret.textContent = "@media print{.reason[hidden]{display:none!important}}";
    root.append(secret);
    // What waits for a reader, who is to load or to train a net, shows more as its still picture.
    const waits = [...root.querySelectorAll("button.main")].some((one) => /^(Load|Train)\b/.test(one.textContent));
    const still = figure.querySelector(":scope > img");
    if (waits && still) figure.replaceWith(still);
    // One that a page shows as it begins says as much as its still picture does.
    if (!waits && figure.getAttributeNames().join() === "class") figure.store.update(telling[figure.localName] ?? {});
    // The drawing gets the place of controls, where nothing else stands in it.
    for (const set of root.querySelectorAll(".stage > .set")) {
      if (!set.innerText.trim()) set.parentNode.style.display = "block";
    }
  }
  for (const slide of slides) {
    const link = document.createElement("a");
    Object.assign(link, { className: "page", href: address, textContent: address });
    slide.append(link);
  }
  await new Promise((done) => setTimeout(done, 500)); // figures whose room has changed draw themselves anew
  for (const slide of slides) fit(slide);
  return slides.map((slide) => {
    const head = slide.querySelector("h1, h2").cloneNode(true);
    for (const formula of head.querySelectorAll("mjx-container")) {
      formula.replaceWith(formula.querySelector("mjx-assistive-mml")?.textContent ?? "");
    }
    return head.textContent.trim();
  });
}
