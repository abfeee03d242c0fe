// The parts of the live view, put together once; each is told only what it shows.

import { BigView } from "./big.js";
import { Controls } from "./controls.js";
import { h, setAttribute, setText } from "./dom.js";
import { Figure } from "./figure.js";
import { GuidePanel } from "./guide.js";
import { HealthCard } from "./health.js";
import { Readouts } from "./readouts.js";
import { RepsCard } from "./reps.js";
import { DRILLS } from "./segments.js";
import { SharesCard } from "./shares.js";
import { StatusLine } from "./status.js";
import { Traces } from "./traces.js";
import { Welcome } from "./welcome.js";
import { say } from "./words.js";

/** @typedef {{page: string, session?: string}} Wish  where a person wants to go */

export class Parts {
  /**
   * @param {object} wiring
   * @param {import("./controls.js").Actions} wiring.actions
   * @param {() => void} wiring.cancel  leaves the guided steps
   * @param {(wish: Wish) => void} wiring.go
   * @param {() => void} wiring.redraw
   */
  constructor({ actions, cancel, go, redraw }) {
    this.status = new StatusLine(go);
    this.controls = new Controls(actions);
    this.readouts = new Readouts();
    this.traces = new Traces(redraw);
    this.figure = new Figure(redraw);
    this.shares = new SharesCard();
    this.reps = new RepsCard();
    this.health = new HealthCard();
    this.panel = new GuidePanel({ repeat: actions.calibrate, cancel });
    this.big = new BigView(actions.big);
    this.drill = h("span", { class: "aside" });
    this.root = h("div", { class: "torso-live" },
      h("div", { class: "top" }, this.status.element, this.controls.element),
      this.status.coach,
      h("section", { class: "card angles", "aria-label": say("Angles") }, this.readouts.element, this.traces.element),
      h("section", { class: "card posture", "aria-label": say("Posture") },
        h("header", {}, h("h2", {}, say("Seen from behind")), this.drill),
        this.figure.element, new Welcome(go).element, this.panel.element),
      this.shares.element, this.reps.element, this.health.element, this.big.element);
  }

  /** @param {any} snapshot  everything but the frames */
  show(snapshot) {
    this.panel.show(snapshot);
    this.readouts.showSplit(snapshot.split_source);
    this.shares.showSnapshot(snapshot, snapshot.reps.at(-1) ?? null);
    this.reps.show(snapshot.reps);
    this.big.showReps(snapshot.reps);
    this.health.show(snapshot);
    this.root.classList.toggle("provisional", !snapshot.neutral_known);
    const { analysis } = snapshot;
    const facts = {
      reps: String(snapshot.reps.length),
      marks: String(snapshot.marks.length),
      state: snapshot.state,
      calibration: snapshot.calibration?.verdict ?? null,
      recording: snapshot.recording?.name ?? null,
      session: analysis?.state === "done" ? analysis.session : null,
    };
    for (const [name, fact] of Object.entries(facts)) this.expose(name, fact);
  }

  /** @param {string} drill */
  showDrill(drill) {
    setText(this.drill, say(DRILLS[/** @type {keyof typeof DRILLS} */ (drill)]?.name ?? ""));
  }

  /**
   * Say a fact on the root, for tests and for those who look.
   * @param {string} name @param {string | null} value
   */
  expose(name, value) {
    setAttribute(this.root, `data-${name}`, value);
  }

  /** Let go of everything. */
  close() {
    this.traces.close();
    this.figure.close();
    this.panel.close();
    this.root.remove();
  }
}
