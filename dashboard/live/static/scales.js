// Small arithmetic of axes, labels and words. Pure.

/** @param {number} v @param {number} lo @param {number} hi */
export function clamp(v, lo, hi) {
  return Math.min(Math.max(v, lo), hi);
}

/**
 * A linear map from one range to another.
 * @param {number} d0 @param {number} d1 @param {number} r0 @param {number} r1
 * @returns {(v: number) => number}
 */
export function linear(d0, d1, r0, r1) {
  const k = (r1 - r0) / (d1 - d0);
  return (v) => r0 + (v - d0) * k;
}

/** Half heights an angle axis may have, in degrees. */
const LIMITS = Object.freeze([30, 45, 60, 90, 120, 180]);

/**
 * Half height of the angle axis: grows at once, shrinks only when there is ample room, so that
 * the picture does not breathe.
 * @param {number} peak_deg  largest |angle| in view
 * @param {number} current_deg  present half height
 */
export function axisLimit(peak_deg, current_deg) {
  const fits = (/** @type {number} */ room) => LIMITS.find((l) => peak_deg <= l * room) ?? 180;
  const grown = fits(0.98);
  if (grown > current_deg) return grown;
  const roomy = fits(0.7);
  return roomy < current_deg ? roomy : current_deg;
}

/**
 * Move labels apart until none overlap, staying as near to their places as they can.
 * @param {number[]} wanted  centres
 * @param {number} gap  smallest distance
 * @param {number} lo @param {number} hi  room
 * @returns {number[]}
 */
export function spread(wanted, gap, lo, hi) {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a] - wanted[b]);
  const placed = order.map((i) => clamp(wanted[i], lo, hi));
  for (let i = 1; i < placed.length; i += 1) {
    placed[i] = Math.max(placed[i], placed[i - 1] + gap);
  }
  let ceiling = hi;
  for (let i = placed.length - 1; i >= 0; i -= 1) {
    placed[i] = Math.min(placed[i], ceiling);
    ceiling = placed[i] - gap;
  }
  const result = new Array(wanted.length);
  order.forEach((index, i) => { result[index] = placed[i]; });
  return result;
}

/**
 * An angle for reading: size and side apart.
 * @param {number} angle_deg  left positive
 * @returns {{size: string, side: string}}
 */
export function sided(angle_deg) {
  if (!Number.isFinite(angle_deg)) return { size: "–", side: "" };
  const size = Math.abs(angle_deg).toFixed(1);
  if (size === "0.0") return { size, side: "" };
  return { size, side: angle_deg > 0 ? "L" : "R" };
}

/** @param {number} part  0…1 @returns {string} whole percent */
export function percent(part) {
  return Number.isFinite(part) ? String(Math.round(100 * part)) : "–";
}

/**
 * Whole percents (or tenths) of parts that sum to one, so that the numbers on a bar also do.
 * @param {number[]} parts @param {number} [whole]  what they sum to
 * @returns {number[]}
 */
export function wholeParts(parts, whole = 100) {
  const exact = parts.map((p) => whole * p);
  const result = exact.map(Math.floor);
  const target = Math.round(exact.reduce((a, b) => a + b, 0));
  let missing = target - result.reduce((a, b) => a + b, 0);
  const order = exact.map((_, i) => i).sort((a, b) => (exact[b] % 1) - (exact[a] % 1));
  for (const i of order) {
    if (missing <= 0) break;
    result[i] += 1;
    missing -= 1;
  }
  return result;
}

/** @param {number} seconds @returns {string} m:ss */
export function minutes(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
