// A ride along with an optimizer: behind its ball and above it, looking along its way.

import { between } from "lab/numbers";

const BEHIND = 0.75;
const ABOVE = 0.34;
const AHEAD = 0.15;
const CLEAR = 0.07;
const TURN = 10; // radians in all the way, which a page plays in ten seconds

export class Ride {
  constructor(track, ground) {
    Object.assign(this, { track, ground });
    const points = [...track.points()].filter((point) => point);
    this.steps = points.map((point) => point[3]);
    this.lengths = [0];
    this.sums = [[0], [0]]; // of x and y along the way: their differences are means
    for (let index = 1; index < points.length; index += 1) {
      const way = Math.hypot(points[index][0] - points[index - 1][0], points[index][1] - points[index - 1][1]);
      this.lengths.push(this.lengths[index - 1] + way);
      for (const axis of [0, 1]) {
        const mean = 0.5 * (points[index][axis] + points[index - 1][axis]);
        this.sums[axis].push(this.sums[axis][index - 1] + mean * way);
      }
    }
    this.whole = this.lengths[this.lengths.length - 1];
    this.window = Math.max(0.12, 0.06 * this.whole);
    this.angles = this.#turned();
  }

  /** The pose of the eye at a step; `tall` is the height of the surface, `closer` shortens the distance. */
  pose(step, tall, closer) {
    const last = this.steps[this.steps.length - 1] ?? 0;
    const [x, y, level] = this.track.point(Math.min(step, last)).map((value) => (Number.isFinite(value) ? value : 0));
    const [along, up] = this.heading(Math.min(step, last));
    const z = tall * level;
    const behind = closer * BEHIND;
    const height = Math.max(z + closer * ABOVE, this.#clear([x, y, z], [-behind * along, -behind * up], tall));
    const ahead = closer * AHEAD;
    const azimuth = (Math.atan2(-up, -along) * 180) / Math.PI;
    const tilt = (Math.atan2(height - z, behind + ahead) * 180) / Math.PI;
    return [azimuth, tilt, Math.hypot(behind + ahead, height - z), x + ahead * along, y + ahead * up, z];
  }

  /** How high an eye must be that sees the ball from some way off: above all ground between them. */
  #clear([x, y, z], [right, up], tall) {
    let height = z;
    for (let share = 0.1; share < 1.05; share += 0.05) {
      const below = tall * this.ground.level(x + share * right, y + share * up) + CLEAR * share;
      if (below > z + share * (height - z)) height = z + (below - z) / share;
    }
    return height;
  }

  /** The direction at a step, of unit length. */
  heading(step) {
    const angle = between(this.steps, this.angles, step);
    return [Math.cos(angle), Math.sin(angle)];
  }

  /** The directions at all points: they follow the way, as fast as an eye likes to turn; they stay where it only swings. */
  #turned() {
    const wanted = this.lengths.map((at) => this.#wanted(at));
    const first = wanted.find(([, sure]) => sure > 0)?.[0] ?? 0.5 * Math.PI;
    const angles = [];
    wanted.forEach(([angle, sure], index) => {
      const before = angles[index - 1] ?? first;
      const most = index ? ((TURN * sure) / this.whole) * (this.lengths[index] - this.lengths[index - 1]) : 0;
      const turn = Math.atan2(Math.sin(angle - before), Math.cos(angle - before)) || 0;
      angles.push(before + Math.max(-most, Math.min(most, turn)));
    });
    return angles;
  }

  /** From where the path was for a while to where it will be: the angle, and how surely, 0 to 1. */
  #wanted(at) {
    const before = this.#mean(Math.max(0, at - this.window), at);
    const after = this.#mean(at, Math.min(this.whole, at + this.window));
    const [x, y] = [after[0] - before[0], after[1] - before[1]];
    return [Math.atan2(y, x), Math.min(1, (2 * Math.hypot(x, y)) / this.window)];
  }

  /** The mean place between two lengths of the way. */
  #mean(from, to) {
    const near = 1e-6;
    if (to - from < near) [from, to] = [Math.max(0, to - near), Math.min(this.whole, from + near)];
    return this.sums.map((sums) => {
      const sum = between(this.lengths, sums, to) - between(this.lengths, sums, from);
      return to > from ? sum / (to - from) : 0;
    });
  }
}
