// The list of somebody's chats: last lines, unread counts, "somebody mentioned me", drafts.

import { $, avatar, make } from "./dom.js";
import { draft } from "./drafts.js";
import { label } from "./time.js";
import { happened, line, t } from "./words.js";

export const count = (number) => (number > 99 ? "99+" : String(number));

function last(one, me) {
  const begun = draft({ person: me.id, chat: one.id });
  if (begun) return [make("em", {}, `${t("draft")} `), begun];
  const mark = one.mentioned ? make("em", {}, `${t("mentioned")} `) : null;
  if (!one.last) return [mark];
  if (one.last.service) return [mark, happened(one.last.service)];
  return [mark, one.last.name ? `${one.last.name}: ` : "", line(one.last)];
}

export function drawList(list, { me, chat, open }) {
  const rows = list.map((one) => {
    const badge = one.unread ? make("span", { class: "badge", "aria-hidden": "true" }, count(one.unread)) : null;
    const heard = one.unread ? make("span", { class: "unseen" }, t("unread", { count: count(one.unread) })) : null;
    const face = make("span", { class: "face" }, avatar(one.title, { bot: one.kind === "private" }), badge);
    const text = make("span", { class: "row-text" }, make("b", {}, one.title), make("small", { class: "row-last" }, ...last(one, me)));
    const row = make("button", { type: "button", class: "row", onclick: () => open(one.id) }, face, text, heard, make("time", {}, one.date ? label(one.date, { short: true }) : ""));
    if (chat && one.id === chat.id) row.setAttribute("aria-current", "true");
    return row;
  });
  $("chats").replaceChildren(...rows);
  const unread = list.reduce((sum, one) => sum + (chat && one.id === chat.id ? 0 : one.unread), 0);
  $("back").textContent = unread ? `‹ ${count(unread)}` : "‹";
}
