// Trouble on demand: what goes wrong for the bot, in which chat, how often; and who blocks it.

import { drop, get, post } from "./api.js";
import { button, make } from "./dom.js";
import { box, failed } from "./overlay.js";
import { t } from "./words.js";

const KINDS = ["down", "429", "500", "timeout_before", "timeout_after", "cut", "latency", "reset"];
const METHODS = ["", "getUpdates", "sendMessage", "editMessageText", "answerCallbackQuery", "sendPhoto", "download"];

const select = (name, options) => make("select", { "aria-label": t(name) }, ...options.map(([value, label]) => make("option", { value }, label)));

export async function faultsPanel() {
  const { people } = await get("/people");
  const groups = await allGroups(people);
  const names = new Map([...people.map((one) => [String(one.id), one.name]), ...groups.map(([id, title]) => [String(id), title])]);
  const list = make("div", { role: "status" });
  const kind = select("faults.kind", KINDS.map((one) => [one, t(`fault.${one}`)]));
  const chat = select("faults.chat", [["", t("faults.all")], ...names]);
  const method = select("faults.method", METHODS.map((one) => [one, one || t("faults.any")]));
  const times = make("input", { type: "number", min: 1, max: 1000, value: 3, "aria-label": t("faults.times") });
  const seconds = make("input", { type: "number", min: 0, max: 600, value: 5, "aria-label": t("faults.seconds") });
  const draw = ({ faults }) => list.replaceChildren(...(faults.length ? faults.map((one) => row(one, names, again)) : [make("p", { class: "hint" }, t("faults.none"))]));
  const again = () => get("/faults").then(draw).catch(failed);
  const add = (event) => {
    event.preventDefault();
    const where = { ...(chat.value ? { chat: Number(chat.value) } : {}), ...(method.value ? { method: method.value } : {}) };
    const much = { times: Number(times.value), seconds: Number(seconds.value), retry_after: Math.max(1, Number(seconds.value)) };
    post("/faults", { kind: kind.value, ...where, ...(kind.value === "down" ? {} : much) }).then(again).catch(failed);
  };
  const form = make("form", { class: "fields", onsubmit: add },
    make("label", {}, t("faults.kind"), kind), make("label", {}, t("faults.chat"), chat), make("label", {}, t("faults.method"), method),
    make("label", {}, t("faults.times"), times), make("label", {}, t("faults.seconds"), seconds),
    make("button", { type: "submit", class: "primary" }, t("faults.add")));
  const clear = button(t("faults.clear"), () => drop("/faults").then(again).catch(failed), "sheet-row");
  box(t("faults"), [make("p", { class: "hint" }, t("about.faults")), list, clear, form,
    make("h3", {}, t("faults.people")), blocks(people), make("h3", {}, t("faults.groups")), standing(groups)], { close: "close" });
  await again();
}

function row(one, names, again) {
  const left = one.times === 0 ? "" : ` · ${t("faults.left", { times: one.times })}`;
  const much = one.kind === "429" ? one.retry_after : one.seconds;
  const where = [names.get(one.chat) || one.chat, one.method, much ? t("faults.lasting", { seconds: much }) : ""].filter(Boolean).join(" · ");
  return make("div", { class: "fault" }, make("span", {}, `${t(`fault.${one.kind}`)}${left}`, where ? make("small", {}, ` ${where}`) : null),
    button(t("faults.remove"), () => drop(`/faults/${one.id}`).then(again).catch(failed)));
}

function blocks(people) {
  const who = select("faults.people", people.map((one) => [one.id, one.name]));
  const set = (blocked) => post("/block", { person: Number(who.value), blocked }).catch(failed);
  return make("div", { class: "fault" }, who, button(t("faults.block"), () => set(true)), button(t("faults.unblock"), () => set(false)));
}

async function allGroups(people) {
  const seen = new Map();
  for (const { chats } of await Promise.all(people.slice(0, 20).map((one) => get("/chats", { person: one.id })))) {
    for (const chat of chats) if (chat.kind !== "private") seen.set(chat.id, chat.title);
  }
  return [...seen];
}

function standing(groups) {
  const which = select("faults.groups", groups);
  const does = (what, body = {}) => () => post(`/groups/${which.value}/${what}`, body).catch(failed);
  return make("div", { class: "fault" }, which, button(t("faults.kick"), does("kick-bot")), button(t("faults.readd"), does("add-bot")), button(t("faults.migrate"), does("migrate")));
}
