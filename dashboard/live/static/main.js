// The live view: wires the stream to the pictures. One per page element.

import { PlaybackClock } from "./clock.js";
import { advise } from "./coach.js";
import { Controls, keyAction } from "./controls.js";
import { COLUMN } from "./decode.js";
import { h, setAttribute, setText } from "./dom.js";
import { Figure } from "./figure.js";
import { GuidePanel } from "./guide.js";
import { HealthCard } from "./health.js";
import { History } from "./history.js";
import { readPalette } from "./palette.js";
import { Readouts } from "./readouts.js";
import { RepsCard } from "./reps.js";
import { DRILLS } from "./segments.js";
import { SharesCard, isEstimated } from "./shares.js";
import { LiveSocket } from "./socket.js";
import { Rate, Window } from "./statistics.js";
import { StatusLine } from "./status.js";
import { Traces } from "./traces.js";
import { Welcome } from "./welcome.js";

const NUMBERS_EVERY_MS = 90;
const CALM_EVERY_MS = 250;
const COMPLAINT_MS = 7000;
const THEME_EVERY_MS = 1000;

class LiveView {
  /** @param {ShadowRoot | HTMLElement} parent */
  constructor(parent) {
    this.history = new History();
    this.clock = new PlaybackClock();
    this.rate = new Rate();
    this.latency_ms = new Window();
    /** @type {any} */
    this.snapshot = null;
    /** @type {import("./socket.js").Connection} */
    this.connection = "connecting";
    /** @type {string | null} */
    this.complaint = null;
    /** @type {string | null} */
    this.serviceWords = null;
    this.received = 0;
    this.skipped = 0;
    /** @type {(wish: {page: string, session?: string}) => void} */
    this.go = () => {};
    this.undrawn_ms = NaN;
    this.numbersAt = 0;
    this.drawnAt = 0;
    this.dirty = true;
    this.calm = window.matchMedia("(prefers-reduced-motion: reduce)");
    this.#build(parent);
    this.palette = readPalette(this.root);
    const address = new URL("/api/live", window.location.href);
    address.protocol = address.protocol.replace("http", "ws");
    this.socket = new LiveSocket(address.href, {
      onFrames: (frames) => this.#takeFrames(frames),
      onSnapshot: (snapshot) => this.#takeSnapshot(snapshot),
      onConnection: (connection, words) => this.#takeConnection(connection, words),
    });
    this.onKey = (/** @type {KeyboardEvent} */ event) => this.#key(event);
    document.addEventListener("keydown", this.onKey);
    this.themeTimer = window.setInterval(() => this.refreshTheme(), THEME_EVERY_MS);
    this.#loop();
  }

  /** @param {ShadowRoot | HTMLElement} parent */
  #build(parent) {
    const redraw = () => { this.dirty = true; };
    const go = (/** @type {{page: string}} */ wish) => this.go(wish);
    this.status = new StatusLine(go);
    this.readouts = new Readouts();
    this.traces = new Traces(redraw);
    this.figure = new Figure(redraw);
    this.shares = new SharesCard();
    this.reps = new RepsCard();
    this.health = new HealthCard();
    this.actions = {
      startOrStop: () => this.#startOrStop(),
      calibrate: () => this.#command("calibrate"),
      mark: () => this.#command("mark"),
      rezero: () => this.#command("rezero"),
    };
    this.controls = new Controls(this.actions);
    this.panel = new GuidePanel({ repeat: this.actions.calibrate, cancel: () => this.#command("end") });
    this.level = h("span", { class: "aside" });
    this.root = h("div", { class: "torso-live" },
      h("div", { class: "top" }, this.status.element, this.controls.element),
      this.status.coach,
      h("section", { class: "card angles", "aria-label": "Angles" }, this.readouts.element, this.traces.element),
      h("section", { class: "card posture", "aria-label": "Posture" },
        h("header", {}, h("h2", {}, "Seen from behind"), this.level), this.figure.element, new Welcome(go).element, this.panel.element),
      this.shares.element, this.reps.element, this.health.element);
    parent.append(this.root);
  }

  /** @param {import("./decode.js").Frames} frames */
  #takeFrames(frames) {
    const now_s = performance.now() / 1000;
    this.history.push(frames);
    if (this.history.length > 0) this.clock.observe(this.history.newest_s, now_s);
    this.received += frames.n;
    this.skipped = frames.skipped;
    this.undrawn_ms = 1000 * (frames.sent_s - frames.age_s);
    this.dirty = true;
  }

