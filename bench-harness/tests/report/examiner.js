"use strict";
const pause = () => new Promise((resolve) => setTimeout(resolve, 100));

const brightness = (color) => {
  const [red, green, blue] = color.match(/[\d.]+/g).map(Number);
  return 0.3 * red + 0.6 * green + 0.1 * blue;
};

// Texts of a chart: which are cut off at its edges, and which lie on each other.
const examineTexts = (svg, findings) => {
  const edge = svg.getBoundingClientRect();
  const texts = [...svg.querySelectorAll("text")].map((element) => {
    const box = element.getBoundingClientRect();
    const size = Number(element.getAttribute("font-size")) * svg.getScreenCTM().a;
    return { words: element.textContent.trim(), size, box };
  });
  for (const [index, { words, size, box }] of texts.entries()) {
    findings.smallest_text = Math.min(findings.smallest_text, size);
    if (box.left < edge.left - 1 || box.right > edge.right + 1 || box.top < edge.top - 1 || box.bottom > edge.bottom + 1) {
      findings.clipped.push(words);
    }
    for (const other of texts.slice(0, index)) {
      const across = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
      const down = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
      // Boxes have some air above and below the letters.
      if (across > 1 && down > 0.25 * Math.min(box.height, other.box.height, box.width, other.box.width)) {
        findings.colliding.push(`${other.words} / ${words}`);
      }
    }
  }
};

const examine = async (frame) => {
  const view = frame.contentWindow;
  const page = frame.contentDocument;
  const findings = { smallest_text: 1000, clipped: [], colliding: [], figures: [] };
  for (const article of page.querySelectorAll("article")) {
    const charts = [];
    for (const svg of article.querySelectorAll("svg")) {
      const { width, height } = svg.getBoundingClientRect();
      if (width > 0 && height > 0 && svg.checkVisibility()) {
        charts.push([width, height]);
        examineTexts(svg, findings);
      }
    }
    findings.figures.push({ id: article.id, charts });
  }
  const over = () => page.documentElement.scrollWidth - page.documentElement.clientWidth;
  findings.overflow = over();
  for (const details of page.querySelectorAll("details")) {
    details.open = true;
  }
  findings.overflow = Math.max(findings.overflow, over());
  const colors = () => [
    brightness(view.getComputedStyle(page.body).backgroundColor),
    brightness(view.getComputedStyle(page.querySelector("svg.chart text") ?? page.body).fill),
  ];
  const before = colors();
  page.querySelector("[data-toggle-theme]")?.click();
  const after = colors();
  findings.brightness = [before[0], after[0]];
  findings.ink = [before[1], after[1]];
  const copy = page.querySelector("[data-copy]");
  copy?.click();
  await pause();
  findings.copied = copy?.textContent ?? "";
  findings.requests = view.performance.getEntriesByType("resource").length;
  findings.problems = view.problems;
  return findings;
};

addEventListener("load", async () => {
  await pause();
  const findings = [];
  for (const frame of document.querySelectorAll("iframe")) {
    findings.push(await examine(frame));
  }
  const result = document.createElement("pre");
  // What is printed is markup, and stands between tags.
  const escaped = (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`;
  result.textContent = JSON.stringify(findings).replace(/[<>&\u00a0]/g, escaped);
  document.body.replaceChildren(result);
});
