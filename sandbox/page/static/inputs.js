// Everything a value can be put into, from its state to its value. Each is {node, read, control}; sends nothing itself.

import { el, freshId } from "./dom.js";
import { combobox } from "./combobox.js";
import { everybody, places } from "./everybody.js";
import { plainOf, textOf } from "./words.js";

const TYPED = { email_text_input: "email", url_text_input: "url", number_input: "decimal" };
const PICKED = {
  datepicker: ["date", "selected_date"],
  timepicker: ["time", "selected_time"],
  datetimepicker: ["datetime-local", "selected_date_time"],
};

// `about` is {label, spot, id, dispatch, context, block}. `dispatch(value)` is called whenever a value was settled.
export function inputFor(element, state = {}, about) {
  const kind = element.type;
  if (kind === "plain_text_input" || kind in TYPED) return typed(element, state, about);
  if (kind === "rich_text_input") return rich(element, state, about);
  if (kind in PICKED) return picked(element, state, about);
  if (kind === "static_select") return select(element, state, about);
  if (kind === "radio_buttons" || kind === "checkboxes") return boxes(element, state, about);
  return searched(element, state, about);
}

const naming = (about) => (about.id ? { id: about.id } : { "aria-label": about.label });
const shared = (element, about) => ({
  ...naming(about), "data-spot": about.spot, autofocus: element.focus_on_load || null,
});

function typed(element, state, about) {
  const many = element.multiline;
  const node = el(many ? "textarea" : "input", {
    ...shared(element, about), cls: "field", rows: many ? 4 : null, value: state.value ?? "",
    type: many ? null : "text", inputmode: TYPED[element.type] ?? null, placeholder: plainOf(element.placeholder) || null,
    maxlength: element.max_length ?? null, autocomplete: "off",
    onchange: () => about.dispatch?.(node.value),
  });
  const on = element.dispatch_action_config?.trigger_actions_on || [];
  if (on.includes("on_character_entered")) node.addEventListener("input", () => about.dispatch?.(node.value));
  return { node, control: node, read: () => node.value };
}

function rich(element, state, about) {
  const lines = (state.rich_text_value?.elements || []).map((part) =>
    (part.elements || []).map((one) => one.text || "").join(""));
  const node = el("textarea", { ...shared(element, about), cls: "field", rows: 4, value: lines.join("\n") });
  const read = () => node.value ? { type: "rich_text", elements: [
    { type: "rich_text_section", elements: [{ type: "text", text: node.value }] }] } : null;
  node.addEventListener("change", () => about.dispatch?.(read()));
  return { node, control: node, read };
}

function picked(element, state, about) {
  const [type, key] = PICKED[element.type];
  const node = el("input", {
    ...shared(element, about), cls: "field", type, value: state[key] ?? "",
    onchange: () => about.dispatch?.(node.value || null),
  });
  return { node, control: node, read: () => node.value || null };
}

function select(element, state, about) {
  const chosen = state.selected_option?.value;
  const option = (one) => el("option", { value: one.value, selected: one.value === chosen }, plainOf(one.text));
  const none = el("option", { value: "", selected: chosen === undefined }, plainOf(element.placeholder) || "Choose an option");
  const groups = element.option_groups?.map((g) => el("optgroup", { label: plainOf(g.label) }, g.options.map(option)));
  const node = el("select", {
    ...shared(element, about), cls: "field", onchange: () => about.dispatch?.(node.value || null),
  }, none, groups || element.options.map(option));
  return { node, control: node, read: () => node.value || null, put: () => (node.value = chosen ?? "") };
}

function boxes(element, state, about) {
  const many = element.type === "checkboxes";
  const chosen = (many ? state.selected_options : [state.selected_option]).filter(Boolean).map((one) => one.value);
  const name = freshId("choice");
  const read = () => {
    const on = [...node.querySelectorAll("input:checked")].map((one) => one.value);
    return many ? on : on[0] ?? null;
  };
  const box = (one, index) => el("label", { cls: "choice" },
    el("input", {
      type: many ? "checkbox" : "radio", name, value: one.value, checked: chosen.includes(one.value),
      "data-spot": `${about.spot}/${index}`, onchange: () => about.dispatch?.(read()),
    }),
    el("span", {}, textOf(one.text), one.description ? el("small", {}, textOf(one.description)) : null));
  const label = about.labelled ? { "aria-labelledby": about.labelled } : { "aria-label": about.label };
  const node = el("div", { cls: "choices", role: many ? "group" : "radiogroup", ...label }, element.options.map(box));
  return { node, control: node, read };
}

// Menus that are searched: people, channels, the app's own options, and all that take several.
function searched(element, state, about) {
  const many = element.type.startsWith("multi_");
  const found = Object.entries(state).find(([key]) => key.startsWith("selected"))?.[1];
  const chosen = (Array.isArray(found) ? found : [found]).filter(Boolean);
  const [options, search] = offered(element, about);
  const byId = new Map(options.map((one) => [one.value, one]));
  const known = chosen.map((one) => typeof one === "string" ? byId.get(one) || { value: one, label: one } : asOption(one));
  return combobox({
    ...about, many, options, search, chosen: known, placeholder: plainOf(element.placeholder),
    least: element.min_query_length ?? (search ? 3 : 0), most: element.max_selected_items ?? null,
    focus: element.focus_on_load,
  });
}

const asOption = (one) => ({ value: one.value, send: one, label: plainOf(one.text) || one.text?.text, about: plainOf(one.description) });

function offered(element, about) {
  const kind = element.type.replace("multi_", "");
  if (kind === "users_select") return [everybody()];
  if (kind === "channels_select") return [places(false)];
  if (kind === "conversations_select") return [places(true)];
  if (kind === "external_select") return [[], (text) => about.context.ask(about.block, element, text)];
  const all = element.options || element.option_groups.flatMap((group) => group.options);
  return [all.map((one) => ({ value: one.value, label: plainOf(one.text), about: plainOf(one.description) }))];
}
