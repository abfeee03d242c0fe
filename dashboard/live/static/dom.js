// Elements in one line each. Text always goes in as text, never as markup: sensor names come
// from the air.

const SVG = "http://www.w3.org/2000/svg";

/** @typedef {Node | string | null} Child */

/**
 * @param {Element} element
 * @param {Record<string, unknown>} attributes  `on…` functions listen, false and null are left out
 * @param {Child[]} children
 */
function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), /** @type {any} */ (value));
    else if (value !== false && value !== null) element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children) if (child !== null) element.append(child);
  return element;
}

/**
 * @param {string} tag @param {Record<string, unknown>} [attributes] @param {...Child} children
 * @returns {HTMLElement}
 */
export function h(tag, attributes = {}, ...children) {
  return /** @type {HTMLElement} */ (fill(document.createElement(tag), attributes, children));
}

/**
 * @param {string} tag @param {Record<string, unknown>} [attributes] @param {...Child} children
 * @returns {SVGElement}
 */
export function svg(tag, attributes = {}, ...children) {
  return /** @type {SVGElement} */ (fill(document.createElementNS(SVG, tag), attributes, children));
}

/**
 * Set text only when it changed, so that a still picture costs nothing.
 * @param {Element} element @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * @param {Element} element @param {string} name @param {string | null} value  null removes
 */
export function setAttribute(element, name, value) {
  if (value === null) element.removeAttribute(name);
  else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/**
 * A button that cannot be pressed just now; unlike a disabled one it keeps the keyboard's place.
 * @param {Element} button @param {boolean} allowed
 */
export function allow(button, allowed) {
  setAttribute(button, "aria-disabled", allowed ? null : "true");
}

/** @param {Element} button @returns {boolean} whether it can be pressed */
export function isAllowed(button) {
  return button.getAttribute("aria-disabled") !== "true";
}

/**
 * Put other items into a list, and leave the keyboard where it was: at what has the same
 * `data-what`, or at the list itself (which then needs a tabindex), but never at nothing.
 * @param {Element} list @param {HTMLElement[]} items
 */
export function replaceItems(list, items) {
  const root = /** @type {ShadowRoot | Document} */ (list.getRootNode());
  const active = list.contains(root.activeElement) ? root.activeElement : null;
  const what = active?.getAttribute("data-what") ?? "";
  list.replaceChildren(...items);
  if (!active) return;
  const again = [list, ...list.querySelectorAll("[data-what]")].findLast((e) => e === list || e.getAttribute("data-what") === what);
  /** @type {HTMLElement} */ (again).focus({ preventScroll: true });
}
