// Balls on the ground, all of one size: where the members are, and where they began.

import {
  BackSide, FrontSide, Group, IcosahedronGeometry, InstancedBufferAttribute, InstancedBufferGeometry, Mesh, ShaderMaterial,
} from "three";
import { LIGHT, ORDER, THROUGH } from "lab/light";

const BALL = {
  vertexShader: `
    attribute vec3 centre, tint;
    uniform float tall, radius, rim;
    varying vec3 normalled, tinted, seen;
    void main() {
      vec3 middle = vec3(centre.xy, tall * centre.z);
      float size = radius * clamp(distance(cameraPosition, middle) / 3.0, 0.3, 1.3);
      vec3 point = middle + vec3(0.0, 0.0, 0.7 * size) + rim * size * position;
      normalled = position;
      tinted = tint;
      seen = cameraPosition - point;
      gl_Position = centre.z > -9.0 ? projectionMatrix * viewMatrix * vec4(point, 1.0) : vec4(2.0, 2.0, 2.0, 1.0);
    }`,
  fragmentShader: `
    uniform vec3 edge;
    uniform float plain, alpha;
    varying vec3 normalled, tinted, seen;
    ${LIGHT}
    void main() {
      vec3 shown = lit(tinted * 1.06, normalize(normalled), normalize(seen)) + 0.2 * tinted;
      gl_FragColor = vec4(mix(shown, edge, plain), alpha);
    }`,
};
const FEW = 50;
const MANY = 300; // have no rims
const NOWHERE = [0, 0, -10];

export class Balls extends Group {
  /** One ball for each tint, of one radius, with a rim of one colour. */
  constructor(tints, radius, edge, shared) {
    super();
    const crowd = tints.length > FEW;
    const ball = new IcosahedronGeometry(1, crowd ? 1 : 3);
    const geometry = new InstancedBufferGeometry();
    geometry.setAttribute("position", ball.getAttribute("position"));
    this.centres = new InstancedBufferAttribute(new Float32Array(3 * tints.length), 3);
    geometry.setAttribute("centre", this.centres);
    geometry.setAttribute("tint", new InstancedBufferAttribute(Float32Array.from(tints.flat()), 3));
    geometry.instanceCount = tints.length;
    const kind = (values, settings) => {
      const uniforms = { tall: shared.tall };
      const all = { radius, rim: 1, plain: 0, alpha: 1, edge, ...values };
      for (const [name, value] of Object.entries(all)) uniforms[name] = { value };
      const mesh = new Mesh(geometry, new ShaderMaterial({ ...BALL, uniforms, side: FrontSide, ...settings }));
      mesh.frustumCulled = false;
      mesh.renderOrder = ORDER.balls;
      this.add(mesh);
      return mesh;
    };
    if (tints.length <= MANY) kind({ rim: 1.28, plain: 1 }, { side: BackSide });
    kind({}, {});
    if (!crowd) kind({ alpha: 0.3 }, THROUGH).renderOrder = ORDER.through;
  }

  /** Put each ball to a point `[x, y, level]`; one whose level is NaN is not seen. */
  put(points) {
    points.forEach((point, index) => this.centres.set(Number.isFinite(point[2]) ? point.slice(0, 3) : NOWHERE, 3 * index));
    this.centres.needsUpdate = true;
  }
}
