// Block Kit as Slack shows it. What a control does when it is used is the caller's: `use(block, element, value)`.

import { el } from "./dom.js";
import { control } from "./controls.js";
import { formField } from "./fields.js";
import { image } from "./picture.js";
import { textOf, words } from "./words.js";

// `context` is {use, values, errors, report}: values and errors by block id, only where there is a form.
export function blocks(list, context) {
  return el("div", { cls: "blocks" }, list.map((block) => draw(block, context)));
}

function draw(block, context) {
  const made = DRAWN[block.type];
  const node = made ? made(block, context) : el("p", { cls: "quiet" }, `(a block of the kind ${block.type})`);
  node.classList.add("block", `block-${block.type}`);
  return node;
}

const DRAWN = {
  section(block, context) {
    const text = el("div", { cls: "section-text" }, block.text ? el("div", { cls: "words" }, textOf(block.text)) : null,
      block.fields ? el("div", { cls: "section-fields" }, block.fields.map((f) => el("div", { cls: "words" }, textOf(f)))) : null);
    const accessory = block.accessory && el("div", { cls: "accessory" }, control(block, block.accessory, context));
    return el("div", { cls: accessory ? "with-accessory" : "" }, text, accessory);
  },
  header: (block) => el("h3", {}, textOf(block.text)),
  divider: () => el("hr"),
  context(block) {
    return el("div", {}, block.elements.map((one) =>
      one.words ? el("span", { cls: "words" }, textOf(one)) : image(one, "tiny")));
  },
  actions(block, context) {
    return el("div", {}, block.elements.map((one) => control(block, one, context)));
  },
  context_actions(block, context) {
    return el("div", {}, block.elements.flatMap((one) => feedback(one)).map((one) => control(block, one, context)));
  },
  image(block) {
    const title = block.title ? el("figcaption", {}, textOf(block.title)) : null;
    return el("figure", {}, title, image(block, "large"));
  },
  rich_text: (block) => el("div", { cls: "words" }, block.parts.map(richPart)),
  markdown: (block) => el("div", { cls: "words" }, block.text),
  alert: (block) => el("div", { cls: `alert ${block.level || "default"}`, role: "note" }, textOf(block.text)),
  input: (block, context) => formField(block, context),
  table(block) {
    const row = (cells, tag) => el("tr", {}, cells.map((cell) => el(tag, {}, cellWords(cell))));
    const [first, ...rest] = block.rows;
    return el("div", { cls: "table-frame" }, el("table", {}, el("thead", {}, row(first, "th")),
      el("tbody", {}, rest.map((cells) => row(cells, "td")))));
  },
};

const cellWords = (cell) => (cell.parts ? cell.parts.map(richPart) : cell.text ?? String(cell.value ?? ""));

function richPart(part) {
  if (part.is === "list") {
    const items = part.items.map((item) => el("li", {}, words(item)));
    return el(part.ordered ? "ol" : "ul", { cls: `indent-${part.indent}`, start: part.ordered ? part.start : null }, items);
  }
  if (part.is === "quote") return el("blockquote", {}, words(part.words));
  if (part.is === "preformatted") return el("pre", {}, words(part.words));
  return el("div", {}, words(part.words));
}

function feedback(one) {
  if (one.type !== "feedback_buttons") return [one];
  return [one.positive_button, one.negative_button].map((b) => ({ ...b, type: "button", action_id: one.action_id }));
}
