/** The panel below the text: the sentences of one passage to highlight, and a note. */

import { find } from "../../parts/frontend/dom.js";
import type { Passage } from "./report.js";
import { sentencesOf } from "./sections.js";

export class NotesPanel {
  /** The passage that it is open for; "" while it is closed. */
  passage = "";

  constructor(private readonly element: HTMLElement) {}

  open(
    { id, number }: Passage,
    section: HTMLElement,
    note: string,
    choose: (sentence: number) => void,
  ): void {
    this.passage = id;
    find(this.element, ".panel-title").textContent = `Passage ${number}`;
    const buttons = sentencesOf(section).map((sentence, at) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = sentence.textContent;
      button.dir = "auto";
      button.onclick = () => choose(at);
      return button;
    });
    find(this.element, ".sentences").replaceChildren(...buttons);
    this.field.value = note;
    this.element.hidden = false;
    (buttons[0] ?? this.field).focus();
  }

  close(): void {
    this.passage = "";
    this.element.hidden = true;
  }

  /** What is written, without the spaces around it. */
  get note(): string {
    return this.field.value.trim();
  }

  /** Show which sentences are highlighted. */
  show(chosen: readonly number[]): void {
    find(this.element, ".sentences")
      .querySelectorAll("button")
      .forEach((button, at) => button.setAttribute("aria-pressed", String(chosen.includes(at))));
  }

  private get field(): HTMLTextAreaElement {
    return find(this.element, "textarea") as HTMLTextAreaElement;
  }
}
