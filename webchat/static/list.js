// The list of somebody's chats: last lines, unread counts, "somebody mentioned me", drafts.

import { $, avatar, make } from "./dom.js";
import { draft } from "./drafts.js";
import { label } from "./time.js";
import { happened, line, t } from "./words.js";

const count = (number) => (number > 99 ? "99+" : String(number));

const drawn = new Map(); // chat id -> { row, said, held }: a row is drawn again only when it says something else

function last(one, begun) {
  if (begun) return [make("em", {}, `${t("draft")} `), begun];
  const mark = one.mentioned ? make("em", {}, `${t("mentioned")} `) : null;
  if (!one.last) return [mark];
  if (one.last.service) return [mark, happened(one.last.service)];
  return [mark, one.last.name ? `${one.last.name}: ` : "", line(one.last)];
}

function draw(one, { begun, date, unread, open }) {
  const badge = one.unread ? make("span", { class: "badge", "aria-hidden": "true" }, count(one.unread)) : null;
  const heard = one.unread ? make("span", { class: "unseen" }, unread) : null;
  const face = make("span", { class: "face" }, avatar(one.title, { bot: one.kind === "private" }), badge);
  const text = make("span", { class: "row-text" }, make("b", {}, one.title), make("small", {}, ...last(one, begun)));
  return make("button", { type: "button", class: "row", onclick: () => open(one.id) }, face, text, heard, make("time", {}, date));
}

function rowOf(one, { me, open }) {
  const begun = draft({ person: me.id, chat: one.id });
  const date = one.date ? label(one.date, { short: true }) : "";
  const unread = t("unread", { count: count(one.unread) });
  const said = JSON.stringify([me.id, one, begun, date, unread]);
  const before = drawn.get(one.id);
  if (before?.said === said) return before.row;
  const row = draw(one, { begun, date, unread, open });
  drawn.set(one.id, { row, said, held: before?.row === document.activeElement });
  return row;
}

// Puts rows in order and touches only those that moved.
function place(rows) {
  const wanted = new Set(rows);
  const box = $("chats");
  for (const row of [...box.children]) if (!wanted.has(row)) row.remove();
  rows.forEach((row, index) => { if (box.children[index] !== row) box.insertBefore(row, box.children[index] || null); });
}

export function drawList(list, { me, chat, open }) {
  const rows = list.map((one) => rowOf(one, { me, open }));
  for (const [index, row] of rows.entries()) {
    if (chat && list[index].id === chat.id) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
  const held = list.find((one) => drawn.get(one.id).held);
  place(rows);
  if (held) { drawn.get(held.id).held = false; drawn.get(held.id).row.focus({ preventScroll: true }); } // drawn anew in somebody's hands
  const unread = list.reduce((sum, one) => sum + (chat && one.id === chat.id ? 0 : one.unread), 0);
  $("back").textContent = unread ? `‹ ${count(unread)}` : "‹";
}
