import assert from "node:assert/strict";
import { test } from "node:test";

import { advise } from "../../../dashboard/live/static/coach.js";
import { keyAction } from "../../../dashboard/live/static/controls.js";
import { isCalibrated, isLeading } from "../../../dashboard/live/static/guide.js";
import { conditionOf, figuresOf } from "../../../dashboard/live/static/health.js";
import { intervalWords, isEstimated, shareValues } from "../../../dashboard/live/static/shares.js";

const SENSOR = { sensor: "a", placement: "pelvis", name: "A", state: "streaming", rate_hz: 99.6, loss: 0.0012, battery_percent: 80, rssi_dbm: -61, words: null };
const SNAPSHOT = {
  state: "idle", sensors: [SENSOR], calibration: { verdict: "good", sensors: { pelvis: { method: "bow" } } }, flags: [], recording: null, neutral_known: true,
  cue: null, guide: null, analysis: null, failure: null, drill: null, activity: null,
};

const say = (snapshot, rest = {}) =>
  advise({ connection: "open", complaint: null, serviceWords: null, ...rest, snapshot: { ...SNAPSHOT, ...snapshot } });

test("a lost connection comes first, and promises only what is true", () => {
  const cue = { code: "x", words: "Hips.", level: "amber" };
  const recording = { name: "a", seconds: 3, bytes: 1, error: null };
  assert.match(say({ state: "drill", cue, recording }, { connection: "lost" }).words, /recording goes on/);
  assert.doesNotMatch(say({}, { connection: "lost" }).words, /recording goes on/);
  assert.equal(say({}, { connection: "down", serviceWords: "Away." }).words, "Away.");
  assert.equal(advise({ connection: "connecting", snapshot: null, complaint: null, serviceWords: null }).level, "info");
});

test("a failing disk is said before any coaching", () => {
  const cue = { code: "x", words: "Hips.", level: "amber" };
  const recording = { name: "a", seconds: 3, bytes: 1, error: "disk full" };
  assert.deepEqual(say({ state: "drill", cue, recording }), { level: "red", words: "Trouble with the recording: disk full" });
});

test("what was mended is said where it takes no coaching's place", () => {
  const cue = { code: "x", words: "Hips.", level: "amber" };
  const recording = { name: "a", seconds: 3, bytes: 1, error: null, remark: "It was put back." };
  assert.deepEqual(say({ state: "idle", recording }), { level: "amber", words: "It was put back." });
  assert.equal(say({ state: "drill", cue, recording }).words, "Hips.");
});

test("a lost sensor is named", () => {
  const lost = { ...SENSOR, placement: "upper_back", state: "lost", words: "Connection lost." };
  assert.equal(say({ sensors: [lost] }).words, "Upper back: Connection lost.");
});

test("cue, provisional angles, then the drill's own words", () => {
  const cue = { code: "x", words: "Hips.", level: "red" };
  const drill = { state: "drill", drill: "seated_thoracic_rotation" };
  assert.deepEqual(say({ ...drill, cue }), { level: "red", words: "Hips." });
  assert.match(say({ ...drill, neutral_known: false }).words, /provisional/);
  assert.match(say(drill).words, /Sit tall/);
});

test("before and after a drill it says what comes next", () => {
  assert.match(say({ calibration: null }).words, /press Calibrate/);
  assert.match(say({}).words, /press Start/);
  const done = say({ analysis: { session: "a b", state: "done", words: "" } });
  assert.deepEqual(done.link.wish, { page: "sessions", session: "a b" });
  const lost = { ...SENSOR, state: "lost", words: "Connection lost." };
  assert.ok(say({ sensors: [lost], analysis: { session: "a", state: "done", words: "" } }).link);
  assert.ok(!say({ state: "drill", analysis: { session: "a", state: "done", words: "" } }).link);
  assert.equal(say({ analysis: { session: "a", state: "failed", words: "No drill." } }).words, "No drill.");
});

