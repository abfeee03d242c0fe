// What people read, in their language: the English sentence is the key, as dashboard/words says.

/** @type {Record<string, string>} */
let catalogue = {};

const NUMBER = /\d+(?:\.\d+)?/g;

/**
 * Use a language from now on.
 * @param {Record<string, string>} words  its sentences by their English ones; empty for English
 */
export function useWords(words) {
  catalogue = words;
}

/**
 * Mark something in a table that `say` says later.
 * @template {string} T
 * @param {T} words @returns {T}
 */
export function text(words) {
  return words;
}

/**
 * Say something in the person's language. What was put together elsewhere and carries numbers is
 * found by its text with # for each number.
 * @param {string} words  English; {name} stands for a value
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function say(words, values) {
  const said = catalogue[words] ?? withNumbers(words) ?? words;
  return values ? said.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole)) : said;
}

/** @param {string} words @returns {string | undefined} */
function withNumbers(words) {
  const found = catalogue[words.replace(NUMBER, "#")];
  if (found === undefined) return undefined;
  const numbers = words.match(NUMBER) ?? [];
  let next = 0;
  return found.replace(/#/g, () => numbers[next++] ?? "#");
}
