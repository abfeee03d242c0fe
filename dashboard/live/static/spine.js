// A simple spine in space: where each vertebra stands and points for given angles. Pure.
//
// Body axes: x forward, y towards the head, z to the wearer's right; metres. Turning left is
// positive about y.

/** @typedef {[number, number, number]} Vec */
/** @typedef {Float64Array} Mat  3 × 3, by rows */

/**
 * @typedef {object} Pose  degrees
 * @property {number} pelvis @property {number} lumbar @property {number} thoracic
 * @property {number} lateral  to the right positive
 * @property {number} flexion  forward positive
 */

/**
 * @typedef {object} Level
 * @property {string} name
 * @property {"pelvis"|"lumbar"|"thoracic"} segment
 * @property {number} rise  distance from the level below
 * @property {number} lumbarPart  part of the lumbar turn reached here
 * @property {number} thoracicPart  part of the thoracic turn reached here
 * @property {number} curve  forward tilt at rest, degrees
 */

const RAD = Math.PI / 180;

/** Tilts of a tall seated back (forward positive), from sacrum to T1. */
const REST_TILTS = [8, 2, -4, -8, -10, -10, -11, -10, -8, -5, -2, 0, 2, 5, 9, 14, 19, 24];

/** @type {ReadonlyArray<Level>} S1, L5…L1, T12…T1 */
export const LEVELS = Object.freeze(REST_TILTS.map((curve, i) => level(i, curve)));

/** @param {number} i  from the sacrum up @param {number} curve @returns {Level} */
function level(i, curve) {
  if (i === 0) return { name: "S1", segment: "pelvis", rise: 0, lumbarPart: 0, thoracicPart: 0, curve };
  if (i <= 5) {
    return { name: `L${6 - i}`, segment: "lumbar", rise: 0.035, lumbarPart: i / 6, thoracicPart: 0, curve };
  }
  const above = i - 6;
  return {
    name: `T${12 - above}`, segment: "thoracic", rise: above === 0 ? 0.031 : 0.0265,
    lumbarPart: 1, thoracicPart: Math.min(above / 10, 1), curve,
  };
}

/** Index of the level each sensor sits on. */
export const SENSOR_LEVEL = Object.freeze({ pelvis: 0, thoracolumbar: 6, upper_back: 16 });

/**
 * Orientation of a level: bend and lean, then turn.
 * @param {number} turn @param {number} lateral @param {number} forward  degrees
 * @param {Mat} out
 */
export function orientation(turn, lateral, forward, out) {
  const [ct, st] = [Math.cos(turn * RAD), Math.sin(turn * RAD)];
  const [cl, sl] = [Math.cos(lateral * RAD), Math.sin(lateral * RAD)];
  const [cf, sf] = [Math.cos(forward * RAD), Math.sin(forward * RAD)];
  // Rz(−forward) · Rx(lateral) · Ry(turn), written out.
  out[0] = cf * ct + sf * sl * st; out[1] = sf * cl; out[2] = cf * st - sf * sl * ct;
  out[3] = -sf * ct + cf * sl * st; out[4] = cf * cl; out[5] = -sf * st - cf * sl * ct;
  out[6] = -cl * st; out[7] = sl; out[8] = cl * ct;
  return out;
}

/** Positions and orientations of all levels, computed in place. */
export class Spine {
  constructor() {
    this.at = LEVELS.map(() => /** @type {Vec} */ ([0, 0, 0]));
    this.frame = LEVELS.map(() => new Float64Array(9));
  }

  /** @param {Pose} pose */
  set(pose) {
    let [x, y, z] = [0, 0, 0];
    LEVELS.forEach(({ lumbarPart, thoracicPart, curve, rise }, i) => {
      const turn = pose.pelvis + lumbarPart * pose.lumbar + thoracicPart * pose.thoracic;
      const bend = (lumbarPart + thoracicPart) / 2;
      const frame = orientation(turn, bend * pose.lateral, curve + bend * pose.flexion, this.frame[i]);
      x += frame[1] * rise;
      y += frame[4] * rise;
      z += frame[7] * rise;
      this.at[i][0] = x;
      this.at[i][1] = y;
      this.at[i][2] = z;
    });
  }
}

/** Where the viewer stands, and how the body lies. */
export class Camera {
  /**
   * @param {"upright" | "quadruped"} posture
   */
  constructor(posture) {
    this.quadruped = posture === "quadruped";
    const azimuth = this.quadruped ? -42 * RAD : 0;
    const elevation = this.quadruped ? 30 * RAD : 20 * RAD;
    this.ca = Math.cos(azimuth);
    this.sa = Math.sin(azimuth);
    this.ce = Math.cos(elevation);
    this.se = Math.sin(elevation);
    this.distance = 2.6;
  }

  /**
   * Project a body point.
   * @param {number} bx @param {number} by @param {number} bz
   * @param {Float64Array} out  x to the right, y up, depth away from the viewer
   * @param {number} [at]  where in `out`
   */
  project(bx, by, bz, out, at = 0) {
    const X = this.quadruped ? by : bx;
    const Y = this.quadruped ? -bx : by;
    const right = bz * this.ca - X * this.sa;
    const away = X * this.ca + bz * this.sa;
    const depth = away * this.ce - Y * this.se;
    const scale = this.distance / (this.distance + depth);
    out[at] = right * scale;
    out[at + 1] = (Y * this.ce + away * this.se) * scale;
    out[at + 2] = depth;
  }
}
