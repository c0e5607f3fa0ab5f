// Arrows at the current step: where the gradient, the optimizer's momentum and the step itself point.

import { choice, element, section as part } from "lab/elements";
import { choices, chosen } from "lab/member";
import { short } from "lab/numbers";
import { kindsOf } from "lab/pushes";
import { among, within } from "lab/store";

const LENGTHS = [["range", "by size (logarithmic)"], ["proportional", "in proportion"], ["equal", "all alike"]];

/** Show the section `arrows` of `staging/pushing.py`: on the map and on the surface, and what it means in numbers. */
export function show(section, page) {
  const { store, paths, map } = page;
  if (!map) return;
  store.keep({ arrowsoff: [], arrowlengths: "range", arrowsize: 1, path: 0, member: -1 }, {
    arrowlengths: among(LENGTHS.map(([name]) => name)),
    arrowsize: within(0.4, 2.5),
  });
  const kinds = section.paths.map((pushed, number) => kindsOf(pushed, paths[number], page.content.map));
  const now = (kind, { member, column }, step) => kind.at?.(step, member, column);
  const draw = (context, to, step) => {
    const seen = chosen(section, page);
    if (store.get("hidden").includes(seen.number)) return;
    const drawn = kinds[seen.number]
      .filter((kind) => !store.get("arrowsoff").includes(kind.id))
      .map((kind) => [kind, now(kind, seen, step)])
      .filter(([, found]) => found?.values.every(Number.isFinite));
    for (const edge of [true, false]) for (const [kind, found] of drawn) kind.draw(context, to, found, kind, store, edge);
  };
  map.layers.push(draw);
  page.arrows = { draw, of: () => chosen(section, page) };
  const holder = element("div", { className: "scroll" });
  let update = () => {};
  store.watch(["path"], () => {
    const legend = table(kinds[chosen(section, page).number], store, section.labels);
    holder.replaceChildren(legend.element);
    update = () => legend.update((kind) => now(kind, chosen(section, page), store.get("step")));
  });
  store.watch(["step", "arrowsoff", "path", "member"], () => update());
  store.watch(["arrowsoff", "arrowlengths", "arrowsize", "path", "member"], () => {
    map.canvas.redraw();
    page.relief?.redraw();
  });
  page.root.append(part("Arrows at this step", element("div", { className: "row" }, ...choices(section, page), ...sizes(store)), holder));
}

/** How long arrows are drawn. */
function sizes(store) {
  const size = element("input", { type: "range", min: 0.4, max: 2.5, step: 0.1, ariaLabel: "Size of the arrows" });
  size.oninput = () => store.set({ arrowsize: size.valueAsNumber });
  const lengths = choice("lengths", LENGTHS, store.get("arrowlengths"), (arrowlengths) => store.set({ arrowlengths }));
  store.watch(["arrowsize"], () => (size.value = store.get("arrowsize")));
  return [lengths, element("label", {}, "size ", size)];
}

/**
 * Each kind with a switch, and its numbers, which `update(found)` sets: `found(kind)` is what it is now. Lengths are
 * those on the map; where the whole vector is longer, or has another unit, that is told, too.
 */
function table(kinds, store, labels) {
  const columns = ["", "arrow", "length", ...labels.map((label) => label.split(" (")[0]), "whole", "in step", ""];
  const whole = kinds.some((kind) => kind.whole);
  const head = columns.filter((name) => whole || name !== "whole").map((name) => element("th", { scope: "col" }, name));
  const rows = kinds.map((kind) => row(kind, store, whole));
  const body = element("tbody", {}, ...rows.map(({ element: made }) => made));
  return {
    element: element("table", { className: "pushes" }, element("thead", {}, element("tr", {}, ...head)), body),
    update: (found) => rows.forEach(({ update }, order) => update(found(kinds[order]))),
  };
}

function row(kind, store, whole) {
  const box = element("input", { type: "checkbox", ariaLabel: `Draw ${kind.name}`, disabled: !kind.at });
  box.onchange = () => {
    const others = store.get("arrowsoff").filter((id) => id !== kind.id);
    store.set({ arrowsoff: box.checked ? others : [...others, kind.id] });
  };
  const swatch = element("span", { className: kind.axes ? "swatch hollow" : "swatch edged" });
  swatch.style.setProperty("--tint", kind.tint);
  const cells = Array.from({ length: whole ? 6 : 5 }, () => element("td"));
  return {
    element: element("tr", {}, element("td", {}, box), element("td", {}, swatch, ` ${kind.name}`), ...cells),
    update: (now) => {
      box.checked = Boolean(kind.at) && !store.get("arrowsoff").includes(kind.id);
      told(kind, now, whole).forEach((text, order) => (cells[order].textContent = text));
    },
  };
}

/** The cells of a row. */
function told(kind, now, whole) {
  const blank = Array.from({ length: whole ? 5 : 4 }, () => "");
  if (!now) return [...blank, kind.why ?? "none: this is the last point"];
  const length = kind.axes ? "" : short(Math.hypot(...now.values));
  const all = whole ? [now.whole === undefined ? "" : short(now.whole)] : [];
  return [length, ...now.values.map(short), ...all, now.step.toLocaleString("en"), now.note ?? ""];
}
