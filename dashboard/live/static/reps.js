// The repetitions, newest first: side, size, shares, and in words how far to trust each.

import { h, setText } from "./dom.js";
import { icon } from "./icons.js";
import { ShareBar, isEstimated, shareValues } from "./shares.js";
import { say, text } from "./words.js";

const VERDICTS = Object.freeze({
  good: { icon: "check", words: text("Good") },
  doubtful: { icon: "warning", words: text("Doubtful") },
  rejected: { icon: "lost", words: text("Not counted") },
});

/** @param {any} rep @returns {string} identity of a repetition and of what is said of it */
function repKey(rep) {
  return [rep.drill, rep.set, rep.rep, rep.verdict, rep.words, rep.peak_s].join("|");
}

/** @param {any} rep */
function row(rep) {
  const bar = new ShareBar();
  bar.show(shareValues(rep.shares), isEstimated(rep.split_source));
  bar.element.classList.add("mini");
  const left = rep.side === "left";
  const verdict = VERDICTS[/** @type {keyof typeof VERDICTS} */ (rep.verdict)] ?? VERDICTS.doubtful;
  const why = rep.verdict === "good" || !rep.words ? "" : `: ${rep.words.split(", ").map((/** @type {string} */ part) => say(part)).join(", ")}`;
  const words = `${say(verdict.words)}${why}`;
  return h("li", { class: `rep ${rep.verdict}`, "data-side": rep.side },
    h("span", { class: "number" }, String(rep.rep)),
    h("span", { class: "side" }, icon(left ? "left" : "right"), left ? say("Left") : say("Right")),
    h("span", { class: "peak" }, `${Math.abs(rep.total_deg).toFixed(0)}°`),
    bar.element,
    h("span", { class: "verdict", title: words }, icon(/** @type {any} */ (verdict.icon)), h("span", { class: "words" }, words)));
}

export class RepsCard {
  constructor() {
    this.count = h("span", { class: "aside" }, say("none yet"));
    this.list = h("ol", { class: "rep-list", reversed: true, tabindex: "0", "aria-label": say("Repetitions, newest first") });
    this.empty = h("p", { class: "empty-words" }, say("Each turn out and back to the middle appears here."));
    this.element = h("section", { class: "card reps", "aria-label": say("Repetitions") },
      h("header", {}, h("h2", {}, say("Repetitions")), this.count), this.empty, this.list);
    /** @type {string[]} */
    this.keys = [];
  }

  /** @param {any[]} reps  newest last */
  show(reps) {
    const keys = reps.map(repKey);
    if (keys.join() === this.keys.join() && keys.length === this.keys.length) return;
    const grew = keys.length > this.keys.length && this.keys.every((key, i) => key === keys[i]);
    const fresh = grew ? reps.slice(this.keys.length) : reps;
    if (!grew) this.list.replaceChildren();
    for (const rep of fresh) this.list.prepend(row(rep));
    this.keys = keys;
    this.empty.hidden = reps.length > 0;
    this.list.hidden = reps.length === 0;
    const lefts = reps.filter((rep) => rep.side === "left").length;
    setText(this.count, reps.length ? say("{left} left · {right} right", { left: lefts, right: reps.length - lefts }) : say("none yet"));
  }
}
