/**
 * The text being read: shows passages in one column and reports, with times, how much of each
 * stood in the reading band, the part of the view that is not dimmed.
 *
 * The page runs text_view.js, which `npm run build` in clients/typescript makes of this file and those beside it.
 */

import { roomAroundBand } from "../../../clients/typescript/src/visibility.js";
import { ReadingWatch } from "../../../clients/typescript/src/watch.js";
import { find, isTaken, isTyped, kept } from "../../parts/frontend/dom.js";
import { ReportQueue } from "../../parts/frontend/report_queue.js";
import { showMarks } from "./marks.js";
import { NotesPanel } from "./notes_panel.js";
import { goTo, mostSeen, showProgress } from "./place.js";
import type { Data, Item, Report } from "./report.js";
import { section, selectedIn } from "./sections.js";

const SEND_EVERY_MS = 2000;

/** What Streamlit hands to a component, as far as it is used. */
export interface Component {
  parentElement: ParentNode;
  data: Data;
  setStateValue: (name: "report", report: Report) => void;
}

type Action =
  | "next"
  | "previous"
  | "on"
  | "back"
  | "mark"
  | "lost"
  | "note"
  | "save"
  | "close"
  | "finish"
  | "focus";

const KEYS: Readonly<Record<string, Action>> = {
  j: "next",
  ArrowRight: "next",
  k: "previous",
  ArrowLeft: "previous",
  m: "mark",
  l: "lost",
  h: "note",
  f: "focus",
};
/** Keys that move the focused line. */
const LINES: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };
/** Of the letters' size, as in text_view.css. */
const LINE_HEIGHT = 1.65;

export default kept((component: Component) => new TextView(component));

class TextView {
  private readonly root: HTMLElement;
  private readonly scroller: HTMLElement;
  private readonly article: HTMLElement;
  private readonly panel: NotesPanel;
  private readonly queue = new ReportQueue<Item>();
  private readonly watch: ReadingWatch;
  private data: Data;
  private setStateValue: Component["setStateValue"];
  private sections = new Map<string, HTMLElement>();
  private shown = "";
  private running: AbortController | null = null;

  constructor({ parentElement, data, setStateValue }: Component) {
    this.data = data;
    this.setStateValue = setStateValue;
    this.root = find(parentElement, ".reader");
    this.scroller = find(this.root, ".scroller");
    this.article = find(this.root, "article");
    this.panel = new NotesPanel(find(this.root, ".panel"));
    this.watch = new ReadingWatch({
      passages: () => this.sections,
      scroller: this.scroller,
      onStretch: ({ start, end, shares, onScreen, line }) => {
        this.queue.add({
          kind: "view",
          start: start / 1000,
          end: end / 1000,
          shares: Object.fromEntries(shares),
          on_screen: Object.fromEntries(onScreen),
          lines: line === null ? {} : { [line.passage]: line.at },
        });
      },
      focus: () => this.focusedLine(),
      onChange: (shares) => this.showPlace(shares),
    });
    for (const button of this.root.querySelectorAll<HTMLButtonElement>("button[data-act]"))
      button.onclick = () => this.act(button.dataset["act"] as Action);
  }

  update({ data, setStateValue }: Component): void {
    this.setStateValue = setStateValue;
    this.data = data;
    const { size, width, theme } = data.look;
    this.root.style.setProperty("--size", `${size}px`);
    this.root.style.setProperty("--measure", `${width}em`);
    this.root.dataset["theme"] = theme;
    this.queue.forget(data.acked);
    if (this.running === null) this.open();
    const key = `${data.text_key}/${data.part}/${data.jump}`;
    if (this.shown !== key) {
      this.shown = key;
      this.fill();
    }
    this.showMarks();
    this.watch.look();
  }

  private open(): void {
    this.running = new AbortController();
    const { signal } = this.running;
    document.addEventListener("keydown", (event) => this.key(event), { signal });
    const leave = () => {
      if (document.visibilityState === "hidden") this.send();
    };
    document.addEventListener("visibilitychange", leave, { signal });
    const place = () => this.showPlace(this.watch.current);
    this.scroller.addEventListener("scroll", place, { passive: true, signal });
    const sending = setInterval(() => this.send(), SEND_EVERY_MS);
    const resizing = new ResizeObserver(() => this.makeRoom());
    resizing.observe(this.scroller);
    signal.addEventListener("abort", () => {
      clearInterval(sending);
      resizing.disconnect();
    });
    this.watch.start();
  }

  close(): void {
    this.watch.stop();
    this.running?.abort();
    this.running = null;
  }

  // The text. Everything goes in as text, never as markup.

  private fill(): void {
    const { part, parts, passages, start } = this.data;
    this.sections = new Map(passages.map((passage) => [passage.id, section(passage)]));
    this.article.lang = this.data.language;
    this.article.replaceChildren(...this.sections.values());
    find(this.root, "[data-act=back]").hidden = part === 0;
    find(this.root, "[data-act=on]").hidden = part === parts - 1;
    find(this.root, ".end").hidden = part !== parts - 1;
    this.makeRoom();
    this.scroller.scrollTop = 0;
    const first = start === null ? undefined : this.sections.get(start);
    if (first) goTo(this.scroller, first, "instant");
  }

  /** Let the first and the last passage be scrolled into the band. */
  private makeRoom(): void {
    const { above, below } = roomAroundBand(this.scroller.clientHeight);
    this.article.style.paddingTop = `${Math.ceil(above)}px`;
    this.article.style.paddingBottom = `${Math.ceil(below)}px`;
    this.watch.look();
  }

  private showMarks(): void {
    showMarks(this.sections, this.data);
    this.panel.show(this.data.notes[this.panel.passage]?.sentences ?? []);
  }

  // Highlights and notes, in a panel below the text.

