// The page's two ways to the server: acts go out, parts of the screen come in. Draws nothing.

import { notice } from "./notices.js";
import { here } from "./place.js";

export async function act(name, body = {}) {
  let answer, told;
  try {
    answer = await fetch("/act", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ person: here.person, channel: here.channel, act: name, ...body }),
    });
    told = await answer.json();
  } catch {
    notice("The workspace does not answer.");
    return null;
  }
  if (!answer.ok) {
    notice(told.error);
    return null;
  }
  if (told.failed) notice(failure(told.failed, body));
  return told;
}

// What is done in one form happens in the order it was done in: a value is there before the button is clicked.
let queue = Promise.resolve();
export function actInOrder(name, body) {
  const done = queue.then(() => act(name, body));
  queue = done.catch(() => null);
  return done;
}

let source = null;
export function watch(onParts, onLost) {
  source?.close();
  const query = new URLSearchParams();
  for (const name of ["person", "channel", "thread", "tab"]) if (here[name]) query.set(name, here[name]);
  source = new EventSource(`/screen?${query}`);
  source.onmessage = (event) => onParts(JSON.parse(event.data));
  source.onopen = () => onLost(false);
  source.onerror = () => onLost(true);
}

function failure(failed, body) {
  const word = (body.text || "").split(" ")[0];
  if (failed === "invalid_command") return `${word} is not a command of this workspace.`;
  const what = word.startsWith("/") ? word : "That";
  return `${what} failed with the error "${failed}".`;
}
