// The paths: where each member is, and what its loss is, at any step.

import { lastBefore } from "lab/numbers";

/** The paths that are not hidden. */
export function visible(paths, store) {
  return paths.filter((path) => !store.get("hidden").includes(path.number));
}

/** They again, in the order in which they are laid one above another: the best, which is the first, on top. */
export function layered(paths) {
  return [...paths].reverse().sort((one, other) => other.behind - one.behind);
}

export class Path {
  /** One trace of the content: `places` [n, members, 2] at steps `at`, `losses` [m, members] at `steps`. */
  constructor(number, trace) {
    Object.assign(this, trace);
    this.number = number;
    this.members = trace.places.shape[1];
    this.last = this.steps[this.steps.length - 1];
    this.behind = false; // beside others a path that diverged is faint, and lies below them
  }

  /** The place of a kept point. */
  kept(index, member) {
    const first = 2 * (index * this.members + member);
    return [this.places[first], this.places[first + 1]];
  }

  /** The place of a member at a step, between two kept points on the line. */
  place(member, step) {
    const index = lastBefore(this.at, step);
    const [x, y] = this.kept(index, member);
    if (index + 1 >= this.at.length || step <= this.at[index]) return [x, y];
    const share = (step - this.at[index]) / (this.at[index + 1] - this.at[index]);
    const [nextX, nextY] = this.kept(index + 1, member);
    return [x + share * (nextX - x), y + share * (nextY - y)];
  }

  /** The loss of a member at a step: that of the last record before it. */
  loss(member, step) {
    return this.losses[lastBefore(this.steps, step) * this.members + member];
  }

  /** All losses of a member. */
  curve(member) {
    return Float64Array.from(this.steps, (_, index) => this.losses[index * this.members + member]);
  }

  /** The member that ended lowest. */
  get representative() {
    const last = (this.steps.length - 1) * this.members;
    let best = 0;
    for (let member = 1; member < this.members; member += 1) {
      const loss = this.losses[last + member];
      if (loss < this.losses[last + best] || Number.isNaN(this.losses[last + best])) best = member;
    }
    return best;
  }

  /** Whether no member has an end. */
  get lost() {
    return !Number.isFinite(this.loss(this.representative, this.last));
  }

  /** What had been spent by each record: `steps`, `evaluations`, `seconds`, `epochs`. */
  cost(against) {
    return against === "steps" ? this.steps : this.costs[against];
  }

  /** The colour of a member. */
  color(member) {
    return this.colors[member % this.colors.length];
  }
}
