// The live view: wires the stream to the parts. One per page element.

import { PlaybackClock } from "./clock.js";
import { zoneWords } from "./big.js";
import { advise } from "./coach.js";
import { keyAction } from "./controls.js";
import { COLUMN } from "./decode.js";
import { History } from "./history.js";
import { readPalette } from "./palette.js";
import { Parts } from "./parts.js";
import { DRILLS } from "./segments.js";
import { settings, useSettings } from "./settings.js";
import { isEstimated } from "./shares.js";
import { LiveSocket, liveAddress } from "./socket.js";
import { Sound } from "./sound.js";
import { Rate, Window } from "./statistics.js";
import { say, text, useWords } from "./words.js";
import { Steady, judge } from "./zones.js";

/** @typedef {import("./parts.js").Wish} Wish */

const NUMBERS_EVERY_MS = 90;
const CALM_EVERY_MS = 250;
const COMPLAINT_MS = 7000;
const THEME_EVERY_MS = 1000;
const HISTORY_FRAMES = 50;
const EXPOSED = Object.freeze(["pelvis", "lumbar", "thoracic", "thoracolumbar", "total"]);

class LiveView {
  /** @param {ShadowRoot | HTMLElement} parent @param {string} stream  its path @param {number} speed  seconds of its clock per second */
  constructor(parent, stream, speed) {
    this.speed = speed;
    this.history = new History();
    this.clock = new PlaybackClock();
    this.rate = new Rate();
    this.latency_ms = new Window();
    this.sound = new Sound();
    this.steady = new Steady();
    this.reps = -1;
    /** @type {any} */
    this.snapshot = null;
    /** @type {import("./socket.js").Connection} */
    this.connection = "connecting";
    /** @type {string | null} */
    this.complaint = null;
    /** @type {string | null} */
    this.serviceWords = null;
    /** @type {(wish: Wish) => void} */
    this.go = () => {};
    this.received = 0;
    this.skipped = 0;
    this.fps = 0;
    this.edge_s = NaN;
    this.undrawn_ms = NaN;
    this.numbersAt = 0;
    this.drawnAt = 0;
    this.dirty = true;
    this.frame = 0;
    this.complaintTimer = 0;
    this.calm = window.matchMedia("(prefers-reduced-motion: reduce)");
    this.actions = {
      startOrStop: () => this.#startOrStop(),
      calibrate: () => this.go({ page: "calibrate" }),
      mark: () => this.#command("mark"),
      rezero: () => this.#command("rezero"),
      big: () => this.#toggleBig(),
    };
    this.parts = new Parts({
      actions: this.actions,
      cancel: () => this.#command("end"),
      go: (wish) => this.go(wish),
      redraw: () => { this.dirty = true; },
    });
    this.parts.root.classList.toggle("large", settings().large_text);
    parent.append(this.parts.root);
    this.palette = readPalette(this.parts.root);
    this.socket = new LiveSocket(liveAddress(stream), {
      onFrames: (frames) => this.#takeFrames(frames),
      onSnapshot: (snapshot) => this.#takeSnapshot(snapshot),
      onConnection: (connection, words) => this.#takeConnection(connection, words),
    });
    this.onKey = (/** @type {KeyboardEvent} */ event) => this.#key(event);
    document.addEventListener("keydown", this.onKey);
    this.themeTimer = window.setInterval(() => this.refreshTheme(), THEME_EVERY_MS);
    this.#refresh();
    this.#loop();
  }

  /** @param {import("./decode.js").Frames} frames */
  #takeFrames(frames) {
    this.history.push(frames);
    if (this.history.length > 0) this.clock.observe(this.history.newest_s, this.#now(performance.now()));
    this.received += frames.n;
    this.skipped = frames.skipped;
    // The first frames after connecting are history; how old they are says nothing of the page.
    if (frames.n < HISTORY_FRAMES) this.undrawn_ms = 1000 * (frames.sent_s - frames.age_s);
    this.dirty = true;
  }

