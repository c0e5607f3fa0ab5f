// The paths laid on the ground: pieces of straight lines between points, with the steps at which they were made.

import { between } from "lab/numbers";

const PIECES = 60000;
const MORE = 32;
const NEAR = 0.002;

/** Where a member was at some steps, in space; a break is `null`. */
export class Track {
  constructor(path, member, ground, share = 1) {
    Object.assign(this, { path, member, ground });
    this.own = ownLevels(path, member, ground.heat);
    const most = Math.max(50, PIECES * share);
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
      else if (path.at.length === 1) yield this.#marked(...to.at, to.step);
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
    for (let part = 0; part <= parts; part += 1) {
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

  /** Pairs of neighbouring points: one for each piece, none shorter than can be seen. */
  *pieces() {
    let [start, last] = [null, null];
    for (const point of this.points()) {
      if (!point) {
        if (start && last !== start) yield [start, last];
        start = null;
      } else if (!start) start = point;
      else if (distance(start, point) > NEAR) {
        yield [start, point];
        start = point;
      }
      last = point;
    }
    if (start && last !== start) yield [start, last];
  }
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

function distance(one, other) {
  return Math.hypot(one[0] - other[0], one[1] - other[1], 0.5 * (one[2] - other[2]));
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
