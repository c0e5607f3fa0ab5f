// The loss at the end over the learning rate, a line for each configuration.

import { Chart, span } from "lab/chart";
import { choice, element, section, swatch, toggle } from "lab/elements";
import { among } from "lab/store";
import { lineOf } from "lab/tints";

export function show(lines, { root, store, content }) {
  const grounds = [...new Set(lines.map((line) => line.ground))];
  const labels = [...new Set(lines.map((line) => line.label))];
  const finite = lines.flatMap((line) => line.losses).filter((loss) => loss !== null);
  const [low, high] = span([finite], true);
  const positive = finite.length > 0 && finite.every((loss) => loss >= 0) && high > 0;
  const first = Math.max(0, grounds.indexOf(content.ground));
  const wide = positive && high > 10 * low;
  store.keep({ rates_on: first, rates_log: wide }, { rates_on: among([...grounds.keys()]), rates_log: (log) => log && positive });
  const here = () => lines.filter((line) => line.ground === grounds[store.get("rates_on")]);
  const chart = new Chart({
    words: "The loss at the end over the learning rate",
    lines: () =>
      here().map((line) => ({
        label: line.label,
        ...lineOf(content.palette, labels.indexOf(line.label)),
        x: line.rates,
        y: line.losses.map((loss) => loss ?? NaN),
        marks: true,
      })),
    labels: () => ["learning rate", "final loss"],
    logarithmic: () => store.get("rates_log"),
    logarithmicAcross: lines.every((line) => line.rates.every((rate) => rate > 0)),
  });
  store.watch(["rates_on", "rates_log", "theme"], () => chart.redraw());
  const controls = element("div", { className: "row" });
  if (grounds.length > 1) {
    const names = grounds.map((name, number) => [number, name]);
    controls.append(choice("landscape", names, store.get("rates_on"), (number) => store.set({ rates_on: Number(number) })));
  }
  if (positive) controls.append(toggle("logarithmic", store.get("rates_log"), (log) => store.set({ rates_log: log })));
  const lost = lines.some((line) => line.losses.includes(null));
  const note = lost ? element("p", {}, "A cross at the top: the descent diverged.") : null;
  root.append(section("Learning rates", controls, chart.element, key(labels, content.palette), note));
}

/** Which colour is whose. */
export function key(labels, palette) {
  const names = labels.map((label, number) => element("span", {}, swatch(lineOf(palette, number).color), ` ${label}`));
  return element("div", { className: "row" }, ...names);
}
