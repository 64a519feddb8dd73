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
  let touched = false; // since it is open: the end of a touch that opened it is meant for nothing in it
  dialog.addEventListener("pointerdown", () => { touched = true; });
  dialog.addEventListener("click", (event) => {
    if (touched || !event.detail) return; // keys and scripts have no detail
    event.preventDefault();
    event.stopPropagation();
  }, true);
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

// `close`: the word on the key at its foot, which is always to be seen.
export function box(label, children, { close = "cancel" } = {}) {
  const dialog = open("sheet wide", label, make("h2", {}, label), ...children,
    close ? button(t(close), () => dialog.close(), "sheet-row cancel") : null);
  return dialog;
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
