// Binary frames → numbers, as docs/live_stream.md lays them out.

/** Columns of one row, in order. */
export const COLUMNS = Object.freeze([
  "dt",
  "pelvis", "lumbar", "thoracic", "thoracolumbar", "total", "lateral", "flexion",
  "pelvis_sd", "lumbar_sd", "thoracic_sd", "thoracolumbar_sd",
  "share_pelvis", "share_lumbar", "share_thoracic",
  "state",
]);

/** Number of columns. */
export const WIDTH = COLUMNS.length;

/** @type {Readonly<Record<string, number>>} Position of each column by its name. */
export const COLUMN = Object.freeze(Object.fromEntries(COLUMNS.map((name, i) => [name, i])));

const VERSION = 1;
const KIND_FRAMES = 1;
const HEADER_BYTES = 32;

/** The service speaks a newer language than this page: only a reload helps. */
export class VersionError extends Error {}

/**
 * @typedef {object} Frames
 * @property {number} first  number of the first frame
 * @property {number} n  how many frames
 * @property {number} skipped  frames this viewer missed so far because it was slow
 * @property {number} age_s  seconds from arrival at the computer to sending
 * @property {number} t0_s  session time of the first frame
 * @property {number} sent_s  wall clock at sending, seconds since 1970
 * @property {Float32Array} rows  n × WIDTH numbers, NaN where nothing is known
 */

/**
 * Decode one binary message.
 * @param {ArrayBuffer} buffer
 * @returns {Frames | null} null for a kind of message this page does not know
 * @throws {VersionError} for another version of the format
 * @throws {RangeError} for a message that is cut short
 */
export function decodeFrames(buffer) {
  const view = new DataView(buffer);
  if (view.getUint8(0) !== VERSION) {
    throw new VersionError(`stream version ${view.getUint8(0)}, this page knows ${VERSION}`);
  }
  if (view.getUint8(1) !== KIND_FRAMES) return null;
  const n = view.getUint16(2, true);
  const rows = new Float32Array(n * WIDTH);
  for (let i = 0; i < rows.length; i += 1) {
    rows[i] = view.getFloat32(HEADER_BYTES + 4 * i, true);
  }
  return {
    first: view.getUint32(4, true),
    n,
    skipped: view.getUint32(8, true),
    age_s: view.getFloat32(12, true),
    t0_s: view.getFloat64(16, true),
    sent_s: view.getFloat64(24, true),
    rows,
  };
}

/** @param {number} state  the last column of a row; NaN counts as unusable */
export function qualityOf(state) {
  return Number.isNaN(state) ? 2 : state & 3;
}
