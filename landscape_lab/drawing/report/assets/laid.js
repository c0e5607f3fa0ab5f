// What lies on the ground: the paths with their balls and starts, and rings around the minima.

import { Group } from "three";
import { Balls } from "lab/balls";
import { rgb } from "lab/tints";
import { Track } from "lab/tracks";
import { lines, tubes } from "lab/tubes";

const CROWD = 8;
const DROPS = 48;
const APART = 0.02;
const DARK = rgb("#202124");
const WHITE = rgb("#ffffff");
const GREY = rgb("#9aa0a6");

/** One path: tubes, or thin lines where it has many members. */
export class Laid extends Group {
  /** Of all pieces that are drawn at most, `pieces` as tubes and ten times as many as lines, each member has a `share`. */
  constructor(path, ground, shared, share, pieces) {
    super();
    this.path = path;
    this.tracks = Array.from({ length: path.members }, (_, member) => new Track(path, member, ground, share));
    const tints = this.tracks.map((_, member) => rgb(path.color(member)));
    const crowd = path.members > CROWD || path.behind;
    this.balls = new Balls(tints, crowd ? 0.013 : 0.027, crowd ? DARK : WHITE, shared);
    this.add(this.balls);
    const made = this.tracks.map((track) => track.pieces(share * pieces * (crowd ? 10 : 1)));
    if (crowd) {
      this.add(lines(made.flat(), made.flatMap((each, member) => each.map(() => tints[member])), shared));
    } else {
      const starts = new Balls(tints.map(() => WHITE), 0.015, DARK, shared);
      starts.put(this.tracks.map((track) => track.point(path.at[0])));
      this.tubes = made.map((each, member) => tubes(each, tints[member], shared));
      this.add(starts, ...this.tubes);
      const drops = this.tracks.flatMap((track) => dropped(track));
      if (drops.length) this.add(lines(drops, drops.map(() => GREY), shared, { past: 0.8, coming: 0.3 }));
    }
  }

  /** Put the balls where the members are at a step; in the last one nothing is to come. */
  put(step) {
    for (const { coming } of this.tubes ?? []) if (coming) coming.visible = step < this.path.last;
    this.balls.put(this.tracks.map((track) => track.point(step)));
  }

  /** The track that a ride follows. */
  get track() {
    return this.tracks[this.path.representative];
  }
}

/** Lines from some points of a path that has losses of its own to the plane's below or above them. */
function dropped(track) {
  if (!track.own) return [];
  const { steps } = track.path.departure;
  const every = Math.max(1, Math.ceil(steps.length / DROPS));
  return Array.from(steps)
    .filter((_, index) => index % every === 0)
    .map((step) => [step, track.point(step)])
    .map(([step, [x, y, level]]) => [[x, y, level, step], [x, y, track.ground.level(x, y), step]])
    .filter(([own, below]) => Math.abs(own[2] - below[2]) > APART);
}

/** A ring on the ground around each minimum. */
export function rings(minima, ground, shared) {
  const pieces = [];
  for (let index = 0; index < minima.length; index += 2) {
    const [x, y] = ground.above([minima[index], minima[index + 1]]);
    const points = Array.from({ length: 49 }, (_, turn) => {
      const angle = (turn * Math.PI) / 24;
      const [right, up] = [x + 0.05 * Math.cos(angle), y + 0.05 * Math.sin(angle)];
      return [right, up, ground.level(right, up), -1];
    });
    const levels = points.map((point) => point[2]).filter(Number.isFinite);
    for (const point of points) point[2] = Number.isNaN(point[2]) ? NaN : Math.max(...levels); // level: it may lie in a steep hole
    for (let turn = 1; turn < points.length; turn += 1) {
      if (Number.isFinite(points[turn][2] + points[turn - 1][2])) pieces.push([points[turn - 1], points[turn]]);
    }
  }
  return tubes(pieces, rgb("#00e5ff"), shared);
}