  private openPanel(id: string): void {
    const passage = this.data.passages.find((one) => one.id === id);
    const section = this.sections.get(id);
    if (!passage || !section) return;
    const { sentences = [], note = "" } = this.data.notes[id] ?? {};
    this.panel.open(passage, section, note, (sentence) => this.highlight(id, [sentence]));
    this.panel.show(sentences);
  }

  private closePanel(): void {
    this.panel.close();
    this.scroller.focus({ preventScroll: true });
  }

  /** Highlight sentences, or take the highlight away where all of them have it. */
  private highlight(id: string, sentences: number[]): void {
    const held = this.data.notes[id]?.sentences ?? [];
    const all = sentences.every((one) => held.includes(one));
    const now = all
      ? held.filter((one) => !sentences.includes(one))
      : [...new Set([...held, ...sentences])];
    // Shown at once; the app says the same when it has it.
    const note = this.data.notes[id]?.note ?? "";
    this.data = { ...this.data, notes: { ...this.data.notes, [id]: { sentences: now, note } } };
    this.showMarks();
    this.tell({ kind: "highlight", passage: id, sentences });
    this.announce(all ? "Highlight removed" : "Highlighted");
  }

  private saveNote(): void {
    const { passage: id, note } = this.panel;
    const sentences = this.data.notes[id]?.sentences ?? [];
    this.data = { ...this.data, notes: { ...this.data.notes, [id]: { sentences, note } } };
    this.tell({ kind: "note", passage: id, note });
    this.closePanel();
    this.showMarks();
    this.announce(note ? "Note saved" : "Note removed");
  }

  private noteOrHighlight(current: string | undefined): void {
    const selected = selectedIn(this.root, this.sections);
    if (selected !== null) this.highlight(...selected);
    else if (current !== undefined) this.openPanel(current);
  }

  private announce(said: string): void {
    find(this.root, "[role=status]").textContent = said;
  }

  private current(): string | undefined {
    return mostSeen(this.sections.keys(), this.watch.current);
  }

  private showPlace(shares: ReadonlyMap<string, number>): void {
    for (const [id, section] of this.sections) section.classList.toggle("outside", !shares.has(id));
    showProgress(this.root, this.scroller, this.data, this.current());
  }

  // What the learner does.

  private key(event: KeyboardEvent): void {
    if (isTaken(event)) return;
    if (event.key === "Escape" && this.panel.passage !== "") {
      this.closePanel();
      return;
    }
    if (isTyped(event)) return;
    const lines = LINES[event.key];
    if (lines !== undefined && !this.ruler.hidden) {
      event.preventDefault();
      this.scroller.scrollBy({ top: lines * this.data.look.size * LINE_HEIGHT });
      return;
    }
    const action = KEYS[event.key];
    if (action === undefined) return;
    event.preventDefault();
    this.act(action);
  }

  private act(action: Action): void {
    const ids = [...this.sections.keys()];
    const current = this.current();
    const at = current === undefined ? -1 : ids.indexOf(current);
    const { part, parts } = this.data;
    if (action === "mark" || action === "lost") {
      if (current !== undefined) this.say(action, current);
    } else if (action === "note") {
      this.noteOrHighlight(current);
    } else if (action === "save") {
      this.saveNote();
    } else if (action === "close") {
      this.closePanel();
    } else if (action === "focus") {
      this.toggleRuler();
    } else if (action === "finish") {
      this.tell({ kind: "finish" });
    } else if (
      action === "on" ||
      (action === "next" && at === ids.length - 1 && part < parts - 1)
    ) {
      this.tell({ kind: "part", by: 1 });
    } else if (action === "back" || (action === "previous" && at === 0 && part > 0)) {
      this.tell({ kind: "part", by: -1 });
    } else {
      const to = action === "next" ? Math.min(at + 1, ids.length - 1) : Math.max(at - 1, 0);
      const section = this.sections.get(ids[to] ?? "");
      if (section) goTo(this.scroller, section, "smooth");
    }
  }

  // One line at a time: a ruler stands in the view, and the text moves under it.

  private get ruler(): HTMLElement {
    return find(this.root, ".ruler");
  }

  private toggleRuler(): void {
    const { ruler } = this;
    ruler.hidden = !ruler.hidden;
    find(this.root, "[data-act=focus]").setAttribute("aria-pressed", String(!ruler.hidden));
    this.announce(ruler.hidden ? "Whole page" : "One line: ↓ and ↑ move it");
    this.watch.look();
  }

  private focusedLine(): number | null {
    if (this.ruler.hidden) return null;
    const { top, height } = this.ruler.getBoundingClientRect();
    return top + height / 2;
  }

  private say(kind: "mark" | "lost", passage: string): void {
    const { marked, lost } = this.data;
    // Shown at once; the app says the same when it has it.
    if (kind === "lost") {
      this.data = { ...this.data, lost: [...new Set([...lost, passage])] };
      this.announce(lost.includes(passage) ? "Already noted" : "Noted: you got lost here");
    } else if (marked.includes(passage)) {
      this.data = { ...this.data, marked: marked.filter((one) => one !== passage) };
      this.announce("Mark removed");
    } else {
      this.data = { ...this.data, marked: [...marked, passage] };
      this.announce("Marked as important");
    }
    this.showMarks();
    if (kind === "mark" || !lost.includes(passage))
      this.tell({ kind, passage, at: Date.now() / 1000 });
  }

  // Telling the app.
  private tell(item: Item): void {
    this.queue.add(item);
    this.send();
  }

  private send(): void {
    // A stretch without change is reported in pieces, so that little is lost with the tab.
    this.watch.cut();
    const report = this.running === null ? null : this.queue.report();
    if (report !== null) this.setStateValue("report", report);
  }
}
