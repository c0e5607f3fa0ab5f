// All runs and sweeps of a folder: small pictures, key figures, links to pages and films, the commands that repeat them.

import { button, element, section } from "lab/elements";
import { sheet } from "lab/sheet";

const [PICTURE, FILES, AGAIN] = ["picture", "files", "again"];

export function show({ columns, to, entries }, { root, store }) {
  const lines = entries.map((entry) => [null, ...entry.values, null, entry.command]);
  const cells = {
    [PICTURE]: (entry) => entry.picture && element("img", { src: entry.picture, alt: "", className: "small", loading: "lazy" }),
    name: (entry, name) => element("a", { href: `${to}/${entry.link}/` }, name),
    [FILES]: (entry) => element("span", {}, ...entry.files.flatMap((file) => [element("a", { href: `${to}/${entry.link}/${file}` }, kind(file)), " "])),
    [AGAIN]: (entry) => button("copy", entry.command, (event) => copy(event.target, entry.command)),
  };
  const shown = sheet({
    name: "entries",
    words: "the runs",
    columns: [PICTURE, ...columns, FILES, AGAIN],
    bare: [PICTURE, FILES, AGAIN],
    lines,
    store,
    show: (column, value, line) => cells[column]?.(entries[line], String(value)) ?? null,
  });
  root.append(section("Runs and sweeps", shown));
}

const kind = (file) => (file.endsWith(".html") ? "report" : "film");

async function copy(target, words) {
  await navigator.clipboard.writeText(words);
  target.textContent = "copied";
}
