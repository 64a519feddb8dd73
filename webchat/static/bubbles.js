// One message as it stands in the chat.

import { avatar, button, make } from "./dom.js";
import { rich } from "./entities.js";
import { viewer } from "./overlay.js";

const size = (bytes) => (bytes < 1024 ? `${bytes} B` : bytes < 1048576 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1048576).toFixed(1)} MB`);

function picture(file) {
  const image = make("img", { src: file.url, alt: "图片", loading: "lazy", width: file.width || 240, height: file.height || 180 });
  return make("button", { type: "button", class: "picture", "aria-label": "看大图", onclick: () => viewer(file.url, file.name) }, image);
}

function voice(file) {
  const sound = new Audio(file.url);
  const play = button(`▶ ${file.duration || 1}″`, () => (sound.paused ? sound.play().catch(() => {}) : sound.pause()), "voice");
  play.setAttribute("aria-label", `语音 ${file.duration || 1} 秒`);
  play.style.width = `${Math.min(220, 90 + (file.duration || 1) * 6)}px`;
  return play;
}

function attached(file) {
  return make("a", { class: "file", href: file.url, download: file.name }, make("span", { class: "file-name" }, `📄 ${file.name}`), make("small", {}, size(file.size)));
}

function place({ location, venue }) {
  const { latitude, longitude } = location;
  const name = venue ? venue.title : "位置";
  const where = venue ? venue.address : `${latitude.toFixed(4)}, ${longitude.toFixed(4)}`;
  return make("div", { class: "place" }, make("b", {}, `📍 ${name}`), make("small", {}, where), make("span", { class: "place-map", "aria-hidden": "true" }));
}

function card(contact) {
  return make("div", { class: "place" }, make("b", {}, `👤 ${contact.first_name}`), make("small", {}, contact.phone_number));
}

function content(message, actions) {
  const inside = [];
  const file = message.file;
  if (message.forwarded_from) inside.push(make("small", { class: "origin" }, `转发自 ${message.forwarded_from}`));
  if (file && (file.kind === "photo" || file.kind === "sticker")) inside.push(picture(file));
  else if (file && file.kind === "voice") inside.push(voice(file));
  else if (file && file.kind === "video") inside.push(make("video", { src: file.url, controls: true, preload: "none" }));
  else if (file) inside.push(attached(file));
  if (message.location) inside.push(place(message));
  if (message.contact) inside.push(card(message.contact));
  if (message.text) inside.push(make("div", { class: "text" }, ...rich(message.text, message.entities, actions)));
  return inside;
}

function keys(message, actions) {
  const rows = message.buttons.map((row) => make("div", { class: "keys-row" }, ...row.map((key) => {
    const element = button(key.label, () => actions.press(message, key, element), `key ${key.style || ""}`);
    if (key.url) element.classList.add("to-link");
    return element;
  })));
  return rows.length ? make("div", { class: "keys" }, ...rows) : null;
}

function quotation(reply, actions) {
  return make("button", { type: "button", class: "quotation", onclick: () => actions.jump(reply.id) }, `${reply.name}：${reply.text}`);
}

export function bubble(message, { mine, group, symbol }, actions) {
  if (message.service) return make("p", { class: "system", id: `m${message.id}` }, message.service.text);
  const bare = message.file && ["photo", "sticker"].includes(message.file.kind) && !message.text;
  const body = make("div", { class: `bubble${bare ? " bare" : ""}`, tabindex: "0" }, ...content(message, actions));
  const more = button("⋯", () => actions.menu(message), "more");
  more.setAttribute("aria-label", "回复或复制");
  holdToOpen(body, () => actions.menu(message));
  const notes = [];
  if (message.only_for) notes.push("仅您可见");
  if (message.edited) notes.push("已编辑");
  const stack = make("div", { class: "stack" },
    group && !mine ? make("span", { class: "who" }, message.from.name) : null,
    make("div", { class: "line" }, body, more),
    message.reply_to ? quotation(message.reply_to, actions) : null,
    keys(message, actions),
    message.reactions ? make("span", { class: "reactions" }, message.reactions.map((one) => (one.count > 1 ? `${one.emoji} ${one.count}` : one.emoji)).join(" ")) : null,
    notes.length ? make("span", { class: "note" }, notes.join(" · ")) : null);
  return make("article", { class: `message ${mine ? "mine" : "theirs"}`, id: `m${message.id}` }, avatar(message.from.name, { bot: message.from.is_bot, symbol }), stack);
}

function holdToOpen(element, open) {
  let timer = 0;
  const stop = () => clearTimeout(timer);
  element.addEventListener("touchstart", () => { timer = setTimeout(open, 550); }, { passive: true });
  for (const name of ["touchend", "touchmove", "touchcancel"]) element.addEventListener(name, stop, { passive: true });
  element.addEventListener("contextmenu", (event) => {
    if (event.target.closest("a")) return;
    event.preventDefault();
    stop();
    if (!document.querySelector("dialog[open]")) open();
  });
}
