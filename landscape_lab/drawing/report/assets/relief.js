// The relief: the surface with the paths on it, drawn by three.js when something has changed, and only then.

import { ColorManagement, MOUSE, PerspectiveCamera, Raycaster, Scene, TOUCH, Vector2, Vector3, WebGLRenderer } from "three";
import { OrbitControls } from "three/controls";
import { edges } from "lab/edges";
import { drawing } from "lab/elements";
import { Eye } from "lab/eye";
import { Ground } from "lab/ground";
import { Laid, rings } from "lab/laid";
import { Surface } from "lab/surface";

ColorManagement.enabled = false; // colours of a style sheet stay what they are

/** What is drawn at most, and how edges become smooth: a processor draws twice the pixels sooner than four samples of each. */
const MEANS = {
  card: { cells: 320, pieces: 15000, sides: 8, antialias: true, sharpest: () => Math.min(2, window.devicePixelRatio || 1) },
  processor: { cells: 160, pieces: 4000, sides: 6, antialias: false, sharpest: () => 2 },
};
const PROCESSOR = /swiftshader|llvmpipe|softpipe|basic render/i;

/** What draws in space: a graphics `card`, or the `processor` alone. An error where nothing does. */
function drawer() {
  const gl = document.createElement("canvas").getContext("webgl2");
  if (!gl) throw new Error("there is no WebGL 2");
  const told = gl.getParameter(gl.RENDERER);
  const hidden = told === "WebKit WebGL" ? gl.getExtension("WEBGL_debug_renderer_info") : null;
  const name = hidden ? gl.getParameter(hidden.UNMASKED_RENDERER_WEBGL) : told;
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return PROCESSOR.test(name) ? "processor" : "card";
}

export class Relief {
  /** `canvas` is drawn on; `step`, `hidden`, `camera`, `ride`, `tall` and `heights` of the store tell how. */
  constructor(canvas, page) {
    Object.assign(this, { canvas, page });
    this.means = MEANS[drawer()];
    this.renderer = new WebGLRenderer({ canvas, antialias: this.means.antialias, alpha: true });
    this.ground = new Ground(page.heat, this.means.cells);
    this.shared = { tall: { value: this.ground.height }, step: { value: 0 }, sharp: { value: 1 }, sides: this.means.sides };
    this.camera = new PerspectiveCamera(28, 1, 0.01, 60);
    this.camera.up.set(0, 0, 1);
    this.surface = new Surface(this.ground, this.shared);
    this.scene = new Scene().add(this.surface);
    this.numbers = drawing("", (context, width, height) => this.#numbers(context, width, height));
    Object.assign(this.numbers, { className: "numbers", ariaHidden: true });
    this.drawn = 0; // pictures, for who measures
    this.eye = new Eye({ ...this, controls: this.#controls(), store: page.store, redraw: this.redraw });
    this.lay();
    this.#watch();
    this.#resize(); // at once, so that nothing is drawn in another size first
    new ResizeObserver(() => this.#resize()).observe(canvas);
  }

  /** Draw with the screen's next picture. */
  redraw = () => {
    this.wanted ??= requestAnimationFrame((now) => this.#draw(now));
  };

  /** Where a pixel of the canvas meets the surface, as a place of the map; `null` beside it. */
  place(right, below) {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const ray = new Raycaster();
    ray.setFromCamera(new Vector2((2 * right) / width - 1, 1 - (2 * below) / height), this.camera);
    const met = this.ground.met(ray.ray.origin.toArray(), ray.ray.direction.toArray(), this.shared.tall.value);
    return met && this.ground.place(met);
  }

  /** Take the losses of another map, or of this one when its heights have changed; the minima are those of the page's map. */
  take(heat) {
    this.ground.take(heat);
    this.shared.tall.value = this.ground.height * this.page.store.get("tall");
    this.surface.rise();
    this.lay();
  }

  /** Lay the paths and the rings of the minima on the ground as it is now. */
  lay() {
    this.#clear(this.laid);
    const { paths, map } = this.page;
    const members = paths.reduce((sum, path) => sum + path.members, 0);
    this.laid = paths.map((path) => new Laid(path, this.ground, this.shared, 1 / members, this.means.pieces));
    this.laid.push(rings(map.minima, this.ground, this.shared));
    this.scene.add(...this.laid);
    this.invite(this.page.guests ?? []);
  }

  /** Lay further paths on the ground, in place of those that were invited before. */
  invite(paths) {
    this.#clear(this.guests);
    this.guests = paths.map((path) => new Laid(path, this.ground, this.shared, 1 / paths.length, this.means.pieces));
    if (paths.length) this.scene.add(...this.guests);
    this.#follow();
    this.redraw();
  }

  #clear(things = []) {
    this.scene.remove(...things);
    const dispose = ({ geometry, material }) => (geometry?.dispose(), material?.dispose());
    for (const thing of things) thing.traverse(dispose);
  }

  #controls() {
    // Without a key the wheel scrolls the page: heard before the controls hear it.
    this.canvas.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) event.stopImmediatePropagation();
    });
    const controls = new OrbitControls(this.camera, this.canvas);
    controls.maxPolarAngle = 0.495 * Math.PI;
    controls.minDistance = 0.12;
    controls.maxDistance = 30;
    controls.touches = { ONE: TOUCH.ROTATE, TWO: TOUCH.DOLLY_PAN };
    controls.mouseButtons = { LEFT: MOUSE.ROTATE, MIDDLE: MOUSE.DOLLY, RIGHT: MOUSE.PAN };
    this.canvas.style.touchAction = "pan-y"; // a finger that goes up or down scrolls the page
    return controls;
  }

