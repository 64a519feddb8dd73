// One message as it stands in the chat.

import { avatar, button, make } from "./dom.js";
import { rich } from "./entities.js";
import { viewer } from "./overlay.js";
import { readAloud } from "./speech.js";
import { label } from "./time.js";
import { happened, line, refusal, t } from "./words.js";

const size = (bytes) => (bytes < 1024 ? `${bytes} B` : bytes < 1048576 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1048576).toFixed(1)} MB`);

function picture(file) {
  const image = make("img", { src: file.url, alt: t("kind.photo"), loading: "lazy", width: file.width || 240, height: file.height || 180 });
  return make("button", { type: "button", class: "picture", "aria-label": t("look"), onclick: () => viewer(file.url, file.name || "") }, image);
}

function voice(file) {
  let sound = null;
  const seconds = file.duration || 1;
  const play = button(`▶ ${seconds}″`, () => {
    if (!sound) {
      sound = new Audio(file.url);
      sound.onplay = () => { play.textContent = `❚❚ ${seconds}″`; };
      sound.onpause = sound.onended = () => { play.textContent = `▶ ${seconds}″`; };
    }
    if (sound.paused) sound.play().catch(() => {});
    else sound.pause();
  }, "voice");
  play.setAttribute("aria-label", t("voice.seconds", { seconds }));
  play.style.width = `${Math.min(220, 90 + seconds * 6)}px`;
  return play;
}

function attached(file) {
  return make("a", { class: "file", href: file.url, download: file.name }, make("span", {}, `📄 ${file.name}`), make("small", {}, size(file.size)));
}

function place({ location, venue }) {
  const { latitude, longitude } = location;
  const name = venue ? venue.title : t("place");
  const where = venue ? venue.address : `${latitude.toFixed(4)}, ${longitude.toFixed(4)}`;
  return make("div", { class: "place" }, make("b", {}, `📍 ${name}`), make("small", {}, where), make("span", { class: "place-map", "aria-hidden": "true" }));
}

function card(contact) {
  return make("div", { class: "place" }, make("b", {}, `👤 ${contact.first_name}`), make("small", {}, contact.phone_number));
}

function content(message, actions) {
  const inside = [];
  const file = message.file;
  if (message.forwarded_from) inside.push(make("small", { class: "origin" }, t("forwarded", { name: message.forwarded_from })));
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
  return make("button", { type: "button", class: "quotation", onclick: () => actions.jump(reply.id) }, `${reply.name}: ${line(reply)}`);
}

function reactions(message, actions) {
  if (!message.reactions?.length) return null;
  return make("span", { class: "reactions" }, ...message.reactions.map(({ emoji, count, mine }) => {
    const element = button(`${emoji} ${count}`, () => actions.react(message, mine ? null : emoji), mine ? "reaction mine-too" : "reaction");
    element.setAttribute("aria-pressed", String(mine));
    return element;
  }));
}

// What somebody who cannot see it well hears: the words, then what may be pressed.
const spoken = (message) => [message.text, ...message.buttons.flat().map((key) => key.label)].join("\n");

export function bubble(message, { mine, group, symbol }, actions) {
  if (message.service) return make("p", { class: "system", id: `m${message.id}` }, happened(message.service));
  const bare = message.file && ["photo", "sticker"].includes(message.file.kind) && !message.text;
  const body = make("div", { class: `bubble${bare ? " bare" : ""}`, tabindex: "0" }, ...content(message, actions));
  const more = button("⋯", () => actions.menu(message), "more");
  more.setAttribute("aria-label", t("message.more"));
  const aloud = message.text && !mine ? button(make("span", { class: "icon-sound" }), () => readAloud(spoken(message)), "aloud") : null;
  aloud?.setAttribute("aria-label", t("aloud"));
  holdToOpen(body, () => actions.menu(message));
  const notes = [];
  if (message.only_for) notes.push(t("only.you"));
  if (message.edited) notes.push(t("edited"));
  const stack = make("div", { class: "stack" },
    group && !mine ? make("span", { class: "who" }, message.from.name) : null,
    message.topic ? make("span", { class: "who" }, `# ${message.topic.name}`) : null,
    make("div", { class: "line" }, body, make("span", { class: "beside" }, more, aloud)),
    message.reply_to ? quotation(message.reply_to, actions) : null,
    keys(message, actions),
    reactions(message, actions),
    notes.length ? make("span", { class: "note" }, notes.join(" · ")) : null);
  const whose = t("message.by", { name: message.from.name, time: label(message.date) });
  return make("article", { class: `message ${mine ? "mine" : "theirs"}`, id: `m${message.id}`, "aria-label": whose }, avatar(message.from.name, { bot: message.from.is_bot, symbol }), stack);
}

// A voice note that is still here, as something that can be played.
function recorded({ body }) {
  const url = () => URL.createObjectURL(new Blob([Uint8Array.from(atob(body.data), (letter) => letter.charCodeAt(0))], { type: body.mime }));
  return voice({ get url() { return url(); }, duration: body.seconds });
}

function unsentContent(entry) {
  if (entry.shown.url) return make("img", { src: entry.shown.url, alt: t("kind.photo"), class: "thumb" });
  return entry.path === "/voice" && entry.body.data ? recorded(entry) : make("div", { class: "text" }, line(entry.shown));
}

// What has not arrived yet: on its way, waiting for the connection, or refused.
export function unsent(entry, me, actions) {
  const { state } = entry;
  const inside = unsentContent(entry);
  const said = state === "refused" ? refusal(entry.code) : state === "waiting" ? t("waiting") : t("sending");
  const note = make("span", { class: `note ${state}`, role: "status" }, said);
  const choices = state === "sending" || state === "sent" ? null : make("span", { class: "choices" },
    button(t("resend"), () => actions.resend(entry), "choice"),
    button(t("discard"), () => actions.discard(entry), "choice"));
  const stack = make("div", { class: "stack" }, make("div", { class: "line" }, make("div", { class: "bubble" }, inside)), note, choices);
  return make("article", { class: "message mine unsent", "aria-label": said }, avatar(me.name, { symbol: me.avatar }), stack);
}

// What opens under a finger stays open, and nothing in it is pressed, when the finger goes.
function holdToOpen(element, show) {
  let timer = 0;
  let opened = false;
  const stop = () => clearTimeout(timer);
  const open = () => { opened = true; show(); };
  element.addEventListener("touchstart", () => { opened = false; timer = setTimeout(open, 550); }, { passive: true });
  for (const name of ["touchmove", "touchcancel"]) element.addEventListener(name, stop, { passive: true });
  element.addEventListener("touchend", (event) => {
    stop();
    if (opened) event.preventDefault();
  });
  element.addEventListener("keydown", (event) => {
    if (event.target !== element || event.key !== "Enter") return;
    event.preventDefault();
    open();
  });
  element.addEventListener("contextmenu", (event) => {
    if (event.target.closest("a")) return;
    event.preventDefault();
    stop();
    if (!document.querySelector("dialog[open]")) open();
  });
}
