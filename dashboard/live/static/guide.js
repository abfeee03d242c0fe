// The guided steps: what the service leads the wearer through, and the calibration's verdict.
// The service keeps the time, so a reloaded page joins in where the wearer is.

import { h, setText } from "./dom.js";
import { icon } from "./icons.js";
import { clamp } from "./scales.js";
import { verdictRow } from "./verdict.js";
import { say, text } from "./words.js";

const TITLES = Object.freeze({
  calibration_rest: text("Sensors on the table"),
  calibration_neutral: text("Keep still"),
  calibration_bow: text("Bow forward, three times"),
  calibration_turn: text("Turn left and right"),
  seated_thoracic_rotation: text("Start turning"),
  quadruped_thoracic_rotation: text("Start turning"),
});

const VERDICTS = Object.freeze({
  good: { icon: "check", words: text("Calibrated") },
  doubtful: { icon: "warning", words: text("Usable, with doubts") },
  rejected: { icon: "warning", words: text("Please repeat") },
});

const TICK_MS = 100;
const OLD_VERDICT_MS = 2500;
const VERDICT_PATIENCE_MS = 8000;

/**
 * @typedef {object} Guide
 * @property {string[]} steps @property {number} step
 * @property {"ready" | "do" | "check"} phase  in check, the step that ended is judged
 * @property {number | null} remaining_s @property {number | null} [done]  part of the step, 0 to 1
 * @property {string} words
 */

/** @param {string} activity */
const isDrill = (activity) => !activity.startsWith("calibration");

/**
 * Whether the wearer is still being led somewhere: a drill that runs needs the figure, not the panel.
 * @param {Guide | null} guide
 */
export function isLeading(guide) {
  if (!guide || guide.step >= guide.steps.length) return false;
  return guide.phase !== "do" || !isDrill(guide.steps[guide.step]);
}

/**
 * Whether the sensors were related to the body by a calibration, not merely by gravity.
 * @param {any} calibration  as the snapshot has it
 * @returns {boolean}
 */
export function isCalibrated(calibration) {
  if (!calibration || calibration.verdict === "rejected") return false;
  return Object.values(calibration.sensors).every((/** @type {any} */ s) => s.method !== "gravity");
}

