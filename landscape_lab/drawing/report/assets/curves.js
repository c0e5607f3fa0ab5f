// The losses of all paths over steps, evaluations or seconds, linear or logarithmic.

import { Chart } from "lab/chart";
import { choice, element, section, toggle } from "lab/elements";
import { between } from "lab/numbers";

const [FEW, MANY] = [8, 40]; // members whose curves have marks, and the most that have curves

export function curves({ paths, store, content }) {
  const shared = ["steps", "evaluations", "epochs", "seconds"].filter((name) => paths.every((path) => path.cost(name)));
  const lowest = content.map?.lowest ?? null;
  const positive = paths.every((path) => path.losses.every((loss) => !(loss <= 0)));
  const base = positive ? 0 : lowest;
  const losses = new Map(paths.map((path) => [path, seen(path).map((member) => path.curve(member))]));
  const lines = () => {
    const against = store.get("against");
    const minus = store.get("log") ? base ?? 0 : 0;
    return paths
      .filter((path) => !store.get("hidden").includes(path.number))
      .flatMap((path) => {
        const x = path.cost(against);
        const members = seen(path);
        return losses.get(path).map((all, index) => ({
          path: members.length <= FEW ? path : null,
          label: index === 0 ? path.label : "",
          color: path.color(members[index]),
          x,
          y: minus ? all.map((loss) => loss - minus) : all,
          width: members.length > FEW ? 0.8 : 1.8,
        }));
      });
  };
  const name = () => (store.get("log") && base ? "loss above the minimum" : "loss");
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
  const controls = element("div", { className: "row" });
  if (shared.length > 1) {
    controls.append(choice("over", shared.map((one) => [one, one]), store.get("against"), (against) => store.set({ against })));
  }
  if (positive || lowest !== null) controls.append(toggle("logarithmic", store.get("log"), (log) => store.set({ log })));
  const off = paths.every((path) => path.departure) ? departures(paths, store) : null;
  return section("Loss", controls, chart.element, off);
}

/** The members whose curves are drawn: of very many some, evenly. */
function seen(path) {
  const every = Math.max(1, Math.ceil(path.members / MANY));
  return Array.from({ length: path.members }, (_, member) => member).filter((member) => member % every === 0);
}

/** The step at which the first path that is seen had spent so much. */
function stepAt(paths, store, x) {
  const path = paths.find((one) => !store.get("hidden").includes(one.number)) ?? paths[0];
  return Math.round(between(path.cost(store.get("against")), path.steps, x));
}

/** On a slice: the true loss of each path beside that of the plane below it. */
function departures(paths, store) {
  const lines = () =>
    paths
      .filter((path) => !store.get("hidden").includes(path.number))
      .flatMap((path) => {
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
