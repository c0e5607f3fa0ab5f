// A path as CSV and as JSON, in the columns of `Trajectory.to_csv`, as far as the page holds it.

import { button } from "lab/elements";
import { lastBefore } from "lab/numbers";

function save(name, type, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

const cell = (value) => (Number.isNaN(value) ? "" : String(value));

function csv(path, labels) {
  const costs = Object.keys(path.costs);
  const lines = [["member", "step", ...costs, "loss", ...labels.map((label) => label.replace(/[",\n]/g, " "))].join()];
  for (let member = 0; member < path.members; member += 1) {
    path.steps.forEach((step, index) => {
      const kept = lastBefore(path.at, step);
      const place = path.at[kept] === step ? path.kept(kept, member) : ["", ""];
      const spent = costs.map((name) => cell(path.costs[name][index]));
      lines.push([member, step, ...spent, cell(path.losses[index * path.members + member]), ...place.map(cell)].join());
    });
  }
  return `${lines.join("\n")}\n`;
}

function json(path, labels) {
  const plain = (array, columns) => {
    const numbers = Array.from(array, (value) => (Number.isFinite(value) ? value : null));
    return columns === 1
      ? numbers
      : Array.from({ length: numbers.length / columns }, (_, row) => numbers.slice(row * columns, (row + 1) * columns));
  };
  const costs = Object.fromEntries(Object.entries(path.costs).map(([name, values]) => [name, plain(values, 1)]));
  const places = plain(path.places, 2 * path.members).map((row) => plain(row, 2));
  const told = { label: path.label, axes: labels, steps: plain(path.steps, 1), ...costs };
  return JSON.stringify({ ...told, losses: plain(path.losses, path.members), place_steps: plain(path.at, 1), places });
}

/** Two buttons that save a path. */
export function downloads(path, labels) {
  const name = path.label.replace(/[^\p{L}\p{N}.-]+/gu, "_") || "path";
  return [
    button("CSV", `Save ${path.label} as CSV`, () => save(`${name}.csv`, "text/csv", csv(path, labels))),
    button("JSON", `Save ${path.label} as JSON`, () => save(`${name}.json`, "application/json", json(path, labels))),
  ];
}
