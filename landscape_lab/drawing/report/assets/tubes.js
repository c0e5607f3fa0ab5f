// Tubes and lines through space, which the step of the page cuts: the shader draws each piece as far as it was made.

import { BackSide, BufferAttribute, BufferGeometry, FrontSide, Group, LineSegments, Mesh, ShaderMaterial } from "three";
import { LIGHT, ORDER, THROUGH } from "lab/light";

const RADIUS = 0.0085;

const TUBE = {
  vertexShader: `
    attribute vec3 start, end;
    attribute vec2 steps;
    uniform float tall, step, radius, whole, beyond;
    varying vec3 normalled, seen;
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
      seen = cameraPosition - point;
      gl_Position = size > 0.0 ? projectionMatrix * viewMatrix * vec4(point, 1.0) : vec4(2.0, 2.0, 2.0, 1.0);
    }`,
  fragmentShader: `
    uniform vec3 tint;
    uniform float alpha, dark;
    varying vec3 normalled, seen;
    ${LIGHT}
    void main() {
      vec3 shown = lit(tint * 1.06, normalize(normalled), normalize(seen)) + 0.12 * tint;
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
  const geometry = cylinders(pieces, shared.sides);
  const kind = (values, settings) => {
    const uniforms = { tall: shared.tall, step: shared.step, tint: { value: tint } };
    for (const [name, value] of Object.entries({ radius: 1, whole: 0, beyond: 1, alpha: 1, dark: 0, ...values })) uniforms[name] = { value };
    const mesh = new Mesh(geometry, new ShaderMaterial({ ...TUBE, uniforms, side: FrontSide, ...settings }));
    mesh.frustumCulled = false;
    mesh.renderOrder = ORDER.paths;
    group.add(mesh);
    return mesh;
  };
  kind({ radius: 1.65, dark: 1 }, { side: BackSide });
  kind({}, {});
  group.coming = kind({ radius: 0.6, whole: 1, beyond: 0, alpha: 0.5 }, { transparent: true, depthWrite: false });
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

/** A cylinder for each piece, whole: where a processor draws, instances of one would take ten times as long. */
function cylinders(pieces, sides) {
  const ring = 2 * sides;
  const geometry = new BufferGeometry();
  const fill = (name, size, valueOf) => {
    const values = new Float32Array(size * ring * pieces.length);
    pieces.forEach((piece, number) => {
      for (let corner = 0; corner < ring; corner += 1) values.set(valueOf(piece, corner), size * (ring * number + corner));
    });
    geometry.setAttribute(name, new BufferAttribute(values, size));
  };
  const angles = Array.from({ length: sides }, (_, side) => (2 * Math.PI * side) / sides);
  const corners = angles.flatMap((angle) => [0, 1].map((end) => [Math.cos(angle), Math.sin(angle), end]));
  fill("position", 3, (_, corner) => corners[corner]);
  for (const [end, name] of ["start", "end"].entries()) fill(name, 3, (piece) => piece[end].slice(0, 3));
  fill("steps", 2, ([from, to]) => [from[3], to[3]]);
  const faces = pieces.flatMap((_, number) => {
    const at = (side, end) => ring * number + 2 * (side % sides) + end;
    return angles.flatMap((_, side) => [at(side, 0), at(side + 1, 0), at(side + 1, 1), at(side, 0), at(side + 1, 1), at(side, 1)]);
  });
  geometry.setIndex(new BufferAttribute(new Uint32Array(faces), 1));
  return geometry;
}
