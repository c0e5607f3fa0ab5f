// How a race ended: the ranking to sort and filter, its curves, whether its checks passed, its protocol.

import { Chart } from "lab/chart";
import { element, section } from "lab/elements";
import { key } from "lab/rates";
import { sheet } from "lab/sheet";
import { lineOf } from "lab/tints";

export function show({ names, table, charts, checks, words }, { root, store, content: { palette } }) {
  const ranking = sheet({ name: "ranking", words: "the optimizers", ...table, store });
  const note = "Evaluations to the target of each landscape; score: the integral of the performance profile, from low to high by chance.";
  root.append(section("Standings", element("p", {}, note), ranking));
  const drawn = charts.map((one) => figure(one, names, palette, store));
  root.append(section("Curves", key(names, palette), element("div", { className: "stage" }, ...drawn)));
  if (checks.length) root.append(section("Checks", element("ul", {}, ...checks.map(([told]) => element("li", {}, told)))));
  root.append(section("Protocol", element("ul", {}, ...words.map((one) => element("li", {}, one)))));
}

function figure({ heading, at, lines, labels, logarithmic }, names, palette, store) {
  const chart = new Chart({
    words: heading,
    lines: () => lines.map((line, number) => ({ label: names[number], ...lineOf(palette, number), x: at, y: line.map((value) => value ?? NaN) })),
    labels: () => labels,
    logarithmicAcross: logarithmic,
  });
  store.watch(["theme"], () => chart.redraw());
  return element("div", {}, element("h3", {}, heading), chart.element);
}