export class GuidePanel {
  /** @param {{repeat: () => void, cancel: () => void}} actions */
  constructor(actions) {
    this.actions = actions;
    this.title = h("h3");
    this.words = h("p", { class: "words" });
    this.count = h("span", { class: "ring-words" });
    this.ring = h("div", { class: "ring", "aria-hidden": "true" }, this.count);
    this.dots = h("ol", { class: "dots", "aria-hidden": "true" });
    this.result = h("ul", { class: "verdicts" });
    this.again = h("button", { type: "button", onclick: () => this.#leave(actions.repeat) }, say("Repeat"));
    this.done = h("button", { type: "button", onclick: () => this.#leave(this.mode === "leading" ? actions.cancel : null) });
    this.heading = h("h2");
    this.element = h("section", { class: "panel", "aria-label": say("Guidance"), hidden: true },
      h("header", {}, this.heading), this.dots, this.ring,
      h("div", { role: "status" }, this.title, this.words), this.result, h("footer", {}, this.again, this.done));
    /** @type {"closed" | "leading" | "checking" | "verdict"} */
    this.mode = "closed";
    /** @type {number | null} */
    this.remaining_s = null;
    /** @type {number | null} */
    this.part = null;
    this.total_s = 0;
    this.since_ms = 0;
    this.seen_ms = 0;
    this.calibrating = false;
    this.before = "";
    this.stepKey = "";
    this.timer = 0;
  }

  /** @param {any} snapshot */
  show(snapshot) {
    const leading = isLeading(snapshot.guide);
    const verdict = JSON.stringify(snapshot.calibration);
    if (leading) {
      if (this.mode !== "leading") this.before = verdict;
      this.#lead(snapshot.guide);
    } else if (this.mode === "leading") {
      if (this.calibrating && snapshot.state !== "drill") this.#check();
      else this.#close();
    }
    if (this.mode !== "checking" || !snapshot.calibration) return;
    const waited = performance.now() - this.since_ms > OLD_VERDICT_MS;
    if (verdict !== this.before || waited) this.#conclude(snapshot.calibration);
  }

  /** @param {Guide} guide */
  #lead(guide) {
    const activity = guide.steps[guide.step];
    const key = `${guide.step} ${guide.phase}`;
    if (this.mode !== "leading" || key !== this.stepKey) this.#enter(guide, activity, key);
    this.remaining_s = guide.remaining_s;
    this.part = guide.phase === "do" ? guide.done ?? null : null;
    this.total_s = Math.max(this.total_s, guide.remaining_s ?? 0);
    this.seen_ms = performance.now();
    setText(this.words, say(guide.words));
    this.#tick();
  }

  /** @param {Guide} guide @param {string} activity @param {string} key */
  #enter(guide, activity, key) {
    this.#open("leading");
    this.stepKey = key;
    this.calibrating = guide.steps.includes("calibration_bow");
    this.total_s = 0;
    this.since_ms = performance.now();
    setText(this.heading, this.calibrating ? say("Calibration") : say("Getting ready"));
    const title = say(TITLES[/** @type {keyof typeof TITLES} */ (activity)] ?? "");
    setText(this.title, guide.phase === "ready" ? say("Next: {step}", { step: title }) : guide.phase === "check" ? say("Checking…") : title);
    this.ring.dataset.kind = guide.phase;
    this.dots.replaceChildren(...guide.steps.map((_, i) =>
      h("li", { class: i < guide.step ? "past" : i === guide.step ? "present" : "" })));
    this.result.replaceChildren();
    this.again.hidden = true;
    setText(this.done, say("Cancel"));
  }

  /** @param {"leading" | "checking" | "verdict"} mode */
  #open(mode) {
    this.mode = mode;
    this.element.hidden = false;
    this.element.dataset.mode = mode;
    if (!this.timer) this.timer = window.setInterval(() => this.#tick(), TICK_MS);
  }

  #tick() {
    if (this.mode === "checking" && performance.now() - this.since_ms > VERDICT_PATIENCE_MS) {
      this.#conclude({ verdict: "rejected", reasons: [text("No verdict came. Check that all sensors are sending, then repeat.")], sensors: {} });
    }
    if (this.mode !== "leading") return;
    const now_ms = performance.now();
    if (this.part !== null) {
      this.ring.classList.remove("endless");
      this.ring.style.setProperty("--part", this.part.toFixed(3));
      setText(this.count, `${Math.round(100 * this.part)} %`);
      return;
    }
    if (this.remaining_s === null) {
      setText(this.count, "");
      this.ring.classList.add("endless");
      return;
    }
    this.ring.classList.remove("endless");
    const left_s = Math.max(this.remaining_s - (now_ms - this.seen_ms) / 1000, 0);
    const part = this.total_s > 0 ? clamp(1 - left_s / this.total_s, 0, 1) : 0;
    this.ring.style.setProperty("--part", this.ring.dataset.kind === "do" ? part.toFixed(3) : "0");
    setText(this.count, String(Math.ceil(left_s)));
  }

  #check() {
    this.#open("checking");
    this.since_ms = performance.now();
    this.ring.dataset.kind = "do";
    this.ring.classList.add("endless");
    setText(this.count, "");
    setText(this.title, say("Checking…"));
    setText(this.words, "");
  }

  /** @param {{verdict: string, reasons: string[], sensors: Record<string, any>}} calibration */
  #conclude({ verdict, reasons, sensors }) {
    this.#open("verdict");
    const said = VERDICTS[/** @type {keyof typeof VERDICTS} */ (verdict)] ?? VERDICTS.doubtful;
    this.ring.classList.remove("endless");
    this.ring.dataset.kind = verdict;
    this.ring.style.setProperty("--part", "1");
    this.count.replaceChildren(icon(/** @type {any} */ (said.icon)));
    setText(this.title, say(said.words));
    setText(this.words, reasons.map((words) => say(words)).join(" ") || say("The sensors know how they sit on you. Take the start position and press Start."));
    this.result.replaceChildren(...Object.entries(sensors).map(([placement, sensor]) => verdictRow(placement, sensor)));
    this.again.hidden = false;
    setText(this.done, say("Done"));
  }

  /** @param {(() => void) | null} action */
  #leave(action) {
    this.#close();
    action?.();
  }

  #close() {
    this.mode = "closed";
    this.stepKey = "";
    this.element.hidden = true;
    window.clearInterval(this.timer);
    this.timer = 0;
  }

  /** Let go of the timer. */
  close() {
    this.#close();
  }
}