  /** @param {any} snapshot */
  #takeSnapshot(snapshot) {
    this.snapshot = snapshot;
    this.panel.show(snapshot);
    this.#refresh();
  }

  /** @param {import("./socket.js").Connection} connection @param {string} [words] */
  #takeConnection(connection, words) {
    if (connection === this.connection) return;
    this.connection = connection;
    this.serviceWords = words ?? null;
    if (this.status) this.#refresh();
  }

  /** Show everything that a snapshot says. */
  #refresh() {
    const { snapshot } = this;
    const connected = this.connection === "open";
    this.controls.show(snapshot, connected);
    this.status.show(snapshot, connected);
    this.status.advise(advise(this));
    setAttribute(this.root, "data-connection", this.connection);
    if (!snapshot) return;
    const rep = snapshot.reps.at(-1) ?? null;
    this.readouts.showSplit(snapshot.split_source);
    this.shares.showSnapshot(snapshot, rep);
    this.reps.show(snapshot.reps);
    this.health.show(snapshot);
    this.root.classList.toggle("provisional", !snapshot.neutral_known);
    setAttribute(this.root, "data-reps", String(snapshot.reps.length));
    setAttribute(this.root, "data-state", snapshot.state);
    setAttribute(this.root, "data-calibration", snapshot.calibration?.verdict ?? null);
    setAttribute(this.root, "data-recording", snapshot.recording?.name ?? null);
    setAttribute(this.root, "data-session", snapshot.analysis?.state === "done" ? snapshot.analysis.session : null);
    this.dirty = true;
  }

  /** Read the theme again; Streamlit changes it without telling. */
  refreshTheme() {
    const before = JSON.stringify(this.palette);
    this.palette = readPalette(this.root);
    if (JSON.stringify(this.palette) !== before) this.dirty = true;
    this.status.tick(this.connection === "open");
  }

  #loop() {
    this.frame = window.requestAnimationFrame((now_ms) => {
      this.#loop();
      const due = this.calm.matches ? now_ms - this.drawnAt >= CALM_EVERY_MS : true;
      if (!due || !(this.dirty || this.#moving(now_ms))) return;
      this.drawnAt = now_ms;
      this.dirty = false;
      this.#draw(now_ms);
    });
  }

  /** @param {number} now_ms @returns {boolean} whether the time axis still runs */
  #moving(now_ms) {
    const edge_s = this.clock.edge(now_ms / 1000);
    return edge_s !== this.edge_s && !Number.isNaN(edge_s);
  }

  /** @param {number} now_ms */
  #draw(now_ms) {
    const snapshot = this.snapshot;
    this.edge_s = this.clock.edge(now_ms / 1000);
    this.traces.draw(this.history, this.edge_s, {
      reps: snapshot?.reps ?? [],
      marks: snapshot?.marks ?? [],
      measured: !isEstimated(snapshot?.split_source),
      provisional: snapshot !== null && !snapshot.neutral_known,
    }, this.palette);
    this.figure.draw(this.#pose(), this.#posture(), snapshot?.sensors ?? [], this.palette);
    if (!Number.isNaN(this.undrawn_ms)) {
      this.latency_ms.add(Date.now() - this.undrawn_ms);
      this.undrawn_ms = NaN;
    }
    this.fps = this.rate.tick(now_ms / 1000);
    if (now_ms - this.numbersAt < NUMBERS_EVERY_MS) return;
    this.numbersAt = now_ms;
    this.#showNumbers();
  }

  #showNumbers() {
    const latest = (/** @type {number} */ column) => this.history.latest(column);
    this.readouts.show(this.history);
    this.shares.showNow(this.history, latest(COLUMN.total), isEstimated(this.snapshot?.split_source));
    const drill = DRILLS[/** @type {keyof typeof DRILLS} */ (this.snapshot?.drill ?? this.controls.drill)];
    setText(this.level, drill?.name ?? "");
    const set = (/** @type {string} */ name, /** @type {number | undefined} */ value, digits = 0) =>
      setAttribute(this.root, `data-${name}`, Number.isFinite(value) ? Number(value).toFixed(digits) : null);
    set("frames", this.received);
    set("skipped", this.skipped);
    set("fps", this.fps);
    set("latency-ms-p50", this.latency_ms.percentile(0.5), 1);
    set("latency-ms-p95", this.latency_ms.percentile(0.95), 1);
    for (const name of ["pelvis", "lumbar", "thoracic", "thoracolumbar", "total"]) set(name, latest(COLUMN[name]), 2);
  }

  /** @returns {import("./spine.js").Pose} the newest angles; upright where nothing is known */
  #pose() {
    const value = (/** @type {string} */ name) => {
      const angle = this.history.latest(COLUMN[name]);
      return Number.isFinite(angle) ? angle : 0;
    };
    return {
      pelvis: value("pelvis"), lumbar: value("lumbar"), thoracic: value("thoracic"),
      lateral: value("lateral"), flexion: value("flexion"),
    };
  }

  /** @returns {"upright" | "quadruped"} */
  #posture() {
    const drill = /** @type {keyof typeof DRILLS} */ (this.snapshot?.drill ?? this.controls.drill);
    return /** @type {any} */ (DRILLS[drill]?.posture ?? "upright");
  }

  #startOrStop() {
    if (this.controls.running) this.#command("stop");
    else this.#command("begin", { activity: this.controls.drill, guided: true });
  }

  /** @param {string} name @param {Record<string, unknown>} [fields] */
  async #command(name, fields) {
    const reply = await this.socket.command(name, fields);
    this.complaint = reply.ok ? null : reply.words ?? "That did not work. Try again.";
    this.#refresh();
    if (this.complaint === null) return;
    window.clearTimeout(this.complaintTimer);
    this.complaintTimer = window.setTimeout(() => {
      this.complaint = null;
      this.#refresh();
    }, COMPLAINT_MS);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const action = keyAction(event);
    if (!action) return;
    event.preventDefault();
    const button = { startOrStop: this.controls.start, mark: this.controls.mark, rezero: this.controls.rezero, calibrate: this.controls.calibrate }[action];
    if (!(/** @type {HTMLButtonElement} */ (button).disabled)) this.actions[action]();
  }

  /** Let go of everything. */
  close() {
    window.cancelAnimationFrame(this.frame);
    window.clearInterval(this.themeTimer);
    window.clearTimeout(this.complaintTimer);
    document.removeEventListener("keydown", this.onKey);
    this.socket.close();
    this.traces.close();
    this.figure.close();
    this.panel.close();
    this.root.remove();
  }
}

/** @type {WeakMap<object, LiveView>} */
const mounted = new WeakMap();

/**
 * Put the live view into an element. Streamlit calls this again on every rerun and theme change;
 * the running view stays.
 * @param {{parentElement: ShadowRoot | HTMLElement, setTriggerValue: (name: string, value: unknown) => void}} component
 * @returns {() => void} takes it away
 */
export function mount({ parentElement: parent, setTriggerValue }) {
  const view = mounted.get(parent) ?? new LiveView(parent);
  mounted.set(parent, view);
  view.go = (wish) => setTriggerValue("go", wish);
  view.refreshTheme();
  return () => {
    mounted.get(parent)?.close();
    mounted.delete(parent);
  };
}
