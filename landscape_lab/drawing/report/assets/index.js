// All runs and sweeps of a folder: small pictures, key figures, links to pages and films, the commands that repeat them.

import { copying, element, section } from "lab/elements";
import { sheet } from "lab/sheet";

const [PICTURE, FILES, AGAIN] = ["picture", "files", "again"];

export function show({ columns, to, entries }, { root, store }) {
  root.classList.add("wide");
  const [first, ...others] = columns;
  const lines = entries.map(({ values, command }) => [null, values[0], null, ...values.slice(1), command]);
  const folder = (entry) => `${to}/${entry.link}/`;
  const main = (entry) => folder(entry) + (entry.files.find((file) => file.endsWith(".html")) ?? "");
  const cells = {
    [PICTURE]: (entry) => entry.picture && element("img", { src: entry.picture, alt: "", className: "thumb", loading: "lazy" }),
    [first]: (entry, name) => element("a", { href: main(entry) }, name),
    [FILES]: (entry) => {
      const links = ["", ...entry.files].map((file) => element("a", { href: folder(entry) + file }, kind(file)));
      return element("span", { className: "links" }, ...links);
    },
    [AGAIN]: (entry) => copying(entry.command, entry.command),
  };
  const shown = sheet({
    name: "entries",
    words: "the runs",
    columns: [PICTURE, first, FILES, ...others, AGAIN],
    bare: [PICTURE, FILES, AGAIN],
    lines,
    store,
    show: (column, value, line) => cells[column]?.(entries[line], String(value)) ?? null,
  });
  root.append(section("Runs and sweeps", shown));
}

function kind(file) {
  if (!file) return "folder";
  return file.endsWith(".html") ? "report" : "film";
}
