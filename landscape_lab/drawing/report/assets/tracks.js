// The paths laid on the ground: pieces of straight lines between points, with the steps at which they were made.

import { between } from "lab/numbers";

const POINTS = 60000;
const MORE = 32;
const SLACK = 0.0012; // of the surface's half-width: a third of a pixel when all of it is seen
const LOOSEST = 2; // half of all that is seen: then pieces have only what they must have
const LONGEST = 32; // points between the ends of a piece

/** Where a member was at some steps, in space; a break is `null`. */
export class Track {
  constructor(path, member, ground, share = 1) {
    Object.assign(this, { path, member, ground });
    this.own = ownLevels(path, member, ground.heat);
    const most = Math.max(50, POINTS * share);
    this.every = Math.max(1, Math.ceil(path.at.length / most));
    this.more = Math.max(1, Math.min(MORE, Math.floor((most * this.every) / path.at.length)));
  }

  /** The point at a step, `[x, y, level]`; its level is that of the ground, or its own where the plane is a slice. */
  point(step) {
    const [x, y] = this.ground.above(this.path.place(this.member, step));
    return [x, y, this.#level(x, y, step)];
  }

  #level(x, y, step) {
    const below = this.ground.level(x, y);
    return this.own && !Number.isNaN(below) ? this.own(step) : below;
  }

  /** All points, close enough together to lie on the ground; `null` where the path leaves it. */
  *points() {
    const { path, member, ground, every } = this;
    let from = null;
    for (let index = 0; index < path.at.length; index += 1) {
      if (index % every && index < path.at.length - 1) continue;
      const to = { at: ground.above(path.kept(index, member)), step: path.at[index] };
      if (!to.at.every(Number.isFinite)) return; // it diverged: nothing comes after
      if (from) yield* this.#move(from, to);
      else yield this.#marked(...to.at, to.step);
      from = to;
    }
  }

  *#move(from, to) {
    const [near, far] = inside(from.at, to.at, this.ground.half);
    if (!(far >= near)) {
      yield null;
      return;
    }
    const way = [0, 1].map((axis) => to.at[axis] - from.at[axis]);
    const cell = (2 * Math.max(...this.ground.half)) / Math.max(this.ground.rows, this.ground.columns);
    const parts = Math.max(1, Math.min(this.more, Math.ceil(((far - near) * Math.hypot(...way)) / cell)));
    for (let part = near > 0 ? 0 : 1; part <= parts; part += 1) {
      const share = near + (part / parts) * (far - near);
      const point = [0, 1].map((axis) => from.at[axis] + share * way[axis]);
      yield this.#marked(...point, from.step + share * (to.step - from.step));
    }
    if (far < 1) yield null;
  }

  #marked(x, y, step) {
    const level = this.#level(x, y, step);
    return Number.isNaN(level) ? null : [x, y, level, step];
  }

  /** At most so many pairs of points: the straight pieces that a path is drawn of, as true as that number allows. */
  pieces(most = Infinity) {
    const points = [...this.points()];
    let slack = SLACK;
    let made = [...straightened(points, slack)];
    while (made.length > most && slack < LOOSEST) made = [...straightened(points, (slack *= 3))];
    return made;
  }
}

/** Pieces from point to point that pass each one between them no farther away than `slack`, at the step of that point. */
function* straightened(points, slack) {
  let passed = [];
  for (const point of points) {
    const fits = point && passed.length < LONGEST && passed.every((one) => missed(one, passed[0], point) <= slack * slack);
    if (!fits && passed.length > 1) yield [passed[0], passed[passed.length - 1]];
    if (!fits) passed = point && passed.length > 1 ? passed.slice(-1) : [];
    if (point) passed.push(point);
  }
  if (passed.length > 1) yield [passed[0], passed[passed.length - 1]];
}

/** How far a point is from where the piece between two others is at its step, squared. */
function missed([x, y, level, step], from, to) {
  const share = to[3] > from[3] ? (step - from[3]) / (to[3] - from[3]) : 0;
  const off = (value, axis) => value - from[axis] - share * (to[axis] - from[axis]);
  return off(x, 0) ** 2 + off(y, 1) ** 2 + 0.25 * off(level, 2) ** 2;
}

/** The level of the true loss at a step, where the page knows that it is not the plane's. */
function ownLevels(path, member, heat) {
  if (!path.departure) return null;
  const { steps, losses } = path.departure;
  const members = losses.shape[1] ?? 1;
  if (member >= members) return null;
  const levels = Array.from(steps, (_, index) => heat.height(losses[index * members + member]));
  return (step) => Math.min(1.6, Math.max(-0.6, between(steps, levels, step)));
}

/** Between which shares a line from one point to another is on the ground. */
function inside(from, to, half) {
  let [near, far] = [0, 1];
  for (const axis of [0, 1]) {
    const way = to[axis] - from[axis];
    if (way === 0) {
      if (Math.abs(from[axis]) > half[axis]) return [1, 0];
      continue;
    }
    const ends = [-half[axis], half[axis]].map((side) => (side - from[axis]) / way);
    near = Math.max(near, Math.min(...ends));
    far = Math.min(far, Math.max(...ends));
  }
  return [near, far];
}
