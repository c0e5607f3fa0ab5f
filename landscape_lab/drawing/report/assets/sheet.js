// A table that readers sort and filter: heads are buttons, each column has a filter, values are text.

import { button, element } from "lab/elements";
import { short } from "lab/numbers";

const HELP = "Words that it contains, !words that it does not; of numbers also <0.1, >=3, 0.1..1";
const CHOICES = 30;
const SHOWN = 200;

/** Whether a value passes what somebody typed. */
export function passes(value, typed) {
  const wanted = typed.trim().toLowerCase();
  if (!wanted) return true;
  if (wanted.startsWith("!")) return !wanted.slice(1) || !passes(value, wanted.slice(1));
  const range = wanted.match(/^(\S+)\.\.(\S+)$/)?.slice(1).map(Number);
  if (range?.every(Number.isFinite)) return typeof value === "number" && value >= range[0] && value <= range[1];
  const [, sign, bound] = wanted.match(/^([<>]=?)\s*(\S+)$/) ?? [];
  if (sign && Number.isFinite(Number(bound))) {
    if (typeof value !== "number") return false;
    const below = value - Number(bound);
    return { "<": below < 0, "<=": below <= 0, ">": below > 0, ">=": below >= 0 }[sign];
  }
  if (typeof value === "number" && value === Number(wanted)) return true;
  return text(value).toLowerCase().includes(wanted);
}

/** A value as it is read. */
export function text(value) {
  if (value === null || value === undefined) return "–";
  return typeof value === "number" ? short(value) : String(value);
}

/** The order of two values: numbers first, then words; what is missing stands last, also when reversed. */
export function order(one, other, down) {
  const place = (value) => (typeof value === "number" ? 0 : value === null || value === undefined ? 2 : 1);
  if (place(one) === 2 || place(other) === 2) return place(one) - place(other);
  const sign = down ? -1 : 1;
  if (place(one) !== place(other)) return sign * (place(one) - place(other));
  if (typeof one === "number") return sign * (one - other);
  return sign * String(one).localeCompare(String(other), "en", { numeric: true });
}

/**
 * A sheet: `columns` are names, `lines` their values. Its order and its filters are kept in the store under `name`.
 * `ends` tells how each line ended, for buttons that show only such; `show(column, value, line)` may give an element
 * for a cell; `bare` columns are neither sorted nor filtered.
 */
export function sheet({ name, words, columns, lines, bare = [], ends = null, store, show = () => null }) {
  store.keep({ [name]: {} });
  const state = () => {
    const kept = { by: -1, down: false, any: "", end: "", ...store.get(name) };
    const each = Object.entries(kept.each ?? {}).map(([column, wanted]) => [column, String(wanted)]);
    return { ...kept, any: String(kept.any), each: Object.fromEntries(each) };
  };
  const change = (changes) => store.set({ [name]: { ...state(), ...changes } });
  const rows = []; // made when they are seen first: a browser takes seconds to lay out thousands
  const numeric = columns.map((_, column) => lines.some((line) => typeof line[column] === "number"));
  const made = (number) => (rows[number] ??= row({ columns, bare, show, numeric }, lines[number], number));
  const body = element("tbody");
  let most = SHOWN;
  const more = element("button", { type: "button", onclick: () => ((most = Infinity), tell()) }, "show all");
  const heads = columns.map((column, number) => (bare.includes(column) ? plain(column) : head(column, number, state, change)));
  const filters = columns.map((column, number) =>
    bare.includes(column) ? plain() : filter(name, column, number, lines, state, change),
  );
  const any = element("input", { type: "search", placeholder: "filter all columns", ariaLabel: `Filter ${words}`, title: HELP });
  any.oninput = () => change({ any: any.value });
  const told = element("output", { className: "told" });
  const chips = ends ? buttons(ends, state, change) : [];
  const tell = () => {
    const now = state();
    const typed = Object.entries(now.each).filter(([, wanted]) => wanted.trim());
    const seen = lines.map(
      (line, number) =>
        (!now.end || ends?.[number] === now.end) &&
        typed.every(([column, wanted]) => passes(line[column], wanted)) &&
        (!now.any.trim() || line.some((value) => passes(value, now.any))),
    );
    const sorted = lines.map((_, number) => number).filter((number) => seen[number]);
    if (now.by in columns) sorted.sort((a, b) => order(lines[a][now.by], lines[b][now.by], now.down) || a - b);
    body.replaceChildren(...sorted.slice(0, most).map(made));
    more.hidden = sorted.length <= most;
    heads.forEach((head, number) => head.tell(now.by === number ? (now.down ? "descending" : "ascending") : "none"));
    filters.forEach((field, number) => field.tell(now.each[number] ?? ""));
    chips.forEach((chip) => chip.tell(now.end));
    if (any.value !== now.any) any.value = now.any;
    const shown = Math.min(most, sorted.length);
    const found = sorted.length === shown || sorted.length === lines.length ? "" : `${sorted.length} found, of `;
    told.textContent = shown === lines.length ? `${shown}` : `${shown} of ${found}${lines.length}`;
  };
  store.watch([name], tell);
  const cells = [heads, filters].map((some) => element("tr", {}, ...some.map((one) => one.element)));
  const top = element("thead", {}, ...cells);
  const scroll = element("div", { className: "sheet", tabIndex: 0, role: "region", ariaLabel: words });
  scroll.append(element("table", {}, top, body));
  const controls = element("div", { className: "row" }, any, ...chips.map((made) => made.element), told);
  return element("div", {}, controls, scroll, more);
}

