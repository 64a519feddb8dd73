// The messages of the open chat: what is drawn, where one looks, what is new.

import { get } from "./api.js";
import { bubble, unsent } from "./bubbles.js";
import { $, button, make } from "./dom.js";
import { failed, toast } from "./overlay.js";
import { personOf } from "./people.js";
import { label } from "./time.js";
import { t } from "./words.js";

const GAP = 5 * 60_000; // a time mark stands where nothing was said for this long
const ANSWER = 15_000; // milliseconds
const PAGE = 300; // messages fetched at once

const atBottom = () => { const box = $("messages"); return box.scrollHeight - box.scrollTop - box.clientHeight < 120; };

// The bot's keyboard or a picture changes the room there is: whoever looked at the end still does.
let resized = () => {};
new ResizeObserver(() => resized()).observe($("messages"));

export class Talk {
  constructor(me, id, actions, outbox) {
    this.me = me;
    this.chat = { id };
    this.actions = actions;
    this.outbox = outbox;
    this.messages = new Map();
    this.drawn = new Map(); // message id -> {version, element}
    this.version = 0;
    this.more = false; // whether there are older ones to fetch
    this.firstNew = 0; // the first message that was unread when the chat was opened
    this.unseen = 0; // that came while one looked further up
    this.stuck = true; // one looks at the end, and goes on doing so
    this.top = NaN; // where the beginning of a long last message is, if one looks at that
    this.asked = 0; // until when an answer to one's own press is waited for, and gone to
    $("messages").replaceChildren();
    $("messages").onscroll = () => this.looked();
    this.height = $("messages").clientHeight;
    resized = () => { this.height = $("messages").clientHeight; if (this.stuck) this.toEnd(); };
    $("to-end").onclick = () => this.toEnd();
    $("to-new").onclick = () => { $("to-new").hidden = true; $("first-new")?.scrollIntoView({ block: "start" }); };
    $("to-new").hidden = $("to-end").hidden = true;
  }

  get where() {
    return { person: this.me.id, chat: this.chat.id };
  }

  // Fetch what is new or changed; whether this is still another chat than before is for the caller to know.
  async refresh(stillOpen) {
    const query = { ...this.where, since: this.version, limit: PAGE, read: document.hidden ? "0" : "1" };
    const fresh = await get("/messages", query);
    if (!stillOpen()) return;
    if (fresh.version < this.version) { // another server, or an emptied one
      this.messages.clear();
      this.drawn.clear();
      this.version = 0;
      await this.refresh(stillOpen);
      return;
    }
    const first = this.version === 0;
    const known = Math.max(0, ...this.messages.keys());
    const answered = this.asked > Date.now() && fresh.messages.some((one) => one.id > known && !one.deleted);
    const stick = first || this.stuck || answered;
    if (answered) this.asked = 0;
    this.chat = fresh;
    this.version = fresh.version;
    for (const message of fresh.messages) {
      if (message.deleted) { this.messages.delete(message.id); this.drawn.delete(message.id); }
      else this.messages.set(message.id, message);
    }
    if (first) this.opened(fresh);
    else if (!stick) this.unseen += fresh.messages.filter((one) => one.id > known && !one.deleted && one.from.id !== this.me.id).length;
    this.draw();
    if (first && this.firstNew) this.showNew();
    else if (stick) this.toEnd();
    this.looked();
  }

  opened(fresh) {
    this.more = fresh.messages.length === PAGE;
    const unread = fresh.messages.filter((one) => one.id > fresh.read && one.from.id !== this.me.id && !one.service);
    this.firstNew = unread.length > 3 ? unread[0].id : 0;
    this.newCount = unread.length;
  }

  // One opens a chat at its end, and may go up to where the unread begin.
  showNew() {
    this.toEnd();
    const mark = $("first-new");
    if (!mark || mark.getBoundingClientRect().top >= $("messages").getBoundingClientRect().top) return;
    $("to-new").textContent = `↑ ${t("new.count", { count: this.newCount })}`;
    $("to-new").hidden = false;
  }

  looked() {
    if ($("messages").clientHeight !== this.height) return; // less room, not somebody who scrolled
    this.stuck = atBottom() || Math.abs($("messages").scrollTop - this.top) < 2;
    if (this.stuck) this.unseen = 0;
    $("to-end").hidden = this.unseen === 0;
    $("to-end").textContent = `↓ ${t("new.count", { count: this.unseen })}`;
    const mark = $("first-new");
    if (mark && mark.getBoundingClientRect().top >= $("messages").getBoundingClientRect().top) $("to-new").hidden = true;
  }

  // To the end; of a last message that is longer than the screen, to its beginning.
  toEnd() {
    this.unseen = 0;
    this.stuck = true;
    $("to-end").hidden = true;
    const box = $("messages");
    const last = box.lastElementChild;
    const long = last?.classList.contains("theirs") && last.offsetHeight > box.clientHeight;
    box.scrollTop = long ? box.scrollTop + last.getBoundingClientRect().top - box.getBoundingClientRect().top : box.scrollHeight;
    this.top = long ? box.scrollTop : NaN;
  }

  // What comes within the next seconds answers one's own press.
  expectAnswer() {
    this.asked = Date.now() + ANSWER;
  }

  async older() {
    const oldest = Math.min(...this.messages.keys());
    const { messages } = await get("/messages", { ...this.where, before: oldest, limit: PAGE });
    const box = $("messages");
    const below = box.scrollHeight - box.scrollTop;
    for (const message of messages) this.messages.set(message.id, message);
    this.more = messages.length === PAGE;
    this.draw();
    box.scrollTop = box.scrollHeight - below;
  }

  jump(id) {
    const element = $(`m${id}`);
    if (!element) return toast(t("jump.gone"));
    element.scrollIntoView({ block: "center" });
    element.classList.add("flash");
    setTimeout(() => element.classList.remove("flash"), 1500);
    return undefined;
  }

  // Messages are drawn once for each of their versions; a new language draws all anew.
  draw({ anew = false } = {}) {
    if (anew) this.drawn.clear();
    const nodes = this.more ? [button(t("older"), () => this.older().catch(failed), "older")] : [];
    let last = 0;
    for (const message of [...this.messages.values()].sort((one, other) => one.id - other.id)) {
      if (message.id === this.firstNew) nodes.push(make("p", { class: "mark new", id: "first-new" }, t("new.below")));
      const moment = +new Date(message.date);
      if (moment - last > GAP) nodes.push(make("p", { class: "mark" }, label(message.date)));
      last = moment;
      nodes.push(this.element(message));
    }
    this.outbox.arrived(new Set([...this.messages.values()].map((message) => message.once)));
    for (const entry of this.outbox.of(this.where)) nodes.push(unsent(entry, this.me, this.actions));
    this.put(nodes);
  }

  // What stands already stays where it is: a finger or the keyboard may be on it.
  put(nodes) {
    const box = $("messages");
    const wanted = new Set(nodes);
    for (const one of [...box.children]) if (!wanted.has(one)) one.remove();
    nodes.forEach((node, at) => {
      if (box.children[at] !== node) box.insertBefore(node, box.children[at] || null);
    });
  }

  element(message) {
    const held = this.drawn.get(message.id);
    if (held?.version === message.version) return held.element;
    const style = {
      mine: message.from.id === this.me.id, group: this.chat.kind !== "private", symbol: personOf(message.from.id)?.avatar,
    };
    const element = bubble(message, style, this.actions);
    this.drawn.set(message.id, { version: message.version, element });
    return element;
  }
}
