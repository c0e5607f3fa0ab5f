// How true the plane is: what share of the motion its directions explain, and how far the paths are off it.

import { Chart } from "lab/chart";
import { element, section } from "lab/elements";
import { visible } from "lab/paths";

export function show({ explained, paths: distances }, { root, paths, store }) {
  const seen = () => visible(paths, store).filter((path) => distances[path.number]);
  const lines = () =>
    seen().flatMap((path) => {
      const { steps: x, off, along } = distances[path.number];
      const tint = path.color(0);
      return [
        { label: `${path.label}, off the plane`, color: tint, x, y: off },
        { label: `${path.label}, from its start in the plane`, color: tint, x, y: along, dash: [5, 4] },
      ];
    });
  const chart = new Chart({
    words: "How far each path is off the plane, and, dashed, how far it has come in the plane",
    lines,
    now: (line) => (line.dash ? undefined : store.get("step")),
    labels: () => ["steps", "distance: off the plane —, in it - -"],
    pick: (step) => store.set({ step: Math.round(step), playing: false }),
  });
  store.watch(["hidden", "theme"], () => chart.redraw());
  store.watch(["step"], () => chart.move());
  root.append(section("The plane", explained ? shares(explained) : null, chart.element));
}

/** Bars of what each direction explains, and of what neither does. */
function shares(explained) {
  const rest = Math.max(0, 1 - explained[0] - explained[1]);
  const parts = [["direction 1", explained[0]], ["direction 2", explained[1]], ["neither", rest]];
  const percent = (share) => `${(100 * share).toFixed(share > 0.9995 || share < 0.1 ? 2 : 1)} %`;
  const bars = parts.map(([name, share], number) => {
    const bar = element("span", { className: `share share-${number}`, title: `${name}: ${percent(share)}` });
    bar.style.flexGrow = share;
    return bar;
  });
  const words = parts.map(([name, share]) => `${name} ${percent(share)}`).join(" · ");
  const whole = element("div", { className: "shares", ariaHidden: "true" }, ...bars);
  return element("div", {}, whole, element("p", {}, `Of the paths' motion they explain: ${words}`));
}
