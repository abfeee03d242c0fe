import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { COLUMN } from "../../../dashboard/live/static/decode.js";
import { settings, useSettings } from "../../../dashboard/live/static/settings.js";
import { say, useWords } from "../../../dashboard/live/static/words.js";
import { intervalWords, sharesNow } from "../../../dashboard/live/static/shares.js";

afterEach(() => { useWords({}); useSettings({}); });

test("English needs no words, and puts values in", () => {
  assert.equal(say("set {number}", { number: 3 }), "set 3");
});

test("another language is found by the English sentence", () => {
  useWords({ "set {number}": "Satz {number}" });
  assert.equal(say("set {number}", { number: 3 }), "Satz 3");
  assert.equal(say("never translated"), "never translated");
});

test("a sentence with numbers from elsewhere keeps its numbers in order", () => {
  useWords({ "# of # came": "# von # kamen" });
  assert.equal(say("3 of 4.5 came"), "3 von 4.5 kamen");
});

test("an estimated split of this moment has the interval of its angles", () => {
  const latest = { share_pelvis: 0.1, share_lumbar: 0.2, share_thoracic: 0.7, pelvis_sd: 1, lumbar_sd: 3, thoracic_sd: 3 };
  const names = new Map(Object.entries(COLUMN).map(([name, column]) => [column, name]));
  const history = { latest: (column) => latest[names.get(column)] };
  const { lumbar, thoracic } = sharesNow(history, -30);
  assert.deepEqual(lumbar.map((v) => Number(v.toFixed(3))), [0.2, 0.004, 0.396]);
  assert.deepEqual(thoracic.map((v) => Number(v.toFixed(3))), [0.7, 0.504, 0.896]);
  assert.equal(sharesNow(history, Number.NaN), null);
});

test("settings that are not given are as usual", () => {
  useSettings({ shares: "tenths" });
  assert.equal(settings().shares, "tenths");
  assert.equal(settings().sound, "off");
});

test("shares are told in the unit of the settings", () => {
  const shares = { pelvis: [0.1, -0.02, 0.2], lumbar: [0.2, 0.1, 0.3], thoracic: [0.7, 0.6, 0.8] };
  assert.match(intervalWords(shares), /^−2 to 20 · 10–30/);
  useSettings({ shares: "tenths" });
  assert.match(intervalWords(shares), /^−0\.2 to 2\.0 · 1\.0–3\.0/);
});

test("what was put together elsewhere is said part by part", () => {
  useWords({ "Sensor on the #: #": "Sensor (#): #", "upper back": "oberer Rücken", "Lost # (#).": "# weg (#)." });
  assert.equal(say("Sensor on the upper back: Lost 3 (a+b)."), "Sensor (oberer Rücken): 3 weg (a+b).");
  assert.equal(say("Sensor on the table."), "Sensor on the table.");
});
