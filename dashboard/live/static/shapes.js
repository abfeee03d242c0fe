// Outlines of the parts that the spine carries, in each level's own axes. Pure, made once.

import { LEVELS } from "./spine.js";

/** @typedef {"pelvis" | "lumbar" | "thoracic" | "body"} Colour */

/**
 * @typedef {object} Shape
 * @property {number} level  index of the level that carries it
 * @property {Colour} colour
 * @property {"fill" | "line" | "glass" | "veil"} style
 * @property {number} width  line width
 * @property {number} alpha
 * @property {boolean} closed
 * @property {Float64Array} points  x, y, z by turns
 */

/**
 * @param {number} level @param {Colour} colour @param {Shape["style"]} style
 * @param {number[][]} points @param {Partial<Shape>} [more]
 * @returns {Shape}
 */
function shape(level, colour, style, points, more = {}) {
  return { level, colour, style, width: 2, alpha: 1, closed: true, points: Float64Array.from(points.flat()), ...more };
}

/** @param {number} n @param {(angle: number) => number[]} point @param {number} from @param {number} to */
function arc(n, point, from, to) {
  return Array.from({ length: n }, (_, i) => point(from + ((to - from) * i) / (n - 1)));
}

/** @param {number} level @param {Colour} colour */
function vertebra(level, colour) {
  const size = colour === "thoracic" ? 0.037 - 0.0008 * (level - 6) : 0.043;
  const disc = arc(18, (a) => [0.012 + 0.72 * size * Math.cos(a), 0, size * Math.sin(a)], 0, 1.89 * Math.PI);
  const reach = colour === "thoracic" ? 0.06 : 0.074;
  return [
    shape(level, colour, "fill", disc),
    shape(level, colour, "line", [[-0.016, 0, 0], [-0.06, -0.019, 0]], { closed: false, width: 4.2 }),
    shape(level, colour, "line", [[-0.012, 0, -0.02], [-0.026, 0.004, -reach]], { closed: false, width: 2.6 }),
    shape(level, colour, "line", [[-0.012, 0, 0.02], [-0.026, 0.004, reach]], { closed: false, width: 2.6 }),
  ];
}

/** @param {number} level  a thoracic level; its pair of ribs as one hoop, open in front low down */
function ribs(level) {
  const number = 18 - level;
  const grown = Math.min((number - 1) / 6, 1);
  const halfWidth = 0.095 + 0.075 * Math.sqrt(grown) - 0.011 * Math.max(number - 8, 0);
  const deep = 0.06 + 0.05 * grown;
  const drop = 0.05 + 0.025 * grown;
  const length = (number >= 11 ? 0.45 : 0.95) * Math.PI;
  const point = (/** @type {number} */ a) => [
    deep - 0.03 - deep * Math.cos(a), -drop * (1 - Math.cos(a)) * 0.5, halfWidth * Math.sin(a),
  ];
  const side = Math.min(0.55 * Math.PI, length);
  const line = (/** @type {number} */ from, /** @type {number} */ to, /** @type {Partial<Shape>} */ look) =>
    shape(level, "thoracic", "line", arc(12, point, from, to), { closed: false, ...look });
  const back = { width: 2.5, alpha: 0.6 };
  const parts = [line(0.14 * Math.PI, side, back), line(-side, -0.14 * Math.PI, back)];
  if (length <= side) return parts;
  const front = { width: 1.4, alpha: 0.3 };
  parts.push(line(side, length, front), line(-length, -side, front));
  parts.push(shape(level, "thoracic", "veil", arc(24, point, -Math.PI, 0.92 * Math.PI), { alpha: 0.07 }));
  return parts;
}

/** @param {number} side */
function ilium(side) {
  const outline = [
    [-0.045, 0.015, 0.03], [-0.05, 0.066, 0.05], [-0.03, 0.094, 0.09], [0, 0.088, 0.126],
    [0.035, 0.058, 0.146], [0.036, 0.02, 0.135], [0.02, -0.02, 0.114], [0, -0.05, 0.106],
    [-0.01, -0.085, 0.078], [-0.02, -0.1, 0.055], [-0.03, -0.075, 0.04], [-0.036, -0.03, 0.046],
    [-0.045, -0.01, 0.034],
  ];
  return shape(0, "pelvis", "glass", outline.map(([x, y, z]) => [x, y, side * z]), { width: 2, alpha: 0.9 });
}

function pelvis() {
  const sacrum = [[-0.02, 0.014, -0.04], [-0.02, 0.014, 0.04], [-0.05, -0.03, 0.024], [-0.04, -0.075, 0], [-0.05, -0.03, -0.024]];
  return [
    ilium(-1),
    ilium(1),
    shape(0, "pelvis", "fill", sacrum, { alpha: 0.92 }),
  ];
}

function shoulders() {
  const outline = [
    [0, 0.09, -0.04], [0.0, 0.055, -0.062], [0.01, 0.034, -0.14], [0.02, 0.005, -0.205], [0.02, -0.045, -0.22],
    [0.02, -0.1, -0.19], [0.02, -0.1, 0.19], [0.02, -0.045, 0.22], [0.02, 0.005, 0.205],
    [0.01, 0.034, 0.14], [0.0, 0.055, 0.062], [0, 0.09, 0.04],
  ];
  return shape(16, "body", "glass", outline, { width: 0, alpha: 1 });
}

/** @type {ReadonlyArray<Shape>} */
export const SHAPES = Object.freeze([
  ...pelvis(),
  ...LEVELS.flatMap((level, i) => (i === 0 ? [] : vertebra(i, level.segment))),
  ...LEVELS.flatMap((_, i) => (i >= 6 ? ribs(i) : [])),
  shoulders(),
]);
