// Which part of the turn came from where: now, in the last repetition, in this set.

import { h, setAttribute, setText, svg } from "./dom.js";
import { marker } from "./icons.js";
import { percent, wholeParts } from "./scales.js";
import { SEGMENTS } from "./segments.js";
import { settings } from "./settings.js";
import { say } from "./words.js";

/** @typedef {Record<"pelvis"|"lumbar"|"thoracic", [number, number, number]>} Shares */

const NARROWEST_WITH_NUMBER = 0.07;
const Z95 = 1.96;

/** One stacked bar with its whiskers. */
export class ShareBar {
  constructor() {
    this.parts = SEGMENTS.map((segment) => h("div", { class: `part ${segment.key}` }, h("span")));
    this.whiskers = ["low", "high"].map((place) => h("div", { class: `whisker ${place}`, hidden: true }));
    this.element = h("div", { class: "bar", role: "img" }, ...this.parts, ...this.whiskers);
    this.show(null, false);
  }

  /**
   * @param {number[] | null} values  pelvis, lumbar, thoracic, summing to 1; null for nothing to say
   * @param {boolean} estimated  lumbar and thoracic split by a typical or personal share
   * @param {Shares | null} intervals
   */
  show(values, estimated, intervals = null) {
    const empty = values === null || values.some((v) => !Number.isFinite(v));
    this.element.classList.toggle("empty", empty);
    this.element.classList.toggle("estimated", estimated);
    const shown = empty ? [1 / 3, 1 / 3, 1 / 3] : values.map((v) => Math.max(v, 0));
    const whole = empty ? [] : wholeParts(values, tenths() ? 10 : 100);
    this.parts.forEach((part, i) => {
      part.style.flexGrow = String(Math.max(shown[i], 0.001));
      const text = empty || shown[i] < NARROWEST_WITH_NUMBER ? "" : String(whole[i]);
      setText(/** @type {Element} */ (part.firstChild), text);
    });
    const words = SEGMENTS.map((s, i) => `${say(s.name)} ${empty ? say("unknown") : partWords(whole[i])}`).join(", ");
    setAttribute(this.element, "aria-label", words);
    this.#whisker(0, empty || !intervals ? null : [intervals.pelvis[1], intervals.pelvis[2]]);
    this.#whisker(1, empty || !intervals ? null : [1 - intervals.thoracic[2], 1 - intervals.thoracic[1]]);
  }

  /** @param {number} index @param {[number, number] | null} range  0…1 from the left end */
  #whisker(index, range) {
    const whisker = this.whiskers[index];
    whisker.hidden = range === null;
    if (range === null) return;
    const [lo, hi] = range.map((v) => Math.min(Math.max(v, 0), 1));
    whisker.style.left = `${100 * lo}%`;
    whisker.style.width = `${100 * (hi - lo)}%`;
  }
}

/** @param {Shares | null} shares @returns {number[] | null} */
export function shareValues(shares) {
  return shares ? SEGMENTS.map(({ key }) => shares[key][0]) : null;
}

/** Whether shares are told in parts of ten. */
const tenths = () => settings().shares === "tenths";

/** @param {number} part */
const partWords = (part) => (tenths() ? say("{part} of 10", { part }) : `${part} %`);

/** @param {Shares} shares @returns {string} intervals as words */
export function intervalWords(shares) {
  return SEGMENTS.map(({ key }) => {
    const [lo, hi] = [1, 2].map((end) => (tenths() ? (10 * shares[key][end]).toFixed(1) : percent(shares[key][end])));
    return lo.startsWith("-") ? say("−{lo} to {hi}", { lo: lo.slice(1), hi }) : `${lo}–${hi}`;
  }).join(" · ");
}

