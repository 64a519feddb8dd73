// What lies over the page for a moment: toasts, alerts, sheets, the picture viewer.

import { Unreachable } from "./api.js";
import { $, button, make } from "./dom.js";
import { refusal, t } from "./words.js";

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
  const dialog = open("alert", t("notice"), make("p", {}, text), button(t("understood"), () => dialog.close(), "primary"));
}

export function sheet(label, items, above = null) {
  const rows = items.map(([text, action]) => button(text, () => { dialog.close(); action(); }, "sheet-row"));
  const dialog = open("sheet", label, above, ...rows, button(t("cancel"), () => dialog.close(), "sheet-row cancel"));
  return dialog;
}

export function box(label, ...children) {
  return open("sheet wide", label, make("h2", {}, label), ...children);
}

export function viewer(url, name) {
  const picture = make("img", { src: url, alt: name || t("kind.photo") });
  const dialog = open("viewer", t("look"), picture, button(t("close"), () => dialog.close(), "viewer-close"));
  picture.addEventListener("click", () => dialog.close());
}

// What went wrong, for whoever pressed: nobody answered, or why it was refused.
export function failed(error) {
  toast(error instanceof Unreachable ? t("unreachable") : refusal(error.code));
}
