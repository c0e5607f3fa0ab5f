// What pushes a path at a step: from where, whither, how long.

import { arrow, ellipse } from "lab/marks";
import { lastBefore } from "lab/numbers";

const TINTS = { gradient: "#ff9f1c", step: "#ffffff", scale: "#b7f34d" };
const OTHERS = ["#ff6ad5", "#4de3ff", "#c9a6ff", "#ffe14d"];

/** All that a path may have, the widest first. A kind tells `at(step, member, column)` what it is, and how it is drawn. */
export function kindsOf(pushed, path, { unit, window: [left, right] }) {
  const { gradient, vectors, scale, why } = pushed;
  const arrows = vectors.map((vector, order) => ({
    id: vector.name,
    name: `${vector.sign < 0 ? "−" : ""}${vector.name}`,
    tint: OTHERS[order % OTHERS.length],
    at: valuesOf(vector, path),
    draw: arrow,
    width: 4.5,
  }));
  if (!arrows.length) arrows.push({ id: "momentum", name: "momentum", tint: OTHERS[0], why });
  if (scale) {
    const name = `scale of each axis, 1 / (√${scale.name} + ε)`;
    arrows.push({ id: "scale", name, tint: TINTS.scale, at: valuesOf(scale, path), draw: ellipse, axes: true, unit });
  }
  const near = 1e-3 * Math.abs(right - left); // how far a direction is followed to see where it leads
  return [
    { id: "gradient", name: "negative gradient", tint: TINTS.gradient, at: valuesOf(gradient, path), draw: arrow, width: 7.5, whole: gradient.norms !== null },
    ...arrows,
    { id: "step", name: "the step that was made", tint: TINTS.step, at: stepOf(path), draw: arrow, width: 1.8 },
  ].map((kind) => ({ ...kind, near }));
}

/** Values `[n, members, 2]` known at some steps, each drawn from the place of its own step. */
function valuesOf({ at, values, norms }, path) {
  const [, members] = values.shape;
  const known = (step, member, column) => {
    const index = lastBefore(at, step);
    const first = index * members + column;
    const seen = [values[2 * first], values[2 * first + 1]];
    return { step: at[index], from: path.place(member, at[index]), values: seen, whole: norms?.[first] };
  };
  known.range = rangeOf(values);
  return known;
}

/** The way from one kept point to the next. */
function stepOf(path) {
  const way = (step, member) => {
    const index = lastBefore(path.at, step);
    if (index + 1 >= path.at.length) return null;
    const [from, next] = [path.kept(index, member), path.kept(index + 1, member)];
    const steps = path.at[index + 1] - path.at[index];
    const values = [next[0] - from[0], next[1] - from[1]];
    const note = steps > 1 ? `the way of ${steps.toLocaleString("en")} steps: points between are not kept` : "";
    return { step: path.at[index], from, values, note };
  };
  const ways = new Float32Array(2 * Math.max(0, path.at.length - 1) * path.members);
  for (let index = 0; index < ways.length; index += 1) ways[index] = path.places[index + 2 * path.members] - path.places[index];
  way.range = rangeOf(ways);
  return way;
}

/** The shortest and the longest of some vectors, one after another. */
function rangeOf(values) {
  let [low, high] = [Infinity, 0];
  for (let index = 0; index < values.length; index += 2) {
    const length = Math.hypot(values[index], values[index + 1]);
    if (!(length > 0) || !Number.isFinite(length)) continue;
    low = Math.min(low, length);
    high = Math.max(high, length);
  }
  return [Math.max(low, high * 1e-6), high];
}
