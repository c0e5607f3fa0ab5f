// The race: how low each had come by the present step, as curves and as places.

import { Chart } from "lab/chart";
import { ground, over } from "lab/curves";
import { choice, element, section, swatch } from "lab/elements";
import { between, lastBefore, short } from "lab/numbers";
import { visible } from "lab/paths";
import { among } from "lab/store";

const SHOWN = 12;

export function show(_, { root, paths, store, content }) {
  const racers = racersOf(paths);
  const many = racers.some((racer) => racer.curves.length > 1);
  store.keep({ so_far: "median" }, { so_far: among(["median", "lowest"]) });
  const seen = () => racers.filter((racer) => visible(racer.paths, store).length > 0);
  const how = () => (many ? store.get("so_far") : "lowest");
  const lines = () =>
    seen().map((racer) => {
      const x = racer.paths[0].cost(store.get("against"));
      const y = store.get("log") && base ? racer[how()].map((loss) => loss - base) : racer[how()];
      return { racer, label: racer.label, color: racer.color, x, y };
    });
  const base = ground(paths, content.map?.lowest);
  const chart = new Chart({
    words: "The lowest loss so far of each",
    lines,
    now: ({ racer, x }) => between(racer.steps, x, store.get("step")),
    labels: () => [store.get("against"), `lowest loss so far${many ? { median: ", median", lowest: ", best" }[how()] : ""}`],
    logarithmic: () => store.get("log"),
  });
  const places = element("ol", { className: "places", ariaLabel: "The order now" });
  const tell = () => places.replaceChildren(...standing(seen(), how(), store.get("step")));
  store.watch(["step", "hidden", "so_far"], tell);
  store.watch(["hidden", "log", "against", "theme", "so_far"], () => chart.redraw());
  store.watch(["step"], () => chart.move());
  const controls = element("div", { className: "row" }, over(paths, store));
  if (many) {
    const ways = [["median", "the median"], ["lowest", "the best"]];
    controls.append(choice("of each", ways, store.get("so_far"), (so_far) => store.set({ so_far })));
  }
  root.append(section("Race", controls, element("div", { className: "stage" }, chart.element, places)));
}

/** Paths of one name race together: several seeds of one configuration. */
function racersOf(paths) {
  const together = new Map();
  for (const path of paths) together.set(path.label, [...(together.get(path.label) ?? []), path]);
  return [...together].map(([label, own]) => {
    const steps = own[0].steps;
    const curves = own.flatMap((path) => Array.from({ length: path.members }, (_, member) => soFar(path, member, steps)));
    return { label, paths: own, color: own[0].color(0), steps, curves, lowest: across(curves, 0), median: across(curves, 0.5) };
  });
}

/** The lowest loss of a member up to each of some steps; NaN from where it diverged. */
function soFar(path, member, steps) {
  const own = path.curve(member);
  let lowest = Infinity;
  const falling = own.map((loss) => (Number.isFinite(loss) ? (lowest = Math.min(lowest, loss)) : NaN));
  return Float64Array.from(steps, (step) => falling[lastBefore(path.steps, step)]);
}

/** The value at a share of the way through the sorted ones; what diverged is behind all others. */
function across(curves, share) {
  return curves[0].map((_, index) => {
    const values = curves.map((curve) => (Number.isNaN(curve[index]) ? Infinity : curve[index])).sort((a, b) => a - b);
    const value = values[Math.floor(share * (values.length - 1))];
    return Number.isFinite(value) ? value : NaN;
  });
}

/** The first ones at a step, as items of a list. */
function standing(racers, how, step) {
  const now = (racer) => racer[how][lastBefore(racer.steps, step)];
  const behind = (loss) => (Number.isNaN(loss) ? Infinity : loss);
  const sorted = racers.map((racer) => [racer, now(racer)]).sort((a, b) => behind(a[1]) - behind(b[1]) || 0);
  return sorted.slice(0, SHOWN).map(([racer, loss]) => {
    const told = Number.isNaN(loss) ? "diverged" : short(loss);
    return element("li", {}, swatch(racer.color), ` ${racer.label} `, element("b", {}, told));
  });
}
