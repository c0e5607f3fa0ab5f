// The light that falls on all things in space, as the film's relief has it, and a soft sheen.

import { AddEquation, CustomBlending, GreaterDepth, OneFactor, OneMinusSrcAlphaFactor, SrcAlphaFactor } from "three";

/** What lies behind the surface shows through it: drawn next after it, before anything else can hide it. */
export const THROUGH = {
  depthFunc: GreaterDepth,
  depthWrite: false,
  blending: CustomBlending,
  blendEquation: AddEquation,
  blendSrc: SrcAlphaFactor,
  blendDst: OneMinusSrcAlphaFactor,
  blendSrcAlpha: OneFactor,
  blendDstAlpha: OneMinusSrcAlphaFactor,
};
export const ORDER = { ground: 0, through: 1, paths: 2, balls: 3 };

/** A vector or a number as shaders write it. */
export function vector(values) {
  const numbers = values.map((value) => value.toFixed(4));
  return numbers.length === 1 ? numbers[0] : `vec${numbers.length}(${numbers.join(", ")})`;
}

const TOWARDS = vector([-0.5, 0.45, 0.74]);

export const LIGHT = `
  const vec3 TOWARDS = ${TOWARDS};
  vec3 lit(vec3 tint, vec3 normal, vec3 seen) {
    float sheen = pow(max(dot(normal, normalize(normalize(TOWARDS) + seen)), 0.0), 12.0);
    float light = max(dot(normal, TOWARDS), 0.0);
    return tint * (0.39 + 0.63 * light) + 0.05 * light + 0.06 * sheen; // what is black has its shape too
  }`;
