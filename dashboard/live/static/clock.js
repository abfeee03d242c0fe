// Where "now" is on the session clock, so that uneven arrival does not show.

const DELAY_S = 0.05;
const HOLD_S = 0.4;
const JUMP_S = 1;
const RELAX_PER_S = 0.002;

/**
 * Follows the earliest arrivals (a late message says little about the clock) and shows a fixed
 * moment later; stands still when nothing comes any more.
 */
export class PlaybackClock {
  constructor() {
    this.offset_s = NaN;
    this.newest_s = NaN;
    this.seen_s = NaN;
  }

  /**
   * A message arrived.
   * @param {number} newest_s  session time of its newest frame
   * @param {number} now_s  this browser's steady clock
   */
  observe(newest_s, now_s) {
    const offset = newest_s - now_s;
    const relaxed = this.offset_s - RELAX_PER_S * (now_s - this.seen_s);
    const fresh = Number.isNaN(this.offset_s) || Math.abs(offset - this.offset_s) > JUMP_S;
    this.offset_s = fresh ? offset : Math.max(offset, relaxed);
    this.newest_s = newest_s;
    this.seen_s = now_s;
  }

  /**
   * @param {number} now_s  this browser's steady clock
   * @returns {number} session time at the right edge of the picture; NaN before the first message
   */
  edge(now_s) {
    return Math.min(now_s + this.offset_s - DELAY_S, this.newest_s + HOLD_S);
  }
}
