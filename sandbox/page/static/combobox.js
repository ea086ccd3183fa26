// A menu one types into: a list below the field, arrows and Enter choose, Esc closes, Backspace takes the last away.

import { el, freshId, icon } from "./dom.js";

const WAIT = 180;

// Options are {value, label, about, send}; `search(text)` asks for them where they are not all known.
export function combobox(spec) {
  const { many, options, search, placeholder, dispatch, least = 0 } = spec;
  let chosen = [...spec.chosen];
  let shown = [];
  let at = -1;
  let timer = null;
  const listId = freshId("list");
  const input = el("input", {
    ...(spec.id ? { id: spec.id } : { "aria-label": spec.label }), type: "text", role: "combobox", autocomplete: "off",
    "aria-expanded": "false", "aria-controls": listId, "aria-autocomplete": "list", "data-spot": spec.spot,
    autofocus: spec.focus || null, oninput: () => look(), onkeydown: keys, onclick: () => look(),
    onblur: () => setTimeout(close, 120),
  });
  const list = el("ul", { id: listId, role: "listbox", cls: "options", hidden: true, "aria-label": spec.label || placeholder || "Options" });
  const chips = el("span", { cls: "chips" });
  const node = el("div", { cls: "combobox field" }, chips, input, list);
  node.addEventListener("click", () => input.focus());
  draw();

  const read = () => {
    const sent = chosen.map((one) => one.send ?? one.value);
    return many ? sent : sent[0] ?? null;
  };

  function draw() {
    const named = many || chosen.length ? chosen : [];
    chips.replaceChildren(...named.map((one) => el("span", { cls: "chip" }, one.label,
      el("button", { type: "button", "aria-label": `Remove ${one.label}`, onclick: () => remove(one) }, icon("close")))));
    input.placeholder = chosen.length ? "" : placeholder || "Choose";
  }

  function look() {
    const text = input.value.trim();
    clearTimeout(timer);
    if (!search) return offer(options.filter((one) => fits(one, text)));
    if (text.length < least) return offer([]);
    timer = setTimeout(async () => {
      const told = await search(text);
      if (told && input.value.trim() === text) offer(told);
    }, WAIT);
  }

  const fits = (one, text) => !chosen.some((c) => c.value === one.value)
    && `${one.label} ${one.about || ""}`.toLowerCase().includes(text.toLowerCase());

  function offer(found) {
    shown = found.filter((one) => !chosen.some((c) => c.value === one.value)).slice(0, 100);
    const empty = input.value.trim().length < least && search ? `Type at least ${least} letters.` : "Nothing fits.";
    list.replaceChildren(...(shown.length ? shown.map((one, index) => el("li", {
      role: "option", id: `${listId}-${index}`, "aria-selected": "false",
      onpointerdown: (event) => (event.preventDefault(), choose(one)),
    }, one.label, one.about ? el("small", {}, one.about) : null)) : [el("li", { role: "option", "aria-disabled": "true", cls: "quiet" }, empty)]));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    point(shown.length ? 0 : -1);
  }

  function point(index) {
    at = index;
    [...list.children].forEach((one, n) => one.setAttribute("aria-selected", String(n === at)));
    if (at >= 0) {
      input.setAttribute("aria-activedescendant", `${listId}-${at}`);
      list.children[at].scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  }

  function keys(event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) return look();
      if (shown.length) point((at + (event.key === "ArrowDown" ? 1 : -1) + shown.length) % shown.length);
    } else if (event.key === "Enter" && !list.hidden && at >= 0) {
      event.preventDefault();
      choose(shown[at]);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (event.key === "Backspace" && !input.value && chosen.length) remove(chosen.at(-1));
  }

  function choose(one) {
    if (many && spec.most && chosen.length >= spec.most) return;
    chosen = many ? [...chosen, one] : [one];
    input.value = "";
    close();
    draw();
    input.focus();
    dispatch?.(read());
  }

  function remove(one) {
    chosen = chosen.filter((other) => other !== one);
    draw();
    input.focus();
    dispatch?.(read());
  }

  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }
  return { node, control: input, read };
}
