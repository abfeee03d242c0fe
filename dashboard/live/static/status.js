// The line at the top: what runs, what is recorded, and the one sentence on what to do next.

import { h, setAttribute, setText } from "./dom.js";
import { minutes } from "./scales.js";
import { DRILLS } from "./segments.js";
import { say, text } from "./words.js";

const STATES = Object.freeze({
  connecting: text("Looking for sensors"),
  idle: text("Ready"),
  calibrating: text("Calibrating"),
  drill: text("Live"),
  ended: text("Ended"),
  failed: text("Stopped"),
});

const SOURCES = Object.freeze({ simulated: text("Simulated wearer"), replay: text("Replay"), ble: "" });

export class StatusLine {
  /** @param {(wish: {page: string, session?: string}) => void} go */
  constructor(go) {
    this.state = h("span", { class: "state" });
    this.drill = h("span", { class: "running-drill" });
    this.recording = h("span", { class: "recording", hidden: true });
    this.source = h("span", { class: "source", hidden: true });
    this.element = h("div", { class: "status" }, h("h1", {}, say("Spine rotation")),
      h("div", { class: "status-words" }, this.state, this.recording, this.drill, this.source));
    this.coachWords = h("span", { class: "coach-words" });
    this.coachLink = h("button", { type: "button", class: "link", hidden: true, onclick: () => go(this.wish) });
    this.wish = { page: "sessions" };
    this.coach = h("p", { class: "coach", role: "status" }, this.coachWords, this.coachLink);
    /** @type {import("./coach.js").Advice | null} */
    this.advice = null;
    /** @type {import("./coach.js").Advice | null} */
    this.judgement = null;
    this.recordedAt = 0;
    this.recorded_s = 0;
  }

  /** @param {any} snapshot @param {boolean} connected */
  show(snapshot, connected) {
    const state = connected ? snapshot?.state ?? "connecting" : "offline";
    setAttribute(this.state, "data-state", state);
    setText(this.state, say(connected ? STATES[/** @type {keyof typeof STATES} */ (state)] ?? state : text("Not connected")));
    const drill = snapshot?.state === "drill" ? DRILLS[/** @type {keyof typeof DRILLS} */ (snapshot.drill)] : null;
    setText(this.drill, drill ? say("{drill}, set {number}", { drill: say(drill.name), number: snapshot.set ?? 1 }) : "");
    const words = SOURCES[/** @type {keyof typeof SOURCES} */ (snapshot?.source?.kind)] ?? "";
    this.source.hidden = words === "";
    setText(this.source, words && say(words));
    this.recording.hidden = !snapshot?.recording;
    if (snapshot?.recording) {
      this.recordedAt = performance.now();
      this.recorded_s = snapshot.recording.seconds;
    }
    this.tick(connected);
  }

  /** Move the recording's seconds on between snapshots, but only while we know it runs. @param {boolean} connected */
  tick(connected) {
    const since_s = connected ? Math.min((performance.now() - this.recordedAt) / 1000, 2) : 0;
    setText(this.recording, say("Recording {time}", { time: minutes(this.recorded_s + since_s) }));
  }

  /**
   * What the hips do this moment goes before everything but trouble.
   * @param {import("./coach.js").Advice | null} judgement
   */
  judge(judgement) {
    this.judgement = judgement;
    if (this.advice) this.advise(this.advice);
  }

  /** @param {import("./coach.js").Advice} said */
  advise(said) {
    this.advice = said;
    const advice = this.judgement && said.level !== "red" ? { ...this.judgement, link: said.link } : said;
    setAttribute(this.coach, "data-level", advice.level);
    setText(this.coachWords, advice.words);
    this.coachLink.hidden = !advice.link;
    if (advice.link) {
      setText(this.coachLink, advice.link.words);
      this.wish = advice.link.wish;
    }
  }
}