  /** @param {any} snapshot */
  #takeSnapshot(snapshot) {
    this.snapshot = snapshot;
    if (this.reps >= 0 && snapshot.reps.length > this.reps) this.sound.tone("rep");
    this.reps = snapshot.reps.length;
    this.parts.show(snapshot);
    this.#refresh();
  }

  /** @param {import("./socket.js").Connection} connection @param {string} [words] */
  #takeConnection(connection, words) {
    if (connection === this.connection) return;
    this.connection = connection;
    this.serviceWords = words ?? null;
    this.#refresh();
  }

  /** Show what depends on the connection and on what was said last. */
  #refresh() {
    const connected = this.connection === "open";
    this.parts.controls.show(this.snapshot, connected);
    this.parts.status.show(this.snapshot, connected);
    this.parts.status.advise(advise(this));
    this.parts.expose("connection", this.connection);
    this.dirty = true;
  }

  /** Read the theme again; Streamlit changes it without telling. */
  refreshTheme() {
    const before = JSON.stringify(this.palette);
    this.palette = readPalette(this.parts.root);
    if (JSON.stringify(this.palette) !== before) this.dirty = true;
    this.parts.status.tick(this.connection === "open");
  }

  #loop() {
    this.frame = window.requestAnimationFrame((now_ms) => {
      this.#loop();
      const due = !this.calm.matches || now_ms - this.drawnAt >= CALM_EVERY_MS;
      if (!due || !(this.dirty || this.#moving(now_ms))) return;
      this.drawnAt = now_ms;
      this.dirty = false;
      this.#draw(now_ms);
    });
  }

  /** @param {number} now_ms  of the browser @returns {number} seconds, as fast as the stream's own clock */
  #now(now_ms) {
    return this.speed * now_ms / 1000;
  }

  /** @param {number} now_ms @returns {boolean} whether the time axis still runs */
  #moving(now_ms) {
    const edge_s = this.clock.edge(this.#now(now_ms));
    return edge_s !== this.edge_s && !Number.isNaN(edge_s);
  }

  /** @returns {keyof typeof DRILLS} the drill that runs, or the one chosen */
  get #drill() {
    return this.snapshot?.drill ?? this.parts.controls.drill;
  }

  /** @param {number} now_ms */
  #draw(now_ms) {
    const { snapshot, palette } = this;
    this.edge_s = this.clock.edge(this.#now(now_ms));
    this.parts.traces.draw(this.history, this.edge_s, {
      reps: snapshot?.reps ?? [],
      marks: snapshot?.marks ?? [],
      measured: !isEstimated(snapshot?.split_source),
      provisional: snapshot !== null && !snapshot.neutral_known,
      turning_deg: snapshot?.state === "drill" ? this.history.latest(COLUMN.total) : NaN,
    }, palette);
    const posture = /** @type {"upright" | "quadruped"} */ (DRILLS[this.#drill]?.posture ?? "upright");
    this.parts.figure.draw(this.#pose(), posture, snapshot?.sensors ?? [], palette);
    this.#judge(now_ms);
    if (!Number.isNaN(this.undrawn_ms)) {
      this.latency_ms.add(Date.now() - this.undrawn_ms);
      this.undrawn_ms = NaN;
    }
    this.fps = this.rate.tick(now_ms / 1000);
    if (now_ms - this.numbersAt < NUMBERS_EVERY_MS) return;
    this.numbersAt = now_ms;
    this.#showNumbers();
  }

  /** Coach on what the hips do this moment, on the screen and for the ears together. @param {number} now_ms */
  #judge(now_ms) {
    const latest = (/** @type {string} */ name) => this.history.latest(COLUMN[name]);
    const usable = this.snapshot?.state === "drill" && this.snapshot.neutral_known && this.connection === "open";
    const moment = { total: usable ? latest("total") : NaN, pelvis: latest("pelvis"), pelvis_sd: latest("pelvis_sd"), share: latest("share_pelvis"), usual: this.#usual(latest("total")), comfortable: settings().comfortable_range };
    const before = this.steady.shown;
    const zone = this.steady.follow(judge(moment), now_ms / 1000);
    const advice = this.parts.status.coachWords.textContent ?? "";
    this.parts.big.show(latest("total"), ["pelvis", "lumbar", "thoracic"].map((key) => latest(`share_${key}`)), isEstimated(this.snapshot?.split_source), zone, advice);
    if (zone === before) return;
    this.parts.expose("zone", zone.level);
    this.parts.status.judge(zone.level === "amber" || zone.level === "red" ? { level: zone.level, words: zoneWords(zone) } : null);
    if (zone.level === "rest") return;
    this.sound.tone(zone.level);
    if (zone.level !== "good") this.sound.speak(zoneWords(zone), now_ms);
  }

  /** @param {number} total @returns {number | undefined} how far this wearer usually turns to this side */
  #usual(total) {
    return this.snapshot?.wearer?.usual?.[this.#drill]?.[total > 0 ? "left" : "right"];
  }

  #toggleBig() {
    const { big, controls } = this.parts;
    big.toggle();
    if (!big.shown) controls.big.focus();
    this.dirty = true;
  }

  #showNumbers() {
    this.parts.readouts.show(this.history);
    this.parts.shares.showNow(this.history, this.history.latest(COLUMN.total), isEstimated(this.snapshot?.split_source));
    this.parts.showDrill(this.#drill);
    const expose = (/** @type {string} */ name, /** @type {number} */ value, digits = 0) =>
      this.parts.expose(name, Number.isFinite(value) ? value.toFixed(digits) : null);
    expose("frames", this.received);
    expose("skipped", this.skipped);
    expose("fps", this.fps);
    expose("latency-ms-p50", this.latency_ms.percentile(0.5), 1);
    expose("latency-ms-p95", this.latency_ms.percentile(0.95), 1);
    for (const name of EXPOSED) expose(name, this.history.latest(COLUMN[name]), 2);
  }

  /** @returns {import("./spine.js").Pose} the newest angles; upright where nothing is known */
  #pose() {
    const angle = (/** @type {string} */ name) => this.history.latest(COLUMN[name]) || 0;
    return {
      pelvis: angle("pelvis"), lumbar: angle("lumbar"), thoracic: angle("thoracic"),
      lateral: angle("lateral"), flexion: angle("flexion"),
    };
  }

  #startOrStop() {
    const { controls } = this.parts;
    if (this.snapshot?.source?.kind === "replay") this.#command(this.snapshot.paused ? "play" : "pause");
    else if (controls.running) this.#command("stop");
    else this.#command("begin", { activity: controls.drill, guided: true });
  }

  /** @param {string} name @param {Record<string, unknown>} [fields] */
  async #command(name, fields) {
    const reply = await this.socket.command(name, fields);
    this.complaint = reply.ok ? null : say(reply.words ?? text("That did not work. Try again."));
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
    if (this.parts.controls.allows(action)) this.actions[action]();
  }

  /** Let go of everything. */
  close() {
    window.cancelAnimationFrame(this.frame);
    window.clearInterval(this.themeTimer);
    window.clearTimeout(this.complaintTimer);
    document.removeEventListener("keydown", this.onKey);
    this.socket.close();
    this.sound.close();
    this.parts.close();
  }
}

/** @type {WeakMap<object, LiveView>} */
const mounted = new WeakMap();

/**
 * Put the live view into an element. Streamlit calls this again on every rerun and theme change;
 * the running view stays.
 * @param {{parentElement: ShadowRoot | HTMLElement, data?: {settings?: object, words?: Record<string, string>, stream?: string, speed?: number}, setTriggerValue: (name: string, value: unknown) => void}} component
 * @returns {() => void} takes it away
 */
export function mount({ parentElement: parent, data, setTriggerValue }) {
  useWords(data?.words ?? {});
  useSettings(data?.settings ?? {});
  const view = mounted.get(parent) ?? new LiveView(parent, data?.stream ?? "/api/live", data?.speed ?? 1);
  mounted.set(parent, view);
  view.go = (wish) => setTriggerValue("go", wish);
  view.refreshTheme();
  return () => {
    mounted.get(parent)?.close();
    mounted.delete(parent);
  };
}
