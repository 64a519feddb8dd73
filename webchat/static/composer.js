// The lower part of a chat: text, the bot's menu, the "+" panel.

import { get, post } from "./api.js";
import { $, button, make } from "./dom.js";
import { box, failed, toast } from "./overlay.js";

const base64 = (file) => new Promise((done, wrong) => {
  const reader = new FileReader();
  reader.onload = () => done(reader.result.split(",")[1]);
  reader.onerror = () => wrong(new Error("读不了这个文件"));
  reader.readAsDataURL(file);
});

export class Composer {
  // `where()` tells {person, chat}; `act(promise)` waits and shows what went wrong.
  constructor(where, act) {
    this.where = where;
    this.act = act;
    this.quoted = null;
    this.editing = null;
    this.folded = new Set();
    const text = $("text");
    $("composer").addEventListener("submit", (event) => { event.preventDefault(); this.submit(); });
    text.addEventListener("input", () => this.resize());
    text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); this.submit(); }
    });
    text.addEventListener("focus", () => this.showPanel(false));
    $("plus").addEventListener("click", () => this.showPanel($("panel").hidden));
    $("menu-toggle").addEventListener("click", () => this.toggleMenu());
    $("album").addEventListener("change", ({ target }) => this.sendPictures(target));
    $("file").addEventListener("change", ({ target }) => this.sendFile(target));
    this.fillPanel();
  }

  resize() {
    const text = $("text");
    text.style.height = "auto";
    text.style.height = `${Math.min(text.scrollHeight, 140)}px`;
    $("send").hidden = !text.value.trim();
    $("plus").hidden = !$("send").hidden;
  }

  async submit() {
    const text = $("text").value.trim();
    if (!text) return;
    const body = { ...this.where(), text };
    const sending = this.editing
      ? post("/edit", { ...body, message: this.editing })
      : post("/say", { ...body, ...(this.quoted ? { reply_to: this.quoted } : {}) });
    if (await this.act(sending)) this.clear();
  }

  clear() {
    $("text").value = "";
    this.quoted = this.editing = null;
    $("quote").hidden = true;
    this.resize();
  }

  reply(message) {
    this.editing = null;
    this.quoted = message.id;
    this.showQuote(`回复 ${message.from.name}：${message.text || "[消息]"}`);
  }

  edit(message) {
    this.quoted = null;
    this.editing = message.id;
    $("text").value = message.text;
    this.showQuote("修改这条消息");
    this.resize();
  }

  showQuote(text) {
    const cancel = button("✕", () => this.clear(), "icon-button");
    cancel.setAttribute("aria-label", "取消");
    $("quote").replaceChildren(make("span", {}, text), cancel);
    $("quote").hidden = false;
    $("text").focus();
  }

  // The bot's keyboard, or its commands where it has shown none.
  update(chat) {
    this.chat = chat;
    $("text").placeholder = chat.placeholder || "说点什么";
    const rows = chat.keyboard.map((row) => make("div", { class: "keyboard-row" }, ...row.map((label) => button(label, () => this.key(label), "keyboard-key"))));
    const commands = chat.bots.flatMap((bot) => bot.commands).map(({ command, description }) =>
      button(`/${command}　${description}`, () => this.say(`/${command}`), "command"));
    $("keyboard").replaceChildren(...(rows.length ? rows : [make("div", { class: "commands" }, ...commands)]));
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

  async key(label) {
    const pressed = await this.act(post("/press", { ...this.where(), label }));
    if (pressed && this.chat.one_time) { this.folded.add(this.chat.id); this.unfolded = false; this.showMenu(); }
  }

  say(text) {
    if (!this.chat.keyboard.length) { this.folded.delete(`commands ${this.chat.id}`); this.unfolded = false; this.showMenu(); }
    return this.act(post("/say", { ...this.where(), text }));
  }

  fillPanel() {
    const tools = [
      ["🖼️", "相册", () => $("album").click()], ["📷", "拍摄", () => this.takePhoto()],
      ["📍", "位置", () => this.sendPlace()], ["🎤", "语音", () => this.send("/voice", { seconds: 3 })],
      ["👤", "名片", () => this.sendCard()], ["📄", "文件", () => $("file").click()],
    ];
    $("panel").replaceChildren(...tools.map(([symbol, name, action]) =>
      make("button", { type: "button", class: "tool", onclick: action }, make("span", { "aria-hidden": "true" }, symbol), name)));
  }

  async send(path, body) {
    const quote = this.quoted ? { reply_to: this.quoted } : {};
    if (await this.act(post(path, { ...this.where(), ...quote, ...body }))) { this.showPanel(false); this.clear(); }
  }

  async sendPictures(input) {
    for (const file of input.files) await this.send("/photo", { data: await base64(file).catch(failed) });
    input.value = "";
  }

  async sendFile(input) {
    const [file] = input.files;
    if (file && file.size > 50 * 1024 * 1024) toast("文件太大，最多 50 MB");
    else if (file) await this.send("/document", { name: file.name, mime: file.type, data: await base64(file).catch(failed) });
    input.value = "";
  }

  async takePhoto() {
    const { samples } = await get("/samples");
    const choose = (name) => { dialog.close(); this.send("/photo", { sample: name, caption: words.value.trim() }); };
    const words = make("input", { type: "text", maxlength: 1024, placeholder: "配一句话（可不写）", "aria-label": "配一句话" });
    const shots = samples.map(({ name, url }) => make("button", { type: "button", class: "shot", onclick: () => choose(name) }, make("img", { src: url, alt: "" }), name));
    const dialog = box("拍一张", make("p", { class: "hint" }, "点一张照片就发出去。"), words, make("div", { class: "shots" }, ...shots));
  }

  sendPlace() {
    const field = (name, value) => make("input", { type: "number", step: "any", required: true, value, "aria-label": name });
    const latitude = field("纬度", 26.0745);
    const longitude = field("经度", 119.2965);
    const send = (event) => {
      event.preventDefault();
      dialog.close();
      this.send("/location", { latitude: Number(latitude.value), longitude: Number(longitude.value) });
    };
    const form = make("form", { class: "fields", onsubmit: send }, make("label", {}, "纬度", latitude), make("label", {}, "经度", longitude), make("button", { type: "submit", class: "primary" }, "发送位置"));
    const dialog = box("发送位置", form);
  }

  sendCard() {
    const phone = make("input", { type: "tel", value: "13800000000", required: true, "aria-label": "电话" });
    const send = (event) => { event.preventDefault(); dialog.close(); this.send("/contact", { phone: phone.value }); };
    const form = make("form", { class: "fields", onsubmit: send }, make("label", {}, "我的电话", phone), make("button", { type: "submit", class: "primary" }, "发送名片"));
    const dialog = box("发送我的名片", form);
  }
}
