// The paths by name: seen or not, where they are now, how they ended; each can be saved.

import { element, section, swatch } from "lab/elements";
import { downloads } from "lab/export";
import { short } from "lab/numbers";

export function legend({ paths, store, content }) {
  const rows = paths.map((path) => row(path, store, content));
  const head = ["", "path", "loss now", "at the end", "lowest", "save"].map((name) => element("th", { scope: "col" }, name));
  const table = element("table", { className: "paths" }, element("thead", {}, element("tr", {}, ...head)));
  table.append(element("tbody", {}, ...rows));
  return section("Paths", element("div", { className: "scroll" }, table));
}

function row(path, store, content) {
  const box = element("input", { type: "checkbox", ariaLabel: `Show ${path.label}`, checked: true });
  box.onchange = () => {
    const others = store.get("hidden").filter((number) => number !== path.number);
    store.set({ hidden: box.checked ? others : [...others, path.number] });
  };
  const now = element("td");
  const several = path.colors.length > 1 && path.rates;
  const tints = several ? [...new Set(path.colors)].slice(0, 9) : [path.color(0)];
  store.watch(["hidden"], () => (box.checked = !store.get("hidden").includes(path.number)));
  store.watch(["step"], () => (now.textContent = short(path.loss(path.representative, store.get("step")))));
  const many = path.total > 1 ? ` · ${path.total.toLocaleString("en")} members` : "";
  return element(
    "tr",
    {},
    element("td", {}, box),
    element("td", {}, swatch(...tints), ` ${path.label}${many}`),
    now,
    element("td", {}, short(path.loss(path.representative, Infinity))),
    element("td", {}, path.best.loss === null ? "–" : `${short(path.best.loss)} in step ${path.best.step.toLocaleString("en")}`),
    element("td", { className: "row" }, ...downloads(path, content.map.labels)),
  );
}
