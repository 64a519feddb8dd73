// The lower part of a chat: text, the bot's menu, the "+" panel.

import { get, post } from "./api.js";
import { $, button, make } from "./dom.js";
import { draft, keepDraft } from "./drafts.js";
import { box, failed, toast } from "./overlay.js";
import { record, recordKey } from "./recorder.js";
import { line, t } from "./words.js";

const LARGEST = 20 * 1024 * 1024; // bytes; what a bot may fetch

const base64 = (file) => new Promise((done, wrong) => {
  const reader = new FileReader();
  reader.onload = () => done(reader.result.split(",")[1]);
  reader.onerror = () => wrong(new Error(t("file.unread")));
  reader.readAsDataURL(file);
});

export class Composer {
  // `who()` is the person, `where()` tells {person, chat}; `out` takes what is sent; `act(promise)` waits and shows what went wrong.
  constructor(who, where, out, act) {
    this.who = who;
    this.where = where;
    this.out = out;
    this.act = act;
    this.quoted = null;
    this.editing = null;
    this.folded = new Set();
    const text = $("text");
    $("composer").addEventListener("submit", (event) => { event.preventDefault(); this.submit(); });
    text.addEventListener("input", () => { this.resize(); if (!this.editing) keepDraft(this.where(), text.value); });
    text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); this.submit(); }
    });
    text.addEventListener("focus", () => this.showPanel(false));
    $("plus").addEventListener("click", () => this.showPanel($("panel").hidden));
    recordKey($("record"), (hold) => this.record(hold));
    $("menu-toggle").addEventListener("click", () => this.toggleMenu());
    for (const id of ["album", "camera"]) $(id).addEventListener("change", ({ target }) => this.sendPictures(target));
    $("file").addEventListener("change", ({ target }) => this.sendFile(target));
  }

  // Another chat, or another person's.
  open() {
    this.chat = null;
    this.clear();
    this.showPanel(false);
    this.fillPanel();
    this.samples ||= get("/samples").catch(() => null); // before the connection may be lost
    $("text").value = draft(this.where());
    this.resize();
  }

  resize() {
    const text = $("text");
    text.style.height = "auto";
    text.style.height = `${Math.min(text.scrollHeight, 140)}px`;
    const said = Boolean(text.value.trim());
    $("send").hidden = !said;
    $("plus").hidden = $("record").hidden = said;
  }

  // What people say is in the outbox before anything is asked of the network.
  send(path, body, shown) {
    const quote = this.quoted ? { reply_to: this.quoted } : {};
    this.showPanel(false);
    this.out.add(this.where(), path, { ...quote, ...body }, shown);
  }

  async submit() {
    const text = $("text").value.trim();
    if (!text) return;
    if (this.editing) {
      if (await this.act(post("/edit", { ...this.where(), text, message: this.editing }))) this.clear();
      return;
    }
    this.send("/say", { text }, { kind: "text", text });
    this.clear();
  }

  clear() {
    if (!this.editing && this.chat) keepDraft(this.where(), "");
    $("text").value = "";
    this.quoted = this.editing = null;
    $("quote").hidden = true;
    this.resize();
  }

  reply(message) {
    this.editing = null;
    this.quoted = message.id;
    const kind = message.file?.kind || (message.location ? "location" : message.contact ? "contact" : "text");
    this.showQuote(t("reply.to", { name: message.from.name, text: line({ kind, text: message.text }) }));
  }

  edit(message) {
    this.quoted = null;
    this.editing = message.id;
    $("text").value = message.text;
    this.showQuote(t("edit.this"));
    this.resize();
  }

  // Something to send, put where one can look at it first.
  fill(text) {
    $("text").value = text;
    keepDraft(this.where(), text);
    this.resize();
    $("text").focus();
  }

  showQuote(text) {
    const cancel = button("✕", () => this.clear(), "icon-button");
    cancel.setAttribute("aria-label", t("cancel"));
    $("quote").replaceChildren(make("span", {}, text), cancel);
    $("quote").hidden = false;
    $("text").focus();
  }

  // The bot's keyboard, or its commands where it has shown none.
  update(chat) {
    this.chat = chat;
    $("text").placeholder = chat.placeholder || t("say");
    const rows = chat.keyboard_buttons.map((row) => make("div", { class: "keyboard-row" }, ...row.map((key) => button(key.text, () => this.key(key), "keyboard-key"))));
    const commands = chat.bots.flatMap((bot) => bot.commands).map(({ command, description }) =>
      button(`/${command}　${description}`, () => this.say(`/${command}`), "command"));
    const shown = JSON.stringify([chat.keyboard_buttons, chat.bots.map((bot) => bot.commands), document.documentElement.lang]);
    if (shown !== this.shown) { // drawn anew only when it changed: a finger may be on it
      this.shown = shown;
      $("keyboard").replaceChildren(...(rows.length ? rows : [make("div", { class: "commands" }, ...commands)]));
    }
    $("menu-toggle").hidden = !rows.length && !commands.length;
    this.unfolded = rows.length ? !this.folded.has(chat.id) : this.folded.has(`commands ${chat.id}`);
    this.showMenu();
  }

  toggleMenu() {
    const key = this.chat.keyboard.length ? this.chat.id : `commands ${this.chat.id}`;
    if (!this.folded.delete(key)) this.folded.add(key);
    this.unfolded = !this.unfolded;
    if (this.unfolded) $("panel").hidden = true;
    this.showMenu();
  }

  showMenu() {
    $("keyboard").hidden = !this.unfolded || !$("panel").hidden || $("menu-toggle").hidden;
    $("menu-toggle").setAttribute("aria-expanded", String(!$("keyboard").hidden));
  }

  showPanel(shown) {
    $("panel").hidden = !shown;
    $("plus").setAttribute("aria-expanded", String(shown));
    if (this.chat) this.showMenu();
  }

  async key(key) {
    if (key.request_contact || key.request_location) await this.act(post("/press", { ...this.where(), label: key.text }));
    else this.send("/say", { text: key.text }, { kind: "text", text: key.text });
    if (this.chat.one_time) { this.folded.add(this.chat.id); this.unfolded = false; this.showMenu(); }
  }

  say(text) {
    if (!this.chat.keyboard.length) { this.folded.delete(`commands ${this.chat.id}`); this.unfolded = false; this.showMenu(); }
    this.send("/say", { text }, { kind: "text", text });
  }

  fillPanel() {
    const tools = [
      ["🖼️", "album", () => $("album").click()], ["📷", "camera", () => this.takePhoto()],
      ["📍", "place", () => this.sendPlace()], ["👤", "card", () => this.sendCard()],
      ["📄", "file", () => $("file").click()],
    ];
    $("panel").replaceChildren(...tools.map(([symbol, name, action]) =>
      make("button", { type: "button", class: "tool", onclick: action }, make("span", { "aria-hidden": "true" }, symbol), t(name))));
  }

  record(hold) {
    const send = async (blob, seconds) =>
      this.send("/voice", { seconds, mime: blob.type, data: await base64(blob) }, { kind: "voice", text: `${seconds}″` });
    record(send, () => this.send("/voice", { seconds: 3 }, { kind: "voice", text: "3″" }), hold);
  }

  async sendPictures(input) {
    for (const file of input.files) {
      if (file.size > LARGEST) toast(t("file.large"));
      else await this.read(file, (data) => this.send("/photo", { data }, { kind: "photo", text: "", url: URL.createObjectURL(file) }));
    }
    input.value = "";
  }

  async sendFile(input) {
    const [file] = input.files;
    if (file && file.size > LARGEST) toast(t("file.large"));
    else if (file) await this.read(file, (data) => this.send("/document", { name: file.name, mime: file.type, data }, { kind: "document", text: file.name }));
    input.value = "";
  }

  async read(file, send) {
    try {
      send(await base64(file));
    } catch (error) {
      failed(error);
    }
  }

  async takePhoto() {
    const { samples } = await this.samples || { samples: [] };
    const choose = ({ name, url }) => {
      dialog.close();
      const caption = words.value.trim();
      this.send("/photo", { sample: name, caption }, { kind: "photo", text: caption, url });
    };
    const words = make("input", { type: "text", class: "caption", maxlength: 1024, placeholder: t("caption.hint"), "aria-label": t("caption") });
    const shots = samples.map((one) => make("button", { type: "button", class: "shot", onclick: () => choose(one) }, make("img", { src: one.url, alt: "" }), one.name));
    const own = button(t("camera.own"), () => { dialog.close(); $("camera").click(); }, "sheet-row");
    own.autofocus = true; // and not the words: no keyboard comes up over the pictures
    const dialog = box(t("camera"), [own, make("p", { class: "hint" }, t("camera.hint")), words, make("div", { class: "shots" }, ...shots)]);
  }

  // Where one is with one tap; numbers only for whoever looks for them.
  sendPlace() {
    const field = (name, value) => make("input", { type: "number", step: "any", required: true, value, "aria-label": name });
    const latitude = field(t("latitude"), 26.0745);
    const longitude = field(t("longitude"), 119.2965);
    const send = (point) => {
      dialog.close();
      this.send("/location", point, { kind: "location", text: "" });
    };
    const unknown = () => { numbers.open = true; toast(t("place.unknown")); };
    const here = () => navigator.geolocation.getCurrentPosition(({ coords }) => send({ latitude: coords.latitude, longitude: coords.longitude }), unknown);
    const typed = (event) => {
      event.preventDefault();
      send({ latitude: Number(latitude.value), longitude: Number(longitude.value) });
    };
    const form = make("form", { class: "fields", onsubmit: typed },
      make("label", {}, t("latitude"), latitude), make("label", {}, t("longitude"), longitude),
      make("button", { type: "submit", class: "primary" }, t("place.send")));
    const numbers = make("details", {}, make("summary", {}, t("place.numbers")), form);
    const dialog = box(t("place"), [button(`📍 ${t("place.here")}`, navigator.geolocation ? here : unknown, "primary"), numbers]);
  }

  sendCard() {
    const phone = make("input", { type: "tel", value: this.who().phone, pattern: "\\+?[0-9 \\(\\)\\-]{3,20}", required: true, "aria-label": t("card.phone") });
    const send = (event) => {
      event.preventDefault();
      dialog.close();
      this.send("/contact", { phone: phone.value }, { kind: "contact", text: phone.value });
    };
    const form = make("form", { class: "fields", onsubmit: send }, make("label", {}, t("card.phone"), phone), make("button", { type: "submit", class: "primary" }, t("card.send")));
    const dialog = box(t("card"), [form]);
  }
}
