// The one line that says what to do next. Pure: what is known goes in, a sentence comes out.

import { isCalibrated, isLeading } from "./guide.js";
import { placeName } from "./segments.js";
import { say, text } from "./words.js";

/**
 * @typedef {object} Advice
 * @property {"info" | "good" | "amber" | "red"} level
 * @property {string} words
 * @property {{words: string, wish: {page: string, session?: string}}} [link]
 */

/**
 * @typedef {object} Known
 * @property {import("./socket.js").Connection} connection
 * @property {any} snapshot  newest snapshot or null
 * @property {string | null} complaint  why the last command was refused
 * @property {string | null} serviceWords  what the page's server says of a service that is away
 */

const DRILL_WORDS = Object.freeze({
  seated_thoracic_rotation:
    text("Sit tall, hips still. Turn slowly as far as is comfortable, breathe out, come back to the middle."),
  quadruped_thoracic_rotation:
    text("Hips over knees and still. Open the chest slowly as far as is comfortable, come back to the middle."),
});

const WATCHED = Object.freeze({
  left: text("Turn {rep}: {deg}° to the left. Upper back (thoracic) {thoracic} %, lower back (lumbar) {lumbar} %, hips (pelvis) {pelvis} % of it."),
  right: text("Turn {rep}: {deg}° to the right. Upper back (thoracic) {thoracic} %, lower back (lumbar) {lumbar} %, hips (pelvis) {pelvis} % of it."),
});

/** @param {Known} known @returns {Advice | null} trouble with the connection */
function connectionAdvice({ connection, snapshot, serviceWords }) {
  const recording = snapshot?.recording ? ` ${say("The recording goes on.")}` : "";
  if (connection === "outdated") {
    return { level: "red", words: say("This page is older than the program. Reload it.") };
  }
  if (connection === "lost") {
    return { level: "red", words: `${say("Connection to the dashboard lost.")}${recording} ${say("This page reconnects by itself.")}` };
  }
  if (connection === "down") {
    return { level: "red", words: serviceWords ?? say("The measuring program is not running. It is being restarted; what was recorded is kept.") };
  }
  if (!snapshot) return { level: "info", words: say("Connecting…") };
  return null;
}

/** @param {Known} known @returns {Advice | null} trouble with the measurement */
function troubleAdvice({ snapshot, complaint }) {
  if (snapshot.recording?.error) return { level: "red", words: say("Trouble with the recording: {why}", { why: snapshot.recording.error }) };
  if (snapshot.state === "failed") {
    return { level: "red", words: snapshot.failure ?? say("The sensors cannot be reached. Check that they are charged and switched on.") };
  }
  const stopped = snapshot.flags.find((/** @type {any} */ flag) => flag.code === "fusion_failed");
  if (stopped) return { level: "red", words: say(stopped.words) };
  if (complaint) return { level: "amber", words: complaint };
  const missing = snapshot.sensors.find((/** @type {any} */ s) => s.state === "lost" || s.state === "stalled");
  if (missing?.words) return { level: "amber", words: `${placeName(missing.placement)}: ${say(missing.words)}` };
  return null;
}

/** @param {any} snapshot @returns {string} what a turn is, to who watches a simulated wearer and need not move */
function watched(snapshot) {
  const rep = snapshot.reps.at(-1);
  if (!rep) return say("Nobody need move: a simulated wearer turns left and right. Each turn is counted under Repetitions.");
  const parts = Object.entries(rep.shares ?? {}).map(([key, [share]]) => [key, (100 * share).toFixed(0).replace("-", "−")]);
  return say(WATCHED[/** @type {"left" | "right"} */ (rep.side)], { rep: rep.rep, deg: Math.abs(rep.total_deg).toFixed(0), ...Object.fromEntries(parts) });
}

/** @param {any} snapshot @returns {Advice} what the drill asks for */
function drillAdvice(snapshot) {
  if (snapshot.cue) return { level: snapshot.cue.level, words: say(snapshot.cue.words) };
  if (!snapshot.neutral_known) {
    return { level: "amber", words: say("No still start position yet, so the angles are provisional. Hold the start position still for a moment.") };
  }
  if (snapshot.source?.kind === "simulated") return { level: "info", words: watched(snapshot) };
  const words = DRILL_WORDS[/** @type {keyof typeof DRILL_WORDS} */ (snapshot.drill ?? snapshot.activity)];
  return { level: "info", words: say(words ?? text("Recording.")) };
}

/** @param {any} analysis @returns {Advice | null} what became of the session stopped last */
function analysisAdvice(analysis) {
  if (!analysis) return null;
  if (analysis.state === "running") return { level: "info", words: say("Saved. Working out the results…") };
  if (analysis.state === "failed") return { level: "amber", words: say(analysis.words) };
  return { level: "good", words: say("Saved.") };
}

/** @param {any} snapshot @returns {Advice["link"]} the way to the session stopped last */
function linkTo(snapshot) {
  const resting = snapshot && !snapshot.recording && ["idle", "ended"].includes(snapshot.state);
  if (!resting || snapshot.analysis?.state !== "done") return undefined;
  return { words: say("Open this session"), wish: { page: "sessions", session: snapshot.analysis.session } };
}

/**
 * Choose the one thing worth saying; the session stopped last stays within reach beside it.
 * @param {Known} known
 * @returns {Advice}
 */
export function advise(known) {
  const link = linkTo(known.snapshot);
  return link ? { ...choose(known), link } : choose(known);
}

/** @param {Known} known @returns {Advice} */
function choose(known) {
  const trouble = connectionAdvice(known) ?? troubleAdvice(known);
  if (trouble) return trouble;
  const { snapshot } = known;
  if (isLeading(snapshot.guide)) return { level: "info", words: say(snapshot.guide.words) };
  if (snapshot.state === "drill") return drillAdvice(snapshot);
  if (snapshot.recording?.remark) return { level: "amber", words: say(snapshot.recording.remark) };
  if (snapshot.state === "connecting") return { level: "info", words: say("Looking for the sensors…") };
  if (snapshot.state === "calibrating") return { level: "info", words: say("Keep still or bow as told; then go on.") };
  const after = analysisAdvice(snapshot.analysis);
  if (after) return after;
  if (snapshot.state === "ended") return { level: "info", words: say("The recording that was played has come to its end.") };
  if (!isCalibrated(snapshot.calibration)) return { level: "info", words: say("Put the sensors on, then press Calibrate. It takes half a minute.") };
  return { level: "info", words: say("Ready. Take the start position and press Start.") };
}
