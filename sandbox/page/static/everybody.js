// The people and places that the workspace last told of, for menus that choose among them.

let side = { everybody: [], channels: [] };

export const learn = (told) => (side = told);
export const everybody = () => side.everybody.map((one) => ({ value: one.id, label: one.name, about: `@${one.handle}` }));
export const places = (direct) => side.channels
  .filter((one) => !one.archived && (direct || one.kind === "public" || one.kind === "private"))
  .map((one) => ({ value: one.id, label: (one.kind === "public" ? "#" : "") + one.name }));
export const told = () => side;
