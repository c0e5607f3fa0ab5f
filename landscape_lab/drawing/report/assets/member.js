// Which path, and which of its members, arrows and state are of.

import { choice, element } from "lab/elements";
import { short } from "lab/numbers";

/** Which path and which of its members is looked at; `column` is its place among those that have arrows. */
export function chosen(section, { store, paths }) {
  const number = section.paths[store.get("path")] ? store.get("path") : 0;
  const { members } = section.paths[number] ?? { members: [] };
  const member = members.includes(store.get("member")) ? store.get("member") : paths[number].representative;
  return { number, member, column: Math.max(0, members.indexOf(member)) };
}

/** Lists of paths and of members, where there are several. */
export function choices(section, page) {
  const { store, paths } = page;
  const made = [];
  if (paths.length > 1) {
    const options = paths.map((path) => [path.number, path.label]);
    made.push(choice("path", options, store.get("path"), (path) => store.set({ path: Number(path), member: -1 })));
  }
  if (section.paths.some((one) => one?.members.length > 1)) {
    const holder = element("span");
    store.watch(["path", "member"], () => {
      const { number, member } = chosen(section, page);
      const options = (section.paths[number]?.members ?? []).map((one) => [one, nameOf(paths[number], one)]);
      holder.replaceChildren(choice("member", options, member, (one) => store.set({ member: Number(one) })));
    });
    made.push(holder);
  }
  return made;
}

function nameOf(path, member) {
  const rate = path.rates ? `, lr ${short(path.rates[member])}` : "";
  return `${member + 1} of ${path.members}${rate}${member === path.representative ? ", ended lowest" : ""}`;
}
