// A message's text as elements, built from its entities; offsets are UTF-16, as JavaScript's own.

import { make } from "./dom.js";

const TAGS = {
  bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote",
};

function link(url, children, open) {
  const address = /^[a-z]+:/i.test(url) ? url : `https://${url}`;
  if (!/^(https?|tg):/i.test(address)) return make("span", {}, ...children);
  return make("a", {
    href: address, target: "_blank", rel: "noopener noreferrer",
    onclick: (event) => { if (open(address)) event.preventDefault(); },
  }, ...children);
}

function wrap(entity, text, children, actions) {
  if (entity.type in TAGS) return make(TAGS[entity.type], {}, ...children);
  if (entity.type === "spoiler") {
    const hidden = make("button", { type: "button", class: "spoiler", onclick: () => hidden.classList.add("shown") }, ...children);
    return hidden;
  }
  if (entity.type === "text_link") return link(entity.url, children, actions.open);
  if (entity.type === "url") return link(text, children, actions.open);
  if (entity.type === "bot_command") {
    return make("button", { type: "button", class: "inline-link", onclick: () => actions.say(text) }, ...children);
  }
  return make("span", { class: "marked" }, ...children);
}

export function rich(text, entities, actions) {
  const build = (from, to, inside) => {
    const nodes = [];
    let at = from;
    for (let index = 0; index < inside.length; ) {
      const entity = inside[index];
      const begin = Math.max(entity.offset, at);
      const end = Math.min(entity.offset + entity.length, to);
      index += 1;
      if (end <= begin) continue;
      const nested = [];
      while (index < inside.length && inside[index].offset < end) nested.push(inside[index++]);
      if (begin > at) nodes.push(text.slice(at, begin));
      nodes.push(wrap(entity, text.slice(begin, end), build(begin, end, nested), actions));
      at = end;
    }
    if (at < to) nodes.push(text.slice(at, to));
    return nodes;
  };
  return build(0, text.length, entities);
}
