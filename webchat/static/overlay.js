// What lies over the page for a moment: toasts, alerts, sheets, the picture viewer.

import { $, button, make } from "./dom.js";

export function toast(text) {
  const note = make("div", { class: "toast" }, text);
  $("toasts").append(note);
  setTimeout(() => note.remove(), 2800);
}

function open(className, label, ...children) {
  const dialog = make("dialog", { class: className, "aria-label": label }, ...children);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

export function alertBox(text) {
  const dialog = open("alert", "提示", make("p", {}, text), button("知道了", () => dialog.close(), "primary"));
}

export function sheet(label, items) {
  const rows = items.map(([text, action]) => button(text, () => { dialog.close(); action(); }, "sheet-row"));
  const dialog = open("sheet", label, ...rows, button("取消", () => dialog.close(), "sheet-row cancel"));
  return dialog;
}

export function box(label, ...children) {
  return open("sheet wide", label, make("h2", {}, label), ...children);
}

export function viewer(url, name) {
  const picture = make("img", { src: url, alt: name });
  const dialog = open("viewer", "看图", picture);
  picture.addEventListener("click", () => dialog.close());
}

export function failed(error) {
  toast(error.message || "没有办成，请再试一次");
}
