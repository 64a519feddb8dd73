// What was said and has not arrived yet: kept in the browser, sent in order, again when the connection is back.

import { Unreachable, post } from "./api.js";

const PREFIX = "webchat.out.";
const mark = () => `${Date.now().toString(36)}-${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;

export class Outbox {
  // `changed()` is called whenever an entry comes, changes or goes.
  constructor(changed) {
    this.changed = changed;
    this.entries = [];
    this.busy = null;
    for (const key of Object.keys(localStorage).filter((one) => one.startsWith(PREFIX))) {
      try {
        this.entries.push({ ...JSON.parse(localStorage.getItem(key)), state: "waiting" });
      } catch {
        localStorage.removeItem(key);
      }
    }
    this.entries.sort((one, other) => one.at - other.at);
  }

  of({ person, chat }) {
    return this.entries.filter((entry) => entry.person === person && entry.chat === chat);
  }

  add({ person, chat }, path, body, shown) {
    const entry = { person, chat, path, body, shown, once: mark(), at: Date.now(), state: "waiting" };
    this.entries.push(entry);
    this.keep(entry);
    this.changed();
    return this.flush(person);
  }

  keep(entry) {
    try {
      localStorage.setItem(PREFIX + entry.once, JSON.stringify({ ...entry, shown: { ...entry.shown, url: "" } }));
    } catch {
      // too large for the browser's store: it is kept for as long as this page is open
    }
  }

  drop(entry) {
    this.entries = this.entries.filter((one) => one !== entry);
    localStorage.removeItem(PREFIX + entry.once);
    this.changed();
  }

  again(entry) {
    entry.state = "waiting";
    this.changed();
    return this.flush(entry.person);
  }

  // One at a time and in order; who asks meanwhile waits for one more round.
  flush(person) {
    const before = this.busy;
    const round = (async () => {
      await before;
      for (const entry of this.entries.filter((one) => one.person === person && one.state === "waiting")) {
        if (!await this.send(entry)) break;
      }
    })();
    this.busy = round;
    return round;
  }

  async send(entry) {
    entry.state = "sending";
    this.changed();
    let answer;
    try {
      answer = await post(entry.path, { ...entry.body, person: entry.person, chat: entry.chat, once: entry.once });
    } catch (error) {
      const lost = error instanceof Unreachable;
      entry.state = lost ? "waiting" : "refused";
      entry.code = lost ? "" : error.code;
      this.changed();
      return !lost;
    }
    entry.state = "sent"; // shown until the chat itself shows it
    localStorage.removeItem(PREFIX + entry.once);
    if (answer.deleted) this.drop(entry); // it was sent before, and taken away meanwhile
    else this.changed();
    return true;
  }

  // The chat shows these now: none of them is sent at a later visit, whatever became of the answer.
  arrived(marks) {
    for (const entry of this.entries.filter((one) => marks.has(one.once))) localStorage.removeItem(PREFIX + entry.once);
    this.entries = this.entries.filter((entry) => !marks.has(entry.once));
  }
}
