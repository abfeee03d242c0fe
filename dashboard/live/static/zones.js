// Is the turn coming from where it should? Pure: the present angles go in, a judgement comes out.
//
// Tolerances are not the same on both sides: hips that follow the turn are met at 6° (about the
// smallest change that can be told from none), hips that turn against it at 5°. Nor is the target
// zone of the whole turn: it begins 15 % before the wearer's own usual turn to that side and ends
// 10 % beyond it. Who keeps to a comfortable range is told to come back before either end.

export const FOLLOWING_DEG = 6;
export const AGAINST_DEG = 5;
const FAR_DEG = 10;
const MUCH = 0.15;
const VERY_MUCH = 0.25;
const TURNING_DEG = 15;
const ZONE_FROM = 0.85;
const ZONE_TO = 1.1;
/** Enough for shares, and less than most people's end of range. */
export const COMFORTABLE_DEG = 35;
const COMFORTABLE_PART = 0.9;
const KEEP_S = 0.6;

/** @typedef {"rest" | "good" | "amber" | "red"} Level */
/** @typedef {{level: Level, code: "rest" | "still" | "following" | "against" | "usual" | "beyond" | "far"}} Zone */

/**
 * @typedef {object} Moment
 * @property {number} total @property {number} pelvis  degrees, left positive
 * @property {number} pelvis_sd  degrees
 * @property {number} share  of the pelvis in the turn
 * @property {number} [usual]  the wearer's usual turn to this side, degrees, if known
 * @property {boolean} [comfortable]  whether to stay well inside the range
 */

/** @param {number} total  degrees @returns {[number, number]} where the pelvis may be, degrees, lower first */
export function pelvisZone(total) {
  return total < 0 ? [-FOLLOWING_DEG, AGAINST_DEG] : [-AGAINST_DEG, FOLLOWING_DEG];
}

/**
 * Where the whole turn should end: the wearer's own zone, degrees, from and to.
 * @param {number | undefined} usual @param {boolean} comfortable @returns {[number, number]}
 */
export function turnZone(usual, comfortable) {
  if (comfortable) return [0, Math.min(COMFORTABLE_DEG, usual ? COMFORTABLE_PART * usual : Infinity)];
  return usual ? [ZONE_FROM * usual, ZONE_TO * usual] : [Infinity, Infinity];
}

/**
 * Judge a moment. What one standard deviation could explain is not held against the wearer.
 * @param {Moment} moment @returns {Zone}
 */
export function judge({ total, pelvis, pelvis_sd, share, usual, comfortable = false }) {
  if (!(Math.abs(total) >= TURNING_DEG) || !Number.isFinite(pelvis)) return { level: "rest", code: "rest" };
  const size = Math.abs(total);
  const [from, to] = turnZone(usual, comfortable);
  if (comfortable && size > to) return { level: "amber", code: "far" };
  const along = pelvis * Math.sign(total);
  const sure = Math.max(Math.abs(along) - (pelvis_sd || 0), 0);
  if (along < 0) return sure > AGAINST_DEG ? { level: "amber", code: "against" } : { level: "good", code: "still" };
  if (sure > FAR_DEG && share > VERY_MUCH) return { level: "red", code: "following" };
  if (sure > FOLLOWING_DEG && share > MUCH) return { level: "amber", code: "following" };
  if (size > to) return { level: "amber", code: "beyond" };
  return { level: "good", code: size >= from && !comfortable ? "usual" : "still" };
}

/** The judgement shown: a new one only after it has lasted a moment, so that nothing flickers. */
export class Steady {
  /** @type {Zone} */
  shown = { level: "rest", code: "rest" };
  /** @type {Zone} */
  #next = this.shown;
  #since_s = 0;

  /** @param {Zone} zone @param {number} now_s @returns {Zone} */
  follow(zone, now_s) {
    if (zone.level !== this.#next.level || zone.code !== this.#next.code) {
      this.#next = zone;
      this.#since_s = now_s;
    }
    if (now_s - this.#since_s >= KEEP_S) this.shown = this.#next;
    return this.shown;
  }
}