export class SharesCard {
  constructor() {
    this.rows = [say("Now"), say("Last rep"), say("This set")].map((title) => ({
      bar: new ShareBar(),
      title: h("span", { class: "title" }, title),
      note: h("span", { class: "note" }),
      interval: h("div", { class: "share-interval" }),
    }));
    /** @type {Shares | null} of the set that ended last: who stops wants to read it */
    this.lastSet = null;
    this.split = h("span", { class: "aside" });
    this.legend = h("div", { class: "legend" }, ...SEGMENTS.map((s) =>
      h("span", {}, marker(s.shape, s.key), say(s.name))), h("span", { class: "whisker-key" }, whiskerKey(), "95 %"));
    this.element = h("section", { class: "card shares", "aria-label": say("Share of the turn") },
      h("header", {}, h("h2", {}, tenths() ? say("Share of the turn, parts of ten") : say("Share of the turn, %")), this.split),
      ...this.rows.map((row) => h("div", { class: "share-row" },
        h("div", { class: "share-name" }, row.title, row.note), h("div", { class: "share-bar" }, row.bar.element, row.interval))),
      this.legend);
  }

  /**
   * The moment's own shares; called with the pictures. An estimated split has its interval.
   * @param {import("./history.js").History} history @param {number} total_deg @param {boolean} estimated
   */
  showNow(history, total_deg, estimated) {
    const [now] = this.rows;
    const values = SEGMENTS.map((s) => history.latest(s.share));
    const known = values.every(Number.isFinite);
    const shares = known && estimated ? sharesNow(history, total_deg) : null;
    now.bar.show(known ? values : null, estimated, shares);
    setText(now.note, Number.isFinite(total_deg) ? say("{deg}° in all", { deg: Math.abs(total_deg).toFixed(0) }) : "");
    const words = shares ? intervalWords(shares) : "";
    setText(now.interval, known ? words : say("turn further to see it"));
  }

  /** @param {any} snapshot @param {any} rep  newest repetition or null */
  showSnapshot(snapshot, rep) {
    const [, last, set] = this.rows;
    const sides = { left: say("L"), right: say("R") };
    last.bar.show(shareValues(rep?.shares ?? null), isEstimated(rep?.split_source), rep?.shares ?? null);
    setText(last.note, rep ? `${rep.rep} ${sides[/** @type {"left"|"right"} */ (rep.side)]}, ${Math.abs(rep.total_deg).toFixed(0)}°` : "");
    setText(last.interval, rep ? intervalWords(rep.shares) : say("after the first repetition"));
    this.lastSet = snapshot.set_shares ?? (snapshot.state === "ended" ? this.lastSet : null);
    set.bar.show(shareValues(this.lastSet), isEstimated(snapshot.split_source), this.lastSet);
    setText(set.note, snapshot.set === null || snapshot.set === undefined ? "" : say("set {number}", { number: snapshot.set }));
    setText(set.interval, this.lastSet ? intervalWords(this.lastSet) : "");
    const words = { measured: say("measured"), personal: say("your calibrated split"), prior: say("typical split, not measured on you") };
    setText(this.split, words[/** @type {keyof typeof words} */ (snapshot.split_source)] ?? "");
  }
}

/**
 * Shares of this moment with 95 % intervals, which come from the angles': an estimated split is most
 * of what is not known of lumbar and thoracic.
 * @param {import("./history.js").History} history @param {number} total_deg @returns {Shares | null}
 */
export function sharesNow(history, total_deg) {
  const size = Math.abs(total_deg);
  const shares = SEGMENTS.map((s) => {
    const value = history.latest(s.share);
    const half = (Z95 * history.latest(s.sd)) / size;
    return [s.key, [value, value - half, value + half]];
  });
  const known = shares.every(([, ends]) => /** @type {number[]} */ (ends).every(Number.isFinite));
  return known ? /** @type {Shares} */ (Object.fromEntries(shares)) : null;
}

/** @param {string | undefined} source */
export function isEstimated(source) {
  return source !== undefined && source !== null && source !== "measured";
}

/** @returns {SVGElement} the sign for an interval in a legend */
export function whiskerKey() {
  return svg("svg", { viewBox: "0 0 18 10", class: "whisker-icon", "aria-hidden": "true" },
    svg("path", { d: "M1 1v8M17 1v8M1 5h16" }));
}