  #watch() {
    const { store } = this.page;
    store.watch(["heights"], () => this.ground.heights === this.ground.heat.heights || this.take(this.ground.heat));
    store.watch(["tall"], () => (this.shared.tall.value = this.ground.height * store.get("tall")));
    store.watch(["ride"], () => this.#follow());
    store.watch(["theme"], () => this.surface.dress());
    store.watch(["step", "heights", "tall", "hidden", "ride", "theme", "camera"], this.redraw);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.surface.dress();
      this.redraw();
    });
  }

  #follow() {
    const laid = [...this.laid, ...this.guests].find((one) => one.path?.number === this.page.store.get("ride"));
    this.eye.follow(laid?.track ?? null);
  }

  #resize() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const size = `${width} ${height} ${this.means.sharpest()}`;
    if (!width || !height || size === this.size) return;
    this.size = size;
    this.shared.sharp.value = this.means.sharpest();
    this.renderer.setPixelRatio(this.shared.sharp.value);
    this.renderer.setSize(width, height, false);
    this.camera.aspect = width / height;
    this.camera.updateProjectionMatrix();
    this.resized = true; // nobody wants to fly because a window grew
    this.redraw();
  }

  #draw(now) {
    this.wanted = null;
    if (!this.canvas.clientWidth) return; // the map has all of the stage
    const { store } = this.page;
    const seconds = this.flying ? Math.min(0.3, (now - this.flying) / 1000) : 1 / 60;
    this.flying = this.eye.move(seconds, this.resized) ? now : null;
    this.resized = false;
    const step = store.get("step");
    this.shared.step.value = step;
    for (const laid of [...this.laid, ...this.guests]) {
      laid.visible = !store.get("hidden").includes(laid.path?.number);
      if (laid.visible) laid.put?.(step);
    }
    this.renderer.render(this.scene, this.camera);
    this.numbers.redraw();
    this.drawn += 1;
    this.canvas.ariaBusy = "false";
    if (this.flying) this.redraw();
  }

  #numbers(context, width, height) {
    const { ground, camera, shared, eye } = this;
    if (eye.ride) context.clearRect(0, 0, width, height);
    else edges(context, width, height, { ground, camera, tall: shared.tall.value });
    this.page.arrows?.draw(context, this.#projection(width, height), this.page.store.get("step"));
  }

  /** The way from a place to a pixel, as high as the path that has arrows. */
  #projection(width, height) {
    const { ground, camera, shared, page } = this;
    const { number, member } = page.arrows.of();
    const [ballX, ballY, own] = this.laid[number].tracks[member].point(page.store.get("step"));
    const below = ground.level(ballX, ballY);
    return (place) => {
      const [x, y] = ground.above(place);
      const level = ground.level(x, y) + own - below; // a slice may lie elsewhere than the path
      const { x: right, y: up } = new Vector3(x, y, shared.tall.value * level).project(camera);
      return [0.5 * (1 + right) * width, 0.5 * (1 - up) * height];
    };
  }
}
