// What the page says, in the language of whoever looks at it; the sentences are in words.<language>.json.

let words = {};

export function languageOf(code) {
  const known = (code || "").toLowerCase();
  if (/^zh-(hant|tw|hk|mo)/.test(known)) return "zh-TW";
  return known.startsWith("en") ? "en" : "zh-CN";
}

export const language = () => document.documentElement.lang;

export async function speakAs(code) {
  const wanted = languageOf(code);
  if (wanted === language() && Object.keys(words).length) return false;
  words = await (await fetch(`/static/words.${wanted}.json`)).json();
  document.documentElement.lang = wanted;
  dress(document);
  return true;
}

export function t(key, values = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

const known = (key) => key in words;

// Why something was refused, by the server's code for it.
export const refusal = (code) => t(code && known(`refused.${code}`) ? `refused.${code}` : "refused.other");

export function dress(root) {
  for (const element of root.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
  for (const element of root.querySelectorAll("[data-t-label]")) element.setAttribute("aria-label", t(element.dataset.tLabel));
  for (const element of root.querySelectorAll("[data-t-placeholder]")) element.placeholder = t(element.dataset.tPlaceholder);
}

// A message in one line: {kind, text}.
export function line({ kind, text }) {
  return kind === "text" ? text : `${t(`kind.${kind}`)}${text ? ` ${text}` : ""}`;
}

// What happened in a chat: {kind, actor, users?, title?, line?}.
export function happened({ kind, actor, users = [], title = "", line: pinned = null }) {
  const names = users.join(t("and"));
  const alone = users.length === 1 && users[0] === actor;
  const key = kind === "left_chat_member" && !alone ? "event.removed" : `event.${kind}`;
  return t(known(key) ? key : "event.other", { actor, names, title, line: pinned ? line(pinned).slice(0, 30) : "" });
}
