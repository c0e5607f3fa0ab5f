// Tubes and lines through space, which the step of the page cuts: the shader draws each piece as far as it was made.

import {
  BackSide, BufferAttribute, BufferGeometry, FrontSide, Group, InstancedBufferAttribute, InstancedBufferGeometry,
  LineSegments, Mesh, ShaderMaterial,
} from "three";
import { LIGHT, ORDER, THROUGH } from "lab/light";

const SIDES = 8;
const RADIUS = 0.0085;

const TUBE = {
  vertexShader: `
    attribute vec3 start, end, tint;
    attribute vec2 steps;
    uniform float tall, step, radius, whole, beyond;
    varying vec3 normalled, tinted, seen;
    void main() {
      float share = whole > 0.5 || step >= steps.y ? 1.0 : clamp((step - steps.x) / max(steps.y - steps.x, 1e-6), 0.0, 1.0);
      vec3 a = vec3(start.xy, start.z * tall);
      vec3 b = mix(a, vec3(end.xy, end.z * tall), share);
      float size = length(b - a);
      vec3 along = size > 0.0 ? (b - a) / size : vec3(1.0, 0.0, 0.0);
      vec3 left = length(along.xy) > 1e-5 ? normalize(vec3(-along.y, along.x, 0.0)) : vec3(1.0, 0.0, 0.0);
      normalled = position.x * left + position.y * cross(along, left);
      vec3 middle = mix(a, b, position.z);
      float thick = clamp(distance(cameraPosition, middle) / 3.0, 0.3, 1.3) * ${RADIUS};
      middle += beyond * along * (position.z - 0.5) * thick + vec3(0.0, 0.0, 0.6 * thick);
      vec3 point = middle + radius * thick * normalled;
      tinted = tint;
      seen = cameraPosition - point;
      gl_Position = size > 0.0 ? projectionMatrix * viewMatrix * vec4(point, 1.0) : vec4(2.0, 2.0, 2.0, 1.0);
    }`,
  fragmentShader: `
    uniform float alpha, dark;
    varying vec3 normalled, tinted, seen;
    ${LIGHT}
    void main() {
      vec3 shown = lit(tinted * 1.06, normalize(normalled), normalize(seen)) + 0.12 * tinted;
      gl_FragColor = vec4(mix(shown, vec3(0.09, 0.1, 0.11), dark), alpha);
    }`,
};

const LINE = {
  vertexShader: `
    attribute vec3 tint;
    attribute float made;
    uniform float tall;
    varying vec3 tinted;
    varying float moment;
    void main() {
      tinted = tint;
      moment = made;
      gl_Position = projectionMatrix * viewMatrix * vec4(position.xy, tall * position.z + 0.004, 1.0);
    }`,
  fragmentShader: `
    uniform float step, past, coming;
    varying vec3 tinted;
    varying float moment;
    void main() { gl_FragColor = vec4(tinted, moment > step ? coming : past); }`,
};

/** Tubes of pieces `[from, to]` of points `[x, y, level, step]`: bold up to the step, faint beyond and behind hills. */
export function tubes(pieces, tint, shared) {
  const group = new Group();
  if (!pieces.length) return group;
  const geometry = new InstancedBufferGeometry();
  const { position, index } = cylinder();
  geometry.setAttribute("position", position);
  geometry.setIndex(index);
  const place = (end) => Float32Array.from(pieces.flatMap((piece) => piece[end].slice(0, 3)));
  const fill = (name, values, size) => geometry.setAttribute(name, new InstancedBufferAttribute(values, size));
  fill("start", place(0), 3);
  fill("end", place(1), 3);
  fill("steps", Float32Array.from(pieces.flatMap(([from, to]) => [from[3], to[3]])), 2);
  fill("tint", Float32Array.from(pieces.flatMap(() => tint)), 3);
  geometry.instanceCount = pieces.length;
  const kind = (values, settings) => {
    const uniforms = { tall: shared.tall, step: shared.step };
    for (const [name, value] of Object.entries({ radius: 1, whole: 0, beyond: 1, alpha: 1, dark: 0, ...values })) uniforms[name] = { value };
    const mesh = new Mesh(geometry, new ShaderMaterial({ ...TUBE, uniforms, side: FrontSide, ...settings }));
    mesh.frustumCulled = false;
    mesh.renderOrder = ORDER.paths;
    group.add(mesh);
    return mesh;
  };
  kind({ radius: 1.65, dark: 1 }, { side: BackSide });
  kind({}, {});
  kind({ radius: 0.6, whole: 1, beyond: 0, alpha: 0.5 }, { transparent: true, depthWrite: false });
  kind({ beyond: 0, alpha: 0.22 }, THROUGH).renderOrder = ORDER.through;
  return group;
}

/** Thin lines of pieces that have a tint each, as bright as told up to the step and beyond. */
export function lines(pieces, tints, shared, { past = 0.9, coming = 0.12 } = {}) {
  const geometry = new BufferGeometry();
  const fill = (name, values, size) => geometry.setAttribute(name, new BufferAttribute(Float32Array.from(values), size));
  fill("position", pieces.flatMap(([from, to]) => [...from.slice(0, 3), ...to.slice(0, 3)]), 3);
  fill("made", pieces.flatMap(([from, to]) => [from[3], to[3]]), 1);
  fill("tint", tints.flatMap((tint) => [...tint, ...tint]), 3);
  const uniforms = { tall: shared.tall, step: shared.step, past: { value: past }, coming: { value: coming } };
  const made = new LineSegments(geometry, new ShaderMaterial({ ...LINE, uniforms, transparent: true, depthWrite: false }));
  made.frustumCulled = false;
  return made;
}

function cylinder() {
  const corners = [];
  const faces = [];
  for (let side = 0; side < SIDES; side += 1) {
    const angle = (2 * Math.PI * side) / SIDES;
    for (const end of [0, 1]) corners.push(Math.cos(angle), Math.sin(angle), end);
    const [a, b] = [2 * side, 2 * ((side + 1) % SIDES)];
    faces.push(a, b, b + 1, a, b + 1, a + 1);
  }
  return { position: new BufferAttribute(new Float32Array(corners), 3), index: new BufferAttribute(new Uint16Array(faces), 1) };
}
