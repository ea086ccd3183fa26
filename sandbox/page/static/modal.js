// The app's modal on top of the stack: drawn, filled, submitted, closed. What was typed survives a new drawing.

import { actInOrder } from "./talk.js";
import { ask } from "./message.js";
import { blocks } from "./blocks.js";
import { el } from "./dom.js";
import { showError } from "./fields.js";
import { openDialog } from "./dialog.js";
import { plainOf } from "./words.js";

let open = null; // {view, box, form}

export function showModal(view) {
  if (!view) {
    const gone = open;
    open = null;
    gone?.box.close("gone");
  } else if (!open) begin(view);
  else if (open.view.id !== view.id || open.view.hash !== view.hash || open.view.depth !== view.depth) redraw(view);
  else {
    open.view = view;
    mark(view.errors);
  }
}

function begin(view) {
  const form = el("form", { id: "modal-form", novalidate: true });
  const box = openDialog(plainOf(view.title), form, { cls: "modal", footer: [el("span")], onclose: (how) => leave(how) });
  open = { view, box, form };
  draw();
  first();
}

function redraw(view) {
  const same = open.view.id === view.id;
  const kept = same ? typed() : {};
  const spot = document.activeElement?.dataset.spot;
  open.view = view;
  for (const [block, states] of Object.entries(kept)) if (view.values[block]) Object.assign(view.values[block], states);
  draw();
  const back = spot && open.form.querySelector(`[data-spot="${CSS.escape(spot)}"]`);
  if (back) back.focus();
  else first();
}

const first = () => (open.form.querySelector("[autofocus]") || open.form.querySelector("input, select, textarea")
  || open.form.querySelector("button")
  || open.box.dialog.querySelector("footer button:last-child"))?.focus();

// Text that is being typed and was not handed over yet.
function typed() {
  const active = document.activeElement;
  const field = fields().find((node) => node.contains(active));
  if (!field || field.field.element.type !== "plain_text_input") return {};
  const { block, element } = field.field;
  return { [block.block_id]: { [element.action_id]: { type: element.type, value: active.value } } };
}

const fields = () => [...open.form.querySelectorAll("[data-block]")];

function draw() {
  const { view, box, form } = open;
  const send = (name, block, element, value) => actInOrder(name, {
    view: view.id, block: block.block_id, action: element.action_id, ...(value === undefined ? {} : { value }) });
  box.dialog.querySelector("h2").textContent = plainOf(view.title);
  form.replaceChildren(blocks(view.blocks, {
    values: view.values, errors: view.errors,
    use: (block, element, value) => send(value === undefined ? "clicks" : "chooses", block, element, value),
    report: (block, element, value) => send("fills", block, element, value),
    ask: (block, element, text) => ask({ view: view.id }, block, element, text),
  }));
  form.onsubmit = (event) => (event.preventDefault(), submit());
  const cancel = el("button", { type: "button", cls: "button", onclick: () => close(false) }, plainOf(view.close) || (view.depth > 1 ? "Back" : "Cancel"));
  const save = view.submit ? el("button", { type: "submit", form: "modal-form", cls: "button primary", "data-spot": "submit" }, plainOf(view.submit)) : null;
  box.dialog.querySelector("footer").replaceChildren(...[cancel, save].filter(Boolean));
}

async function submit() {
  const { view, box, form } = open;
  const save = box.dialog.querySelector("footer [type=submit]");
  if (!save || save.getAttribute("aria-busy") === "true") return;
  save.setAttribute("aria-busy", "true");
  const told = await actInOrder("submits", { view: view.id, values: unsent(view) });
  save.removeAttribute("aria-busy");
  if (told?.failed) mark({}, "We had some trouble connecting. Try again?");
  else if (told && open?.form === form) mark(told.errors, null, true);
}

// What an input hands over at each change is there already; text is handed over when one leaves the field.
function unsent(view) {
  const values = {};
  for (const node of fields()) {
    const { block, element, read } = node.field;
    const state = view.values[block.block_id]?.[element.action_id] || {};
    if (!block.dispatch_action || ("value" in state && read() !== (state.value ?? ""))) values[block.block_id] = read();
  }
  return values;
}

// `whole` is about the form and stays until the next try; undefined leaves it alone, as a new picture of the screen does.
function mark(errors, whole, focus = false) {
  let wrong = null;
  for (const node of fields()) {
    const words = errors[node.dataset.block];
    showError(node, words);
    wrong ||= words ? node : null;
  }
  if (whole !== undefined) open.form.querySelector(".form-error")?.remove();
  if (whole) open.form.prepend(el("p", { cls: "error form-error", role: "alert" }, whole));
  if (wrong && focus) wrong.field.control.focus();
}

// The X closes everything, the button and Esc only what is on top.
function leave(how) {
  if (!open) return;
  const { view } = open;
  open = null;
  actInOrder("closes", { view: view.id, all: how === "x" });
}

async function close(all) {
  const { view } = open;
  if (view.depth > 1) await actInOrder("closes", { view: view.id, all });
  else open.box.close("button");
}
