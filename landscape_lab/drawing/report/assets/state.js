// The optimizer's real state over the steps: small charts, in time with everything else.

import { Chart } from "lab/chart";
import { element, section as part, swatch, table, toggle } from "lab/elements";
import { choices, chosen } from "lab/member";
import { between } from "lab/numbers";

const TINTS = ["#1a9be0", "#f07c1e"];

/** Show the section `state` of `staging/pushing.py`. */
export function show(section, page) {
  const { store } = page;
  store.keep({ path: 0, member: -1, statelog: true, stateoff: [] });
  const controls = element("div", { className: "row" }, ...choices(section, page));
  controls.append(toggle("logarithmic where all is positive", store.get("statelog"), (statelog) => store.set({ statelog })));
  const holder = element("div");
  let charts = [];
  store.watch(["path"], () => {
    const recorded = section.paths[chosen(section, page).number];
    charts = recorded ? recorded.charts.map((one) => chartOf(one, section, page)) : [];
    holder.replaceChildren(...(recorded ? [switches(recorded, store), grid(charts), ...words(recorded)] : [none()]));
  });
  store.watch(["step", "member", "against", "statelog", "theme"], () => charts.forEach(({ chart }) => chart.redraw()));
  store.watch(["stateoff", "path"], () => {
    for (const { name, figure } of charts) figure.hidden = store.get("stateoff").includes(name);
  });
  page.root.append(part("The optimizer's state", controls, holder));
}

const none = () => element("p", {}, "The state of this optimizer was not recorded: callbacks.report.state=true does.");

/** An entry of the state: a curve, or one for each coordinate. */
function chartOf({ name, lines: names, steps, values }, section, page) {
  const { store, paths } = page;
  const [, members, many] = values.shape;
  const spent = (path) => path.cost(store.get("against")) ?? path.steps;
  let made = { key: "" }; // most of the time only the step is another
  const curves = () => {
    const { number, column } = chosen(section, page);
    const path = paths[number];
    const key = `${number} ${column} ${store.get("against")}`;
    if (key !== made.key) {
      const x = Float64Array.from(steps, (step) => between(path.steps, spent(path), step));
      const lines = names.map((line, order) => ({
        label: line || name,
        color: many > 1 ? TINTS[order % TINTS.length] : path.color(0),
        x,
        y: Float64Array.from(steps, (_, index) => values[(index * members + column) * many + order]),
      }));
      made = { key, lines, positive: lines.every(({ y }) => y.every((one) => !(one <= 0))) };
    }
    const now = between(path.steps, spent(path), store.get("step"));
    return made.lines.map((line) => ({ ...line, now }));
  };
  const chart = new Chart({
    words: `${name} over the steps`,
    lines: curves,
    labels: () => [store.get("against"), ""],
    logarithmic: () => store.get("statelog") && made.positive,
    pick: (x) => {
      const path = paths[chosen(section, page).number];
      store.set({ step: Math.round(between(spent(path), path.steps, x)), playing: false });
    },
  });
  const legend = names.filter(Boolean).map((line, order) => element("span", {}, swatch(TINTS[order % TINTS.length]), ` ${line}`));
  return { name, chart, figure: element("div", {}, element("div", { className: "row" }, element("strong", {}, name), ...legend), chart.element) };
}

const grid = (charts) => element("div", { className: "states" }, ...charts.map(({ figure }) => figure));

/** Which charts are seen. */
function switches({ charts }, store) {
  const made = charts.map(({ name }) =>
    toggle(name, !store.get("stateoff").includes(name), (on) => {
      const others = store.get("stateoff").filter((one) => one !== name);
      store.set({ stateoff: on ? others : [...others, name] });
    }),
  );
  return element("div", { className: "row", role: "group", ariaLabel: "Charts of the state" }, ...made);
}

/** What is not drawn: constants, what is no number, what was not recorded. */
function words({ charts, constant, skipped, first }) {
  const told = [];
  if (!charts.length) told.push("It remembers nothing that changes from step to step.");
  if (first > 0) told.push(`Known from step ${first.toLocaleString("en")} on.`);
  const others = Object.entries(skipped).map(([name, kind]) => `${name} (${kind})`);
  if (others.length) told.push(`No numbers, and left out: ${others.join(", ")}.`);
  const constants = Object.entries(constant);
  const fixed = constants.length ? element("details", {}, element("summary", {}, "What stays as it is"), table(constants)) : null;
  return [...told.map((line) => element("p", {}, line)), ...(fixed ? [fixed] : [])];
}
