// The guests' page: the live view, with nothing else to go to.

import { mount } from "./main.js";

const parent = document.querySelector("main");
const choices = JSON.parse(document.querySelector("#choices")?.textContent || "{}");
if (parent) mount({ parentElement: parent, data: choices, setTriggerValue: () => {} });
