// The last seconds of frames in one ring of numbers; nothing is allocated while it runs.

import { WIDTH } from "./decode.js";

/** @typedef {import("./decode.js").Frames} Frames */

export class History {
  /** @param {number} capacity  frames kept */
  constructor(capacity = 2048) {
    this.capacity = capacity;
    this.rows = new Float32Array(capacity * WIDTH);
    this.times = new Float64Array(capacity);
    this.clear();
  }

  /** Forget everything. */
  clear() {
    this.length = 0;
    this.head = 0;
  }

  /**
   * Append frames; time that runs backwards means a new session and clears the past.
   * @param {Frames} frames
   */
  push(frames) {
    if (frames.n > 0 && this.length > 0 && frames.t0_s < this.time(this.length - 1)) this.clear();
    for (let i = 0; i < frames.n; i += 1) {
      this.rows.set(frames.rows.subarray(i * WIDTH, (i + 1) * WIDTH), this.head * WIDTH);
      this.times[this.head] = frames.t0_s + frames.rows[i * WIDTH];
      this.head = (this.head + 1) % this.capacity;
      this.length = Math.min(this.length + 1, this.capacity);
    }
  }

  /** @param {number} i  0 = oldest */
  #slot(i) {
    return (this.head - this.length + i + this.capacity) % this.capacity;
  }

  /** @param {number} i @returns {number} session time in s */
  time(i) {
    return this.times[this.#slot(i)];
  }

  /** @param {number} i @param {number} column */
  value(i, column) {
    return this.rows[this.#slot(i) * WIDTH + column];
  }

  /** @returns {number} session time of the newest frame, NaN when there is none */
  get newest_s() {
    return this.length > 0 ? this.time(this.length - 1) : NaN;
  }

  /** @param {number} column @returns {number} newest value, NaN when there is none */
  latest(column) {
    return this.length > 0 ? this.value(this.length - 1, column) : NaN;
  }

  /** @param {number} t_s @returns {number} index of the first frame not before t_s */
  indexAt(t_s) {
    let lo = 0;
    let hi = this.length;
    while (lo < hi) {
      const middle = (lo + hi) >> 1;
      if (this.time(middle) < t_s) lo = middle + 1;
      else hi = middle;
    }
    return lo;
  }
}
