// The ground as triangles: in the map's colours, lit, with lines of equal height, and walls around it.

import { BufferAttribute, BufferGeometry, DataTexture, DoubleSide, Group, LinearFilter, Mesh, ShaderMaterial } from "three";
import { SLAB } from "lab/ground";
import { rgba } from "lab/heat";
import { numbered } from "lab/scale";
import { LIGHT, vector } from "lab/light";
import { color, rgb } from "lab/tints";

const GROUND = {
  vertexShader: `
    attribute vec2 slope;
    attribute float line;
    uniform float tall;
    varying float level, number;
    varying vec3 upright, seen;
    void main() {
      level = position.z;
      number = line;
      upright = vec3(-tall * slope, 1.0);
      vec3 point = vec3(position.xy, tall * level);
      seen = cameraPosition - point;
      gl_Position = projectionMatrix * viewMatrix * vec4(point, 1.0);
    }`,
  fragmentShader: `
    uniform sampler2D table;
    uniform float lines, sharp;
    varying float level, number;
    varying vec3 upright, seen;
    ${LIGHT}
    void main() {
      vec3 normal = normalize(upright);
      vec3 tint = texture2D(table, vec2((255.0 * clamp(level, 0.0, 1.0) + 0.5) / 256.0, 0.5)).rgb;
      float wide = sharp * fwidth(number); // of a pixel of the page
      float away = abs(fract(number + 0.5) - 0.5);
      float drawn = wide > 1e-7 ? 1.0 - smoothstep(0.1, 0.9, away / wide) : 0.0;
      tint = mix(tint, vec3(1.0), 0.45 * lines * drawn * (1.0 - smoothstep(0.15, 0.5, wide)));
      gl_FragColor = vec4(min(lit(tint, normal, normalize(seen)), 0.94), 1.0); // never as white as paper
    }`,
};

const WALL = {
  vertexShader: `
    attribute float foot;
    attribute float side;
    uniform float tall;
    varying float shade;
    void main() {
      shade = side;
      gl_Position = projectionMatrix * viewMatrix * vec4(position.xy, mix(tall * position.z, ${vector([-SLAB])}, foot), 1.0);
    }`,
  fragmentShader: `
    uniform vec3 tint;
    varying float shade;
    void main() { gl_FragColor = vec4(tint * shade, 1.0); }`,
};

export class Surface extends Group {
  constructor(ground, shared) {
    super();
    this.ground = ground;
    this.table = new DataTexture(new Uint8Array(1024), 256, 1);
    this.table.minFilter = this.table.magFilter = LinearFilter;
    const uniforms = { tall: shared.tall, sharp: shared.sharp, table: { value: this.table }, lines: { value: 0 } };
    this.top = new Mesh(new BufferGeometry(), new ShaderMaterial({ ...GROUND, uniforms, side: DoubleSide }));
    const walls = { tall: shared.tall, tint: { value: [0, 0, 0] } };
    this.wall = new Mesh(new BufferGeometry(), new ShaderMaterial({ ...WALL, uniforms: walls, side: DoubleSide }));
    for (const mesh of [this.top, this.wall]) mesh.frustumCulled = false;
    this.add(this.top, this.wall);
    this.rise();
  }

  /** Take the levels of the ground, which have changed. */
  rise() {
    const { ground, table } = this;
    table.image.data.set(rgba(ground.heat.colors));
    table.needsUpdate = true;
    const lines = numbered(ground.heat);
    set(this.top.geometry, { position: [points(ground), 3], slope: [ground.slopes(), 2], line: [ground.levels.map(lines.number), 1] });
    this.top.geometry.setIndex(new BufferAttribute(ground.faces(), 1));
    this.top.material.uniforms.lines.value = lines.some ? 1 : 0;
    set(this.wall.geometry, walls(ground));
  }

  /** Take the colours of the page, light or dark. */
  dress() {
    this.wall.material.uniforms.tint.value = rgb(color("edge"));
  }
}

function set(geometry, attributes) {
  geometry.dispose(); // what the card holds of the former ones
  for (const [name, [values, size]] of Object.entries(attributes)) geometry.setAttribute(name, new BufferAttribute(values, size));
}

/** x, y and level of each vertex; a vertex without a level has no triangle. */
function points({ rows, columns, half, levels }) {
  const made = new Float32Array(3 * levels.length);
  for (let at = 0; at < levels.length; at += 1) {
    made[3 * at] = half[0] * ((2 * (at % columns)) / (columns - 1) - 1);
    made[3 * at + 1] = half[1] * ((2 * Math.floor(at / columns)) / (rows - 1) - 1);
    made[3 * at + 2] = Number.isFinite(levels[at]) ? levels[at] : 0;
  }
  return made;
}

/** Two triangles below each edge of the border that has levels. */
function walls(ground) {
  const { rows, columns, levels } = ground;
  const all = points(ground);
  const position = [];
  const foot = [];
  const side = [];
  const wall = (a, b, shade) => {
    if (!Number.isFinite(levels[a] + levels[b])) return;
    for (const [at, below] of [[a, 0], [a, 1], [b, 1], [a, 0], [b, 1], [b, 0]]) {
      position.push(...all.subarray(3 * at, 3 * at + 3));
      foot.push(below);
      side.push(shade);
    }
  };
  for (let column = 0; column + 1 < columns; column += 1) {
    for (const row of [0, rows - 1]) wall(row * columns + column, row * columns + column + 1, 0.9);
  }
  for (let row = 0; row + 1 < rows; row += 1) {
    for (const column of [0, columns - 1]) wall(row * columns + column, (row + 1) * columns + column, 1);
  }
  return { position: [new Float32Array(position), 3], foot: [new Float32Array(foot), 1], side: [new Float32Array(side), 1] };
}