function row({ columns, bare, show, numeric }, line, number) {
  const cells = line.map((value, column) => {
    const made = show(columns[column], value, number) ?? (bare.includes(columns[column]) ? "" : text(value));
    return element("td", { className: numeric[column] && typeof value !== "string" ? "number" : "" }, made);
  });
  return element("tr", {}, ...cells);
}

/** The name of a column: a button that sorts by it, then the other way. */
function head(column, number, state, change) {
  const sign = element("span", { ariaHidden: "true" });
  const turn = () => change({ by: number, down: state().by === number && !state().down });
  const made = element("button", { type: "button", className: "head", onclick: turn }, `${column} `, sign);
  const cell = element("th", { scope: "col" }, made);
  const tell = (direction) => {
    cell.setAttribute("aria-sort", direction);
    sign.textContent = { ascending: "▲", descending: "▼", none: "" }[direction];
  };
  return { element: cell, tell };
}

/** The head of a column that has no order. */
function plain(words = "") {
  return { element: element(words ? "th" : "td", words ? { scope: "col" } : {}, words), tell: () => {} };
}

/** What a column has to contain; of few different words there is a list. */
function filter(name, column, number, lines, state, change) {
  const field = element("input", { type: "search", ariaLabel: `Filter ${column}`, title: HELP, size: 6 });
  field.oninput = () => change({ each: { ...state().each, [number]: field.value } });
  const values = [...new Set(lines.map((line) => line[number]).filter((value) => typeof value === "string"))];
  const cell = element("td", {}, field);
  if (values.length > 1 && values.length <= CHOICES) {
    const list = element("datalist", { id: `${name}-${number}` }, ...values.map((value) => element("option", { value })));
    field.setAttribute("list", list.id);
    cell.append(list);
  }
  return { element: cell, tell: (typed) => field.value !== typed && (field.value = typed) };
}

/** A button for each way in which lines ended, and one for all. */
function buttons(ends, state, change) {
  const number = new Map();
  for (const end of ends) number.set(end, (number.get(end) ?? 0) + 1);
  if (number.size < 2) return [];
  return [["", ends.length], ...number].map(([end, count]) => {
    const words = end || "all";
    const made = button(`${words} ${count}`, `Show ${words}`, () => change({ end: state().end === end ? "" : end }));
    return { element: made, tell: (now) => made.setAttribute("aria-pressed", String(now === end)) };
  });
}
