// The losses of all paths over steps, evaluations or seconds, linear or logarithmic.

import { Chart, span } from "lab/chart";
import { choice, element, section, toggle } from "lab/elements";
import { between, short } from "lab/numbers";
import { visible } from "lab/paths";

const [FEW, MANY] = [8, 40]; // members whose curves have marks, and the most that have curves

/** What is taken from losses before their logarithm: nothing, where all are positive; else the lowest. */
export function ground(paths, lowest) {
  const [low] = span(paths.map((path) => path.losses));
  return low > 0 ? 0 : Math.min(low, lowest ?? low);
}

/** Whether losses are drawn logarithmically at first: where they span more than a decade. */
export function spread(paths, lowest) {
  const base = ground(paths, lowest);
  const [low, high] = span(paths.map((path) => path.losses.map((loss) => loss - base)), true);
  return high > 10 * low;
}

export function curves({ paths, store, content }) {
  const base = ground(paths, content.map?.lowest);
  const losses = new Map(paths.map((path) => [path, seen(path).map((member) => path.curve(member))]));
  const lines = () => {
    const against = store.get("against");
    const minus = store.get("log") ? base : 0;
    return visible(paths, store).flatMap((path) => {
      const x = path.cost(against);
      const members = seen(path);
      return losses.get(path).map((all, index) => ({
        path: members.length <= FEW ? path : null,
        label: index === 0 ? path.label : "",
        color: path.color(members[index]),
        x,
        y: minus ? all.map((loss) => loss - minus) : all,
        width: members.length > FEW ? 0.8 : 1.8,
        leaves: !Number.isFinite(all[all.length - 1]),
      }));
    });
  };
  const name = () => (store.get("log") && base ? `loss above ${short(base)}` : "loss");
  const chart = new Chart({
    words: "The loss of each path over what was spent",
    lines,
    now: ({ path, x }) => (path ? between(path.steps, x, store.get("step")) : undefined),
    labels: () => [store.get("against"), name()],
    logarithmic: () => store.get("log"),
    pick: (x) => store.set({ step: stepAt(paths, store, x), playing: false }),
  });
  store.watch(["hidden", "log", "against", "theme"], () => chart.redraw());
  store.watch(["step"], () => chart.move());
  const controls = element("div", { className: "row" }, over(paths, store));
  controls.append(toggle("logarithmic", store.get("log"), (log) => store.set({ log })));
  const off = paths.every((path) => path.departure) ? departures(paths, store) : null;
  return section("Loss", controls, chart.element, off);
}

/** What losses can be drawn over: what all paths know. */
export function costs(paths) {
  return ["steps", "evaluations", "epochs", "seconds"].filter((name) => paths.every((path) => path.cost(name)));
}

/** A choice of what losses are drawn over; nothing where that is one thing. */
export function over(paths, store) {
  const shared = costs(paths);
  if (shared.length < 2) return null;
  const made = choice("over", shared.map((one) => [one, one]), store.get("against"), (against) => store.set({ against }));
  store.watch(["against"], () => (made.querySelector("select").value = store.get("against"))); // there may be another one
  return made;
}

/** The members whose curves are drawn: of very many some, evenly. */
function seen(path) {
  const every = Math.max(1, Math.ceil(path.members / MANY));
  return Array.from({ length: path.members }, (_, member) => member).filter((member) => member % every === 0);
}

/** The step at which the first path that is seen had spent so much. */
function stepAt(paths, store, x) {
  const path = visible(paths, store)[0] ?? paths[0];
  return Math.round(between(path.cost(store.get("against")), path.steps, x));
}

/** On a slice: the true loss of each path beside that of the plane below it. */
function departures(paths, store) {
  const lines = () =>
    visible(paths, store).flatMap((path) => {
      const { steps: x, losses, on_plane } = path.departure;
      const first = (values) => Array.from(x, (_, index) => values[index * losses.shape[1]]);
      return [
        { label: `${path.label}, itself`, color: path.color(0), x, y: first(losses) },
        { label: `${path.label}, the plane below`, color: path.color(0), x, y: first(on_plane), dash: [5, 4] },
      ];
    });
  const chart = new Chart({
    words: "The loss of each path, and that of the plane below it, dashed",
    lines,
    labels: () => ["steps", "loss: path —, plane - -"],
    logarithmic: () => store.get("log"),
  });
  store.watch(["hidden", "log", "theme"], () => chart.redraw());
  return chart.element;
}
