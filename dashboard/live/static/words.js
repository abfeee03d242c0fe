// What people read, in their language: the English sentence is the key, as dashboard/words says.

/** @type {Record<string, string>} */
let catalogue = {};

/** @type {[RegExp, string][]}  sentences with #, those that say most first */
let patterns = [];

/**
 * Use a language from now on.
 * @param {Record<string, string>} words  its sentences by their English ones; empty for English
 */
export function useWords(words) {
  catalogue = words;
  patterns = Object.keys(words).filter((english) => english.includes("#"))
    .sort((a, b) => b.length - a.length)
    .map((english) => [new RegExp(`^${english.split("#").map(literal).join("(.+?)")}$`), words[english]]);
}

/** @param {string} words @returns {string}  a pattern that finds them */
function literal(words) {
  return words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
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
 * Say something in the person's language. What was put together elsewhere, of numbers and names, is
 * found by its text with # for each of them; they are said in the same order.
 * @param {string} words  English; {name} stands for a value
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function say(words, values) {
  const said = catalogue[words] ?? putTogether(words);
  return values ? said.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole)) : said;
}

/** @param {string} words @returns {string} */
function putTogether(words) {
  for (const [pattern, said] of patterns) {
    const parts = pattern.exec(words)?.slice(1);
    if (parts) return said.replace(/#/g, () => say(parts.shift() ?? "#"));
  }
  return words;
}
