import assert from "node:assert/strict";
import test from "node:test";

import { modeOf, returning } from "../../../dashboard/live/static/calibrate.js";

const step = (name, state) => ({ name, state, reasons: [] });
const idle = { state: "idle", recording: null, wizard: null, calibration_doubts: [], wearer: { person: "", calibrated: null } };
const whole = { path: "whole", step: 4, steps: ["still", "bow", "turn", "all_fours"].map((name) => step(name, "good")) };

test("the page follows what the service does", () => {
  assert.deepEqual(modeOf(idle), { mode: "begin", path: "whole" });
  assert.equal(modeOf({ ...idle, state: "connecting" }).mode, "away");
  assert.equal(modeOf({ ...idle, recording: { name: "x" } }).mode, "busy");
  const quick = { path: "quick", step: 1, steps: [step("still", "good"), step("bow", "running")] };
  assert.deepEqual(modeOf({ ...idle, state: "calibrating", wizard: quick }), { mode: "leading", path: "quick" });
  quick.steps[1].state = "failed";
  assert.equal(modeOf({ ...idle, wizard: quick }).mode, "failed");
  assert.equal(modeOf({ ...idle, wizard: whole }).mode, "done");
});

test("the short way is for who has done all steps before", () => {
  assert.equal(returning(idle), false);
  assert.equal(returning({ ...idle, wearer: { person: "Blue Heron", calibrated: "2026-03-04" } }), true);
  assert.equal(returning({ ...idle, wizard: whole }), true);
  assert.equal(returning({ ...idle, wizard: whole, calibration_doubts: [{ code: "calibration_of_another" }] }), false);
});
