// What the page measures of itself: pictures a second, and how old the newest number is when drawn.

/** Last values of one measure, with percentiles. */
export class Window {
  /** @param {number} size */
  constructor(size = 240) {
    this.values = new Float64Array(size);
    this.count = 0;
  }

  /** @param {number} value */
  add(value) {
    this.values[this.count % this.values.length] = value;
    this.count += 1;
  }

  /** @param {number} part  0…1 @returns {number} NaN while empty */
  percentile(part) {
    const n = Math.min(this.count, this.values.length);
    if (n === 0) return NaN;
    const sorted = this.values.slice(0, n).sort();
    return sorted[Math.min(n - 1, Math.floor(part * n))];
  }
}

/** Counts pictures over the last second. */
export class Rate {
  constructor() {
    /** @type {number[]} */
    this.times = [];
  }

  /** @param {number} now_s @returns {number} events in the last second */
  tick(now_s) {
    this.times.push(now_s);
    while (this.times[0] <= now_s - 1) this.times.shift();
    return this.times.length;
  }
}
