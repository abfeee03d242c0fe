// The guests' page: the live view, with nothing else to go to.

import { mount } from "./main.js";

const parent = document.querySelector("main");
if (parent) mount({ parentElement: parent, setTriggerValue: () => {} });
