// An input block of a form: its label, its control, its hint, and what stands in red under it.

import { el, freshId } from "./dom.js";
import { inputFor } from "./inputs.js";
import { plainOf, textOf } from "./words.js";

const NO_SINGLE_CONTROL = ["radio_buttons", "checkboxes"];

export function formField(block, context) {
  const element = block.element;
  const id = freshId("input");
  const labelId = `${id}-label`;
  const alone = !NO_SINGLE_CONTROL.includes(element.type);
  const field = inputFor(element, context.values?.[block.block_id]?.[element.action_id], {
    id: alone ? id : null, labelled: labelId, label: plainOf(block.label), spot: block.block_id, context, block,
    dispatch: (value) => context.report(block, element, value),
  });
  const label = el(alone ? "label" : "span", { id: labelId, for: alone ? id : null, cls: "label" }, textOf(block.label),
    block.optional ? el("span", { cls: "quiet" }, " (optional)") : null);
  const hint = block.hint ? el("p", { cls: "hint", id: `${id}-hint` }, textOf(block.hint)) : null;
  const error = el("p", { cls: "error", id: `${id}-error` });
  const described = [hint && hint.id, error.id].filter(Boolean).join(" ");
  field.control.setAttribute("aria-describedby", described);
  if (!block.optional && alone) field.control.setAttribute("aria-required", "true");
  const node = el("div", { "data-block": block.block_id }, label, field.node, hint, error);
  node.field = { block, element, read: field.read, control: field.control, error };
  showError(node, context.errors?.[block.block_id]);
  return node;
}

export function showError(node, words) {
  const { control, error } = node.field;
  error.textContent = words || "";
  node.classList.toggle("wrong", Boolean(words));
  if (words) control.setAttribute("aria-invalid", "true");
  else control.removeAttribute("aria-invalid");
}