test("a calculation that stopped is said", () => {
  const flags = [{ code: "fusion_failed", words: "It stopped.", placement: null }];
  assert.deepEqual(say({ state: "drill", flags }), { level: "red", words: "It stopped." });
});

test("gravity alone is no calibration", () => {
  const by = (method, verdict = "doubtful") => ({ verdict, sensors: { pelvis: { method: "bow" }, upper_back: { method } } });
  assert.equal(isCalibrated(null), false);
  assert.equal(isCalibrated(by("gravity")), false);
  assert.equal(isCalibrated(by("bow", "rejected")), false);
  assert.equal(isCalibrated(by("bow")), true);
  assert.match(say({ calibration: by("gravity") }).words, /press Calibrate/);
});

test("the panel leads until the drill runs", () => {
  const guide = { steps: ["calibration_neutral", "seated_thoracic_rotation"], step: 0, phase: "do", remaining_s: 2, words: "" };
  assert.equal(isLeading(null), false);
  assert.equal(isLeading(guide), true);
  assert.equal(isLeading({ ...guide, step: 1, phase: "ready" }), true);
  assert.equal(isLeading({ ...guide, step: 1 }), false);
  assert.equal(isLeading({ ...guide, step: 2 }), false);
});

test("sensors are silent when fine", () => {
  assert.equal(conditionOf(SENSOR), "fine");
  assert.equal(conditionOf({ ...SENSOR, state: "stalled" }), "attention");
  assert.equal(conditionOf({ ...SENSOR, battery_percent: 9 }), "attention");
  assert.equal(conditionOf({ ...SENSOR, battery_percent: null }), "fine");
  assert.equal(conditionOf({ ...SENSOR, state: "lost" }), "lost");
  assert.equal(figuresOf(SENSOR), "100 Hz · 0.1 % lost · −61 dBm");
  assert.equal(figuresOf({ ...SENSOR, rate_hz: null, loss: null, rssi_dbm: null }), "");
});

test("shares say their intervals and whether they are estimates", () => {
  const shares = { pelvis: [0.1, 0.05, 0.15], lumbar: [0.2, 0.1, 0.3], thoracic: [0.7, 0.6, 0.8] };
  assert.deepEqual(shareValues(shares), [0.1, 0.2, 0.7]);
  assert.equal(intervalWords(shares), "5–15 · 10–30 · 60–80");
  const unsure = { ...shares, pelvis: [0.1, -0.03, 0.24] };
  assert.match(intervalWords(unsure), /^−3 to 24 · /);
  assert.deepEqual(["measured", "personal", "prior", undefined].map(isEstimated), [false, true, true, false]);
});

test("keys act unless a person is typing or on a button", () => {
  const key = (name, more = {}) => keyAction({ key: name, composedPath: () => [more.target], ...more });
  const element = (selector) => ({ matches: (wanted) => wanted.split(",").some((s) => s.trim().startsWith(selector)) });
  assert.equal(key(" "), "startOrStop");
  assert.equal(key("M"), "mark");
  assert.equal(key("z", { ctrlKey: true }), null);
  assert.equal(key("m", { target: element("input:not") }), null);
  assert.equal(key(" ", { target: element("button") }), null);
  assert.equal(key("m", { target: element("button") }), "mark");
  assert.equal(key("x"), null);
});

test("who watches a simulated wearer is told what a turn is, not to turn", () => {
  const drill = { state: "drill", drill: "seated_thoracic_rotation", source: { kind: "simulated" }, reps: [] };
  assert.match(say(drill).words, /^Nobody need move/);
  const shares = { pelvis: [-0.021, -0.1, 0.1], lumbar: [0.25, 0.2, 0.3], thoracic: [0.77, 0.7, 0.8] };
  const reps = [{ rep: 3, side: "right", total_deg: -42.4, shares }];
  assert.equal(say({ ...drill, reps }).words,
    "Turn 3: 42° to the right. Upper back (thoracic) 77 %, lower back (lumbar) 25 %, hips (pelvis) −2 % of it.");
  assert.match(say({ ...drill, source: { kind: "ble" } }).words, /^Sit tall/);
});
