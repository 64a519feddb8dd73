// Builds page elements; text always goes in as text, never as markup.

export const $ = (id) => document.getElementById(id);

export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

export function button(label, onclick, className = "") {
  return make("button", { type: "button", class: className, onclick }, label);
}

const COLOURS = ["#b4462f", "#8a5a00", "#3c6e32", "#1f6f78", "#2b5fa3", "#6b4aa0", "#a03a6e", "#54606b"];

export function avatar(name, { symbol = "", bot = false } = {}) {
  const letters = [...name.replace(/[^\p{L}\p{N}]/gu, "")];
  const shown = bot ? "邻" : symbol || letters.slice(-1).join("") || "·";
  const element = make("span", { class: "avatar", "aria-hidden": "true" }, shown);
  let hash = 0;
  for (const letter of name) hash = (hash * 31 + letter.codePointAt(0)) >>> 0;
  element.style.background = bot ? "#07824a" : COLOURS[hash % COLOURS.length];
  return element;
}
