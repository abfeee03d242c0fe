import assert from "node:assert/strict";
import { test } from "node:test";

import { zoneWords } from "../../../dashboard/live/static/big.js";
import { clockWords, figuresOf, signalWords } from "../../../dashboard/live/static/devices.js";
import { Steady, judge, pelvisZone } from "../../../dashboard/live/static/zones.js";

const turn = (fields) => judge({ total: 40, pelvis: 3, pelvis_sd: 0.5, share: 0.08, ...fields }).level;

test("hips that stay are good, hips that follow are said, more so when they follow far", () => {
  assert.equal(turn({}), "good");
  assert.equal(turn({ pelvis: 8, share: 0.2 }), "amber");
  assert.equal(turn({ pelvis: 14, share: 0.35 }), "red");
});

test("it is the share that counts, not the degrees alone", () => {
  assert.equal(turn({ total: 70, pelvis: 8, share: 0.11 }), "good");
});

test("both sides are judged alike, and the tolerance is tighter against the turn", () => {
  assert.equal(turn({ total: -40, pelvis: -8, share: 0.2 }), "amber");
  assert.equal(turn({ total: -40, pelvis: 5.8, share: -0.14 }), "amber");
  assert.equal(turn({ pelvis: 5.8, share: 0.2 }), "good");
  assert.deepEqual(pelvisZone(30), [-5, 6]);
  assert.deepEqual(pelvisZone(-30), [-6, 5]);
});

test("what the uncertainty could explain is not held against anyone", () => {
  assert.equal(turn({ pelvis: 8, share: 0.2, pelvis_sd: 3 }), "good");
});

test("the target zone is the wearer's own, wider before it than beyond", () => {
  const code = (fields) => judge({ total: 40, pelvis: 1, pelvis_sd: 0.5, share: 0.03, ...fields }).code;
  assert.equal(code({}), "still");
  assert.equal(code({ usual: 46 }), "usual");
  assert.equal(code({ usual: 48 }), "still");
  assert.equal(code({ usual: 37 }), "usual");
  assert.equal(code({ usual: 36 }), "beyond");
  assert.equal(code({ usual: 36, pelvis: 14, share: 0.35 }), "following");
});

test("a comfortable range ends before the usual one, whatever the hips do", () => {
  const code = (fields) => judge({ total: 34, pelvis: 1, pelvis_sd: 0.5, share: 0.03, comfortable: true, ...fields }).code;
  assert.equal(code({}), "still");
  assert.equal(code({ total: -36 }), "far");
  assert.equal(code({ usual: 37 }), "far");
  assert.equal(code({ usual: 60 }), "still");
  assert.equal(code({ total: 36, pelvis: 14, share: 0.4 }), "far");
});

test("near the middle, or without numbers, nothing is judged", () => {
  assert.equal(turn({ total: 10, pelvis: 9, share: 0.9 }), "rest");
  assert.equal(turn({ total: NaN }), "rest");
});

test("a judgement is shown once it lasts, so that nothing flickers", () => {
  const steady = new Steady();
  const good = { level: "good", code: "still" };
  const amber = { level: "amber", code: "following" };
  steady.follow(good, 0);
  assert.equal(steady.follow(good, 0.7).level, "good");
  assert.equal(steady.follow(amber, 0.8).level, "good");
  assert.equal(steady.follow(good, 0.9).level, "good");
  assert.equal(steady.follow(amber, 1.0).level, "good");
  assert.equal(steady.follow(amber, 1.7).level, "amber");
});

test("each judgement has one short sentence", () => {
  for (const code of ["still", "following", "against"]) assert.ok(zoneWords({ level: "good", code }).length < 60);
  assert.equal(zoneWords({ level: "rest", code: "rest" }), "");
});

test("signal and clock are told in words, and what is poor is marked", () => {
  assert.deepEqual(signalWords(-60), { words: "strong (−60 dBm)", poor: false });
  assert.equal(signalWords(-92).poor, true);
  assert.equal(signalWords(null).words, "–");
  assert.deepEqual(clockWords(0.44), { words: "good (± 0.4 ms)", poor: false });
  assert.equal(clockWords(12).poor, true);
});

test("a sensor's figures mark what needs a hand", () => {
  const sensor = { state: "lost", battery_percent: 9, rssi_dbm: -95, rate_hz: 99.6, loss: 0.2, clock_sd_ms: 20 };
  assert.deepEqual(figuresOf(sensor).map(([, { poor }]) => poor), [true, true, true, false, true, true]);
});
