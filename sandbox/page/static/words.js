// Words as nodes: the server has parsed the marks, here they only get their shape.

import { el } from "./dom.js";
import { go } from "./place.js";

const STYLES = { bold: "strong", italic: "em", strike: "s", quote: "blockquote" };

export const words = (nodes) => (nodes || []).map(word);

function word(node) {
  if (typeof node === "string") return node;
  if (STYLES[node.is]) return el(STYLES[node.is], {}, words(node.of));
  switch (node.is) {
    case "code":
      return el("code", {}, node.text);
    case "pre":
      return el("pre", {}, node.text);
    case "time":
      return el("span", { cls: "moment" }, node.text);
    case "user":
    case "group":
      return el("span", { cls: node.me ? "mention me" : "mention" }, node.text);
    case "channel":
      return node.id ? channelLink(node) : el("span", { cls: "mention" }, node.text);
    case "emoji":
      return el("span", { cls: "emoji", role: "img", "aria-label": node.name.replaceAll("_", " "), title: `:${node.name}:` }, node.text);
    case "link":
      return link(node);
    default:
      return node.text || "";
  }
}

function channelLink(node) {
  const onclick = (event) => (event.preventDefault(), go({ channel: node.id }));
  return el("a", { cls: "mention", href: "#", onclick }, node.text);
}

export function link(node, ...inside) {
  if (!/^(https?|mailto):/i.test(node.to)) return el("span", {}, node.text);
  const shown = inside.length ? inside : node.text;
  if (node.go) {
    const [channel, ts, thread] = node.go;
    const onclick = (event) => (event.preventDefault(), go({ channel, thread, flash: ts }));
    return el("a", { href: "#", onclick }, shown);
  }
  return el("a", { href: node.to, target: "_blank", rel: "noopener noreferrer" }, shown);
}

// A text object, made ready by the server, or null.
export const textOf = (object) => (object ? words(object.words) : []);
export const plainOf = (object) => object?.plain ?? (object ? flat(object.words) : "");

export function flat(nodes) {
  return (nodes || []).map((node) => (typeof node === "string" ? node : node.of ? flat(node.of) : node.text)).join("");
}
