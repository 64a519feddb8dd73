// The guided tour: a story is a list of steps, each one person's; the button to press is marked on their phone.

import { button, make } from "./dom.js";
import { box } from "./overlay.js";
import { language, t } from "./words.js";

const said = (texts) => texts[language()] || texts["zh-CN"] || "";

export function chooseStory(stories, chosen) {
  const rows = stories.map((story) => button(said(story.title), () => { dialog.close(); chosen(story); }, "sheet-row"));
  const hint = make("p", { class: "hint" }, t(stories.length ? "tour.hint" : "refused.no_demo"));
  const dialog = box(t("tour"), [hint, ...rows], { close: "close" });
}

// `phoneOf(person)` gives the frame that shows somebody, and brings it to the front.
export class Guide {
  constructor({ box: place, phoneOf, nameOf, ended, beginAnew }) {
    Object.assign(this, { place, phoneOf, nameOf, ended, beginAnew });
    this.story = null;
    this.at = 0;
  }

  get running() { return this.story !== null; }

  get step() { return this.story.steps[this.at]; }

  needs(person) {
    return this.running && this.story.steps.slice(this.at).some((step) => step.person === person);
  }

  begin(story) {
    this.stop();
    this.story = story;
    this.at = 0;
    this.show();
  }

  stop() {
    if (this.frame) this.tell({ point: null });
    this.story = this.frame = null;
    this.place.hidden = true;
    this.ended();
  }

  next() {
    this.at += 1;
    if (this.at < this.story.steps.length) return this.show();
    this.stop();
    this.place.replaceChildren(make("span", { class: "guide-do" }, t("tour.done")), button(t("close"), () => { this.place.hidden = true; }));
    this.place.hidden = false;
    return undefined;
  }

  show() {
    const { step } = this;
    if (this.frame) this.tell({ point: null });
    this.frame = this.phoneOf(step.person);
    this.filled = false;
    this.tell({ report: true });
    this.place.replaceChildren(
      make("span", { class: "guide-step" }, t("tour.step", { step: this.at + 1, steps: this.story.steps.length })),
      make("span", { class: "guide-do" }, t("tour.who", { name: this.nameOf(step.person) }), said(step.do)),
      button(t(this.at + 1 < this.story.steps.length ? "tour.next" : "tour.end"), () => this.next(), "primary"),
      button(t("tour.stop"), () => this.stop()));
    this.place.hidden = false;
  }

  tell(what) {
    this.frame.contentWindow?.postMessage(what, location.origin);
  }

  // A phone tells whose it is and which chat it shows; it may not have been there when it was asked.
  drawn(frame, person, chat) {
    if (!this.running || frame !== this.frame || person !== this.step.person) return;
    const { step } = this;
    const wanted = step.chat || step.person;
    if (!this.filled && chat !== wanted) {
      this.tell({ visit: wanted });
      return;
    }
    this.tell({ point: step.press || null, on: step.on, caption: step.caption });
    if (!this.filled && step.write) this.tell({ fill: step.write });
    this.filled = true;
  }

  // What was pressed did not do what it says: one stays at this step, and may begin anew.
  refused(person, label) {
    if (!this.running || this.step.person !== person || this.step.press !== label) return;
    this.place.querySelector(".guide-refused")?.remove();
    this.place.append(make("span", { class: "guide-refused", role: "alert" }, t("tour.refused"), button(t("reset"), () => this.beginAnew())));
  }

  pressed(person, label) {
    if (this.running && this.step.person === person && this.step.press === label) this.next();
  }
}
