// Markdown for reading: headings, lists in lists, tables, quotes, code, links. What it does not know stays as typed.

import { el } from "./dom.js";

const ITEM = /^(\s*)([-*+]|\d+[.)])\s+(.*)$/;
const INLINE = new RegExp([
  /`([^`]+)`/, /\*\*(.+?)\*\*/, /(?<![\w*])[*_](?=\S)(.+?)(?<=\S)[*_](?![\w*])/, /~~(.+?)~~/, /\[([^\]]*)\]\(<?([^)\s>]+)>?\)/,
  /<(https?:[^>\s]+)>/, /\\([\\`*_{}[\]()#+\-.!|~<>&])/, /&(amp|lt|gt|quot|nbsp);/,
].map((one) => one.source).join("|"));
const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', nbsp: "\u00a0" };

export function markdown(text) {
  return el("article", { cls: "markdown" }, parse(text.replaceAll("\r", "").split("\n")));
}

function parse(lines) {
  const nodes = [];
  let at = 0;
  const take = (while_) => {
    const from = at;
    while (at < lines.length && while_(lines[at])) at += 1;
    return lines.slice(from, at);
  };
  const inList = (one) => ITEM.test(one) || /^\s+\S/.test(one) || (!one.trim() && ITEM.test(next(lines, at)));
  while (at < lines.length) {
    const line = lines[at];
    const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line);
    if (!line.trim()) at += 1;
    else if (heading) (nodes.push(el(`h${heading[1].length}`, {}, inline(heading[2]))), (at += 1));
    else if (/^```/.test(line)) {
      at += 1;
      nodes.push(el("pre", {}, take((one) => !/^```/.test(one)).join("\n")));
      at += 1;
    } else if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) (nodes.push(el("hr")), (at += 1));
    else if (/^>/.test(line)) {
      nodes.push(el("blockquote", {}, parse(take((one) => /^>/.test(one)).map((one) => one.replace(/^> ?/, "")))));
    }
    else if (ITEM.test(line)) nodes.push(list(take(inList)));
    else if (/\|/.test(line) && /^\s*\|?\s*:?-+/.test(lines[at + 1] || "")) nodes.push(table(take((one) => /\|/.test(one))));
    else nodes.push(el("p", {}, inline(take((one) => one.trim() && !ITEM.test(one) && !/^(#{1,6}\s|>|```)/.test(one)).join("\n"))));
  }
  return nodes;
}

const next = (lines, at) => lines.slice(at + 1).find((one) => one.trim()) || "";

function list(lines) {
  const first = ITEM.exec(lines[0]);
  const depth = first[1].length;
  const items = [];
  for (const line of lines) {
    const found = ITEM.exec(line);
    if (found && found[1].length <= depth) items.push([found[3]]);
    else items.at(-1).push(line);
  }
  return el(/\d/.test(first[2]) ? "ol" : "ul", {}, items.map(([head, ...below]) =>
    el("li", {}, inline(head), below.some((one) => one.trim()) ? parse(outdented(below)) : null)));
}

function outdented(lines) {
  const least = Math.min(...lines.filter((one) => one.trim()).map((one) => /^\s*/.exec(one)[0].length));
  return lines.map((one) => one.slice(least));
}

function table(lines) {
  const rows = lines.filter((_, index) => index !== 1).map((line) =>
    line.replace(/^\s*\||\|\s*$/g, "").split(/(?<!\\)\|/).map((cell) => cell.trim()));
  const row = (cells, tag) => el("tr", {}, cells.map((cell) => el(tag, {}, inline(cell))));
  const body = rows.slice(1).map((cells) => row(cells, "td"));
  return el("div", { cls: "table-frame" }, el("table", {}, el("thead", {}, row(rows[0], "th")), el("tbody", {}, body)));
}

function inline(text) {
  const nodes = [];
  let found;
  while ((found = INLINE.exec(text))) {
    nodes.push(text.slice(0, found.index), shaped(found));
    text = text.slice(found.index + found[0].length);
  }
  return [...nodes, text].filter(Boolean);
}

function shaped([, code, bold, italic, strike, label, address, bare, escaped, entity]) {
  if (code) return el("code", {}, code);
  if (bold) return el("strong", {}, inline(bold));
  if (italic) return el("em", {}, inline(italic));
  if (strike) return el("s", {}, inline(strike));
  if (entity) return ENTITIES[entity];
  if (escaped) return escaped;
  const to = bare || address;
  const shown = bare || inline(label);
  return /^(https?|mailto):/i.test(to) ? el("a", { href: to, target: "_blank", rel: "noopener noreferrer" }, shown) : el("span", {}, shown);
}
