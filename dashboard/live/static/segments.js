// The three segments: one colour and one marker shape each, everywhere.

import { COLUMN } from "./decode.js";
import { say, text } from "./words.js";

/**
 * @typedef {object} Segment
 * @property {"pelvis"|"lumbar"|"thoracic"} key
 * @property {string} name
 * @property {string} against  what the angle is measured against
 * @property {"circle"|"square"|"triangle"} shape
 * @property {number} angle  column
 * @property {number} sd  column
 * @property {number} share  column
 */

/** @type {ReadonlyArray<Segment>} */
export const SEGMENTS = Object.freeze([
  {
    key: "pelvis", name: text("Pelvis"), against: text("from start"), shape: "circle",
    angle: COLUMN.pelvis, sd: COLUMN.pelvis_sd, share: COLUMN.share_pelvis,
  },
  {
    key: "lumbar", name: text("Lumbar"), against: text("on pelvis"), shape: "square",
    angle: COLUMN.lumbar, sd: COLUMN.lumbar_sd, share: COLUMN.share_lumbar,
  },
  {
    key: "thoracic", name: text("Thoracic"), against: text("on lumbar"), shape: "triangle",
    angle: COLUMN.thoracic, sd: COLUMN.thoracic_sd, share: COLUMN.share_thoracic,
  },
]);

/** Whose marker a sensor wears: that of the segment it closes. */
export const PLACEMENTS = Object.freeze(/** @type {const} */ ({
  pelvis: { name: text("Pelvis"), key: "pelvis", shape: "circle" },
  thoracolumbar: { name: text("T12"), key: "lumbar", shape: "square" },
  upper_back: { name: text("Upper back"), key: "thoracic", shape: "triangle" },
}));

/** @param {string} placement @returns {string} */
export function placeName(placement) {
  return say(PLACEMENTS[/** @type {keyof typeof PLACEMENTS} */ (placement)]?.name ?? placement);
}

/** The two drills. */
export const DRILLS = Object.freeze({
  seated_thoracic_rotation: { name: text("Seated"), posture: "upright" },
  quadruped_thoracic_rotation: { name: text("All fours"), posture: "quadruped" },
});

/**
 * Trace a marker's outline.
 * @param {CanvasRenderingContext2D} ctx @param {string} shape
 * @param {number} x @param {number} y @param {number} r
 */
export function markerPath(ctx, shape, x, y, r) {
  ctx.beginPath();
  if (shape === "circle") ctx.arc(x, y, r, 0, 2 * Math.PI);
  else if (shape === "square") ctx.rect(x - 0.88 * r, y - 0.88 * r, 1.76 * r, 1.76 * r);
  else {
    ctx.moveTo(x, y - 1.1 * r);
    ctx.lineTo(x + 1.12 * r, y + 0.85 * r);
    ctx.lineTo(x - 1.12 * r, y + 0.85 * r);
    ctx.closePath();
  }
}
