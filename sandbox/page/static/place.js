// Where one is: as whom, in which channel or the app's home, beside which thread. The address bar keeps it.

export const here = { person: null, channel: null, thread: null, tab: null, flash: null };

export function readAddress() {
  const [person, channel, thread] = location.hash.slice(1).split("/");
  here.person = person || null;
  here.tab = channel === "home" ? "home" : null;
  here.channel = channel && channel !== "home" ? channel : null;
  here.thread = thread || null;
}

export function go(where) {
  const next = { person: here.person, channel: here.channel, thread: null, tab: null, ...where };
  here.flash = where.flash || null;
  const parts = [next.person, next.tab === "home" ? "home" : next.channel, next.thread];
  while (parts.length && !parts.at(-1)) parts.pop();
  const address = `#${parts.join("/")}`;
  if (address === location.hash) window.dispatchEvent(new HashChangeEvent("hashchange"));
  else location.hash = address;
}
