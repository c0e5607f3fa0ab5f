// The eye in space: where it is, how it flies to where it should be, how it rides along with an optimizer.
//
// A pose is [azimuth, tilt, distance, x, y, z]: degrees around and above the point that is looked at.

import { Vector3 } from "three";
import { Ride } from "lab/ride";

/** Poses by name: azimuth and tilt; from the front the map's lower side is near. */
export const VIEWS = {
  oblique: [-60, 40],
  above: [-90, 89.9],
  front: [-90, 12],
  right: [0, 12],
  back: [90, 12],
  left: [180, 12],
};
const SECONDS = 0.18;
const STEEPEST = 89.9;
const still = matchMedia("(prefers-reduced-motion: reduce)");

export class Eye {
  /** `camera` is moved, by `controls` and by the store; `redraw` is called when it has. */
  constructor({ camera, controls, ground, shared, store, redraw }) {
    Object.assign(this, { camera, controls, ground, shared, store, redraw });
    this.ride = null;
    this.closer = 1;
    this.held = false;
    controls.addEventListener("start", () => this.#taken());
    controls.addEventListener("change", () => this.redraw());
    controls.addEventListener("end", () => this.#keep());
    this.pose = this.goal();
  }

  /** Ride along with a track, or with none. */
  follow(track) {
    this.ride = track ? new Ride(track, this.ground) : null;
    this.closer = 1;
  }

  /** Where the eye should be. */
  goal() {
    if (this.ride) return this.ride.pose(this.store.get("step"), this.shared.tall.value, this.closer);
    const kept = this.store.get("camera");
    const usable = kept.length === 6 && kept.every(Number.isFinite);
    const [azimuth, tilt, times, ...at] = usable ? kept : [...VIEWS.oblique, 1, ...this.#middle()];
    const steepness = Math.min(STEEPEST, Math.max(1, tilt));
    return [azimuth, steepness, times * this.#fitting(azimuth, steepness), ...at];
  }

  /** Take the goal, at once or in a flight; returns whether there is more of it to come. */
  move(seconds, atOnce) {
    if (this.held) return false;
    const goal = this.goal();
    const share = atOnce || still.matches ? 1 : 1 - Math.exp(-seconds / SECONDS);
    const ways = goal.map((value, index) => (index === 0 ? around(value - this.pose[0]) : value - this.pose[index]));
    const near = Math.hypot(ways[0] / 60, ways[1] / 60, ...ways.slice(2)) < 0.002;
    this.pose = near ? goal : this.pose.map((value, index) => value + share * ways[index]);
    this.#look();
    return !near && share < 1;
  }

  /** See all of the surface from a named side. */
  view(name) {
    this.store.set({ camera: [...VIEWS[name], 1, ...this.#middle()], ride: -1 });
  }

  /** The name of the view that a kept camera has; none, `""`. */
  named(kept) {
    const same = (name) => JSON.stringify([...VIEWS[name], 1, ...this.#middle()]) === JSON.stringify(kept);
    return Object.keys(VIEWS).find(same) ?? "";
  }

  /** Go around, up, and nearer: degrees, degrees, times. */
  turn(right, up, times = 1) {
    if (this.ride && times !== 1) {
      this.closer = Math.min(4, Math.max(0.4, this.closer * times));
      this.redraw(true);
      return;
    }
    const [azimuth, tilt, distance, ...at] = this.ride ? this.pose : this.goal();
    this.#tell([azimuth + right, Math.min(STEEPEST, Math.max(1, tilt + up)), distance * times, ...at]);
  }

  /** Move sideways and away from the eye, in shares of the distance. */
  pan(right, away) {
    const [azimuth, tilt, distance, x, y, z] = this.ride ? this.pose : this.goal();
    const angle = (azimuth * Math.PI) / 180;
    const [sine, cosine] = [distance * Math.sin(angle), distance * Math.cos(angle)];
    this.#tell([azimuth, tilt, distance, x - right * sine - away * cosine, y + right * cosine - away * sine, z]);
  }

  #tell([azimuth, tilt, distance, ...at]) {
    const times = distance / this.#fitting(azimuth, tilt);
    const rounded = [azimuth, tilt, Math.min(4, Math.max(0.05, times)), ...at].map((value, index) => +value.toFixed(index < 2 ? 1 : 3));
    this.store.set({ camera: rounded, ride: -1 });
  }

  /** Somebody takes hold of it: it rides no more, and flies no more. */
  #taken() {
    this.pose = this.#posed();
    if (this.store.get("ride") >= 0) this.#tell(this.pose);
    this.held = true;
  }

  #keep() {
    this.held = false;
    this.pose = this.#posed();
    this.#tell(this.pose);
  }

  /** The pose that the camera has. */
  #posed() {
    const at = this.controls.target;
    const away = new Vector3().subVectors(this.camera.position, at);
    const distance = away.length();
    const degrees = (angle) => (angle * 180) / Math.PI;
    return [degrees(Math.atan2(away.y, away.x)), degrees(Math.asin(away.z / distance)), distance, at.x, at.y, at.z];
  }

  #look() {
    const [azimuth, tilt, distance, x, y, z] = this.pose;
    this.controls.target.set(x, y, z);
    this.camera.position.set(x, y, z).addScaledVector(direction(azimuth, tilt), distance);
    this.camera.lookAt(x, y, z);
    this.camera.updateMatrixWorld();
  }

  #middle() {
    return [0, 0, +(0.4 * this.ground.height).toFixed(3)];
  }

  /** The distance from which all of the surface is seen. */
  #fitting(azimuth, tilt) {
    const towards = direction(azimuth, tilt);
    const right = new Vector3(-Math.sin((azimuth * Math.PI) / 180), Math.cos((azimuth * Math.PI) / 180), 0);
    const up = new Vector3().crossVectors(towards, right);
    const high = Math.tan((this.camera.fov * Math.PI) / 360);
    const middle = new Vector3(...this.#middle());
    const [wide, deep] = this.ground.half;
    // Around it there is room for numbers.
    const { clientWidth: width, clientHeight: height } = this.controls.domElement;
    const [across, along] = [Math.max(0.6, 1 - 96 / (width || 1e3)), Math.max(0.6, 1 - 72 / (height || 1e3))];
    let fits = 0;
    for (const corner of [[1, 1], [1, -1], [-1, 1], [-1, -1]]) {
      for (const z of [-0.06, this.shared.tall.value]) {
        const point = new Vector3(wide * corner[0], deep * corner[1], z).sub(middle);
        const aside = Math.abs(point.dot(right)) / (high * this.camera.aspect * across);
        fits = Math.max(fits, point.dot(towards) + Math.max(aside, Math.abs(point.dot(up)) / (high * along)));
      }
    }
    return fits;
  }
}

function direction(azimuth, tilt) {
  const [around, above] = [(azimuth * Math.PI) / 180, (tilt * Math.PI) / 180];
  return new Vector3(Math.cos(above) * Math.cos(around), Math.cos(above) * Math.sin(around), Math.sin(above));
}

/** An angle between -180 and 180 degrees. */
function around(degrees) {
  return ((((degrees + 180) % 360) + 360) % 360) - 180;
}
