/**
 * The text being read: shows passages in one column and reports, with times, how much of each
 * stood in the reading band, the part of the view that is not dimmed.
 *
 * Reports are items with numbers that only grow. They are kept and sent again until the app says
 * up to which number it has them, so none is lost and none counts twice.
 *
 * The page runs text_view.js, which `npm run build` in clients/typescript makes of this file.
 */

import { SAME_SHARE, roomAroundBand } from "../../../clients/typescript/src/visibility.js";
import { ReadingWatch } from "../../../clients/typescript/src/watch.js";

const SEND_EVERY_MS = 2000;
// Streamlit 1.67 loses the press of a button that falls into the same moment as a report.
const PRESS_MS = 500;

export interface Passage {
  id: string;
  headings: { level: number; text: string }[];
  text: string;
  /** Its place in the text, from 1. */
  number: number;
  /** Where its sentences stand, in characters (not in UTF-16), paragraph by paragraph. */
  paragraphs: [number, number][][];
  direction: string;
  words_before: number;
  minutes_left: number;
}

/** What app/reading/text_view.py sends. */
export interface Data {
  text_key: string;
  language: string;
  part: number;
  parts: number;
  start: string | null;
  jump: number;
  words: number;
  passages: Passage[];
  marked: string[];
  /** Passages that the reader got lost in. */
  lost: string[];
  /** What the reader added: numbers of highlighted sentences, and a note. */
  notes: Record<string, { sentences: number[]; note: string }>;
  look: { size: number; width: number; theme: string };
  acked: { stream: string; number: number };
}

/** An item of a report; its times are seconds since 1970. */
export type Item =
  | { kind: "view"; start: number; end: number; shares: Record<string, number> }
  | { kind: "mark" | "lost"; passage: string; at: number }
  | { kind: "highlight"; passage: string; sentences: number[] }
  | { kind: "note"; passage: string; note: string }
  | { kind: "finish" }
  | { kind: "part"; by: 1 | -1 };

export interface Report {
  stream: string;
  sent: number;
  items: (Item & { n: number })[];
}

/** What Streamlit hands to a component, as far as it is used. */
export interface Component {
  parentElement: ParentNode;
  data: Data;
  setStateValue: (name: "report", report: Report) => void;
}

type Action =
  "next" | "previous" | "on" | "back" | "mark" | "lost" | "note" | "save" | "close" | "finish";

const KEYS: Readonly<Record<string, Action>> = {
  j: "next",
  ArrowRight: "next",
  k: "previous",
  ArrowLeft: "previous",
  m: "mark",
  l: "lost",
  h: "note",
};

const views = new WeakMap<ParentNode, TextView>();

export default function show(component: Component): () => void {
  const { parentElement } = component;
  const view = views.get(parentElement) ?? new TextView(parentElement, component);
  views.set(parentElement, view);
  view.update(component);
  return () => view.close();
}

class TextView {
  private readonly root: HTMLElement;
  private readonly scroller: HTMLElement;
  private readonly article: HTMLElement;
  private readonly stream = Math.random().toString(36).slice(2);
  private readonly watch: ReadingWatch;
  private data: Data;
  private setStateValue: Component["setStateValue"];
  private number = 0;
  private items: Report["items"] = [];
  private sections = new Map<string, HTMLElement>();
  private pressed = Number.NEGATIVE_INFINITY;
  private shown = "";
  private noted = "";
  private running: AbortController | null = null;

  constructor(parent: ParentNode, { data, setStateValue }: Component) {
    this.data = data;
    this.setStateValue = setStateValue;
    this.root = find(parent, ".reader");
    this.scroller = find(this.root, ".scroller");
    this.article = find(this.root, "article");
    this.watch = new ReadingWatch({
      passages: () => this.sections,
      scroller: this.scroller,
      onStretch: ({ start, end, shares }) => {
        const by = Object.fromEntries(shares);
        this.add({
          kind: "view",
          start: start / 1000,
          end: end / 1000,
          shares: by,
        });
      },
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
    if (data.acked.stream === this.stream)
      this.items = this.items.filter((item) => item.n > data.acked.number);
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
    const press = () => (this.pressed = performance.now());
    document.addEventListener("keydown", (event) => this.key(event), {
      signal,
    });
    document.addEventListener("pointerdown", press, { capture: true, signal });
    document.addEventListener("keydown", press, { capture: true, signal });
    const leave = () => {
      if (document.visibilityState === "hidden") this.send();
    };
    document.addEventListener("visibilitychange", leave, { signal });
    const place = () => this.showPlace(this.watch.current);
    this.scroller.addEventListener("scroll", place, { passive: true, signal });
    const sending = setInterval(() => {
      if (performance.now() - this.pressed > PRESS_MS) this.send();
    }, SEND_EVERY_MS);
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
    if (first) this.goTo(first, "instant");
  }

  /** Let the first and the last passage be scrolled into the band. */
  private makeRoom(): void {
    const { above, below } = roomAroundBand(this.scroller.clientHeight);
    this.article.style.paddingTop = `${Math.ceil(above)}px`;
    this.article.style.paddingBottom = `${Math.ceil(below)}px`;
    this.watch.look();
  }

  private showMarks(): void {
    const { marked, lost, notes, passages } = this.data;
    for (const { id, number } of passages) {
      const section = this.sections.get(id);
      if (section === undefined) continue;
      const { sentences = [], note = "" } = notes[id] ?? {};
      section.classList.toggle("marked", marked.includes(id));
      section.classList.toggle("lost", lost.includes(id));
      const label = [String(number)];
      if (marked.includes(id)) label.push("⭐ Important");
      if (lost.includes(id)) label.push("⛰️ You were lost here");
      if (note) label.push(`✎ ${note}`);
      section.dataset["label"] = label.join(" · ");
      for (const sentence of section.querySelectorAll<HTMLElement>("[data-sentence]"))
        sentence.classList.toggle("chosen", sentences.includes(sentenceNumber(sentence)));
    }
    this.showChosen();
  }

  // Highlights and notes, in a panel below the text.

  private openPanel(id: string): void {
    const passage = this.data.passages.find((one) => one.id === id);
    const section = this.sections.get(id);
    if (!passage || !section) return;
    this.noted = id;
    find(this.root, ".panel-title").textContent = `Passage ${passage.number}`;
    const list = find(this.root, ".sentences");
    const buttons = [...section.querySelectorAll<HTMLElement>("[data-sentence]")].map(
      (sentence) => {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = sentence.textContent;
        button.dir = "auto";
        button.onclick = () => this.highlight(id, [sentenceNumber(sentence)]);
        return button;
      },
    );
    list.replaceChildren(...buttons);
    this.noteField.value = this.data.notes[id]?.note ?? "";
    find(this.root, ".panel").hidden = false;
    this.showChosen();
    (buttons[0] ?? this.noteField).focus();
  }

  private get noteField(): HTMLTextAreaElement {
    return find(this.root, ".panel textarea") as HTMLTextAreaElement;
  }

  private showChosen(): void {
    const chosen = this.data.notes[this.noted]?.sentences ?? [];
    find(this.root, ".sentences")
      .querySelectorAll("button")
      .forEach((button, at) => button.setAttribute("aria-pressed", String(chosen.includes(at))));
  }

  private closePanel(): void {
    this.noted = "";
    find(this.root, ".panel").hidden = true;
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
    const [id, note] = [this.noted, this.noteField.value.trim()];
    const sentences = this.data.notes[id]?.sentences ?? [];
    this.data = { ...this.data, notes: { ...this.data.notes, [id]: { sentences, note } } };
    this.tell({ kind: "note", passage: id, note });
    this.closePanel();
    this.showMarks();
    this.announce(note ? "Note saved" : "Note removed");
  }

  /** Return the sentences that the reader has selected, and the passage that they are in. */
  private selected(): [string, number[]] | null {
    const node = this.root.getRootNode() as { getSelection?: () => Selection | null };
    const selection = node.getSelection?.() ?? document.getSelection();
    if (selection === null || selection.isCollapsed) return null;
    for (const [id, section] of this.sections) {
      const sentences = [...section.querySelectorAll<HTMLElement>("[data-sentence]")]
        .filter((sentence) => selection.containsNode(sentence, true))
        .map(sentenceNumber);
      if (sentences.length > 0) return [id, sentences];
    }
    return null;
  }

  private noteOrHighlight(current: string | undefined): void {
    const selected = this.selected();
    if (selected !== null) this.highlight(...selected);
    else if (current !== undefined) this.openPanel(current);
  }

  private announce(said: string): void {
    find(this.root, "[role=status]").textContent = said;
  }

  /** Return the passage that is seen most; of several the first. */
  private current(): string | undefined {
    const shares = this.watch.current;
    let [best, most] = [undefined as string | undefined, 0];
    for (const id of this.sections.keys()) {
      const share = shares.get(id) ?? 0;
      if (share > (best === undefined ? 0 : most + SAME_SHARE)) [best, most] = [id, share];
    }
    return best;
  }

  private showPlace(shares: ReadonlyMap<string, number>): void {
    for (const [id, section] of this.sections) section.classList.toggle("outside", !shares.has(id));
    const current = this.current();
    const passage = this.data.passages.find(({ id }) => id === current);
    if (!passage) return;
    const ended = this.isAtEnd(current);
    const read = ended ? 100 : (100 * passage.words_before) / Math.max(1, this.data.words);
    const shown = String(Math.round(read));
    const line = find(this.root, ".line");
    find(line, "span").style.width = `${read}%`;
    line.setAttribute("aria-valuenow", shown);
    find(this.root, ".words").textContent = ended
      ? "100 % · the end"
      : `${shown} % · about ${passage.minutes_left} min left`;
  }

  /** Whether the last passage of the text is the one that is read, or all is scrolled through. */
  private isAtEnd(current: string | undefined): boolean {
    if (this.data.part !== this.data.parts - 1) return false;
    if (current === this.data.passages.at(-1)?.id) return true;
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    return scrollTop > 0 && scrollTop + clientHeight >= scrollHeight - 2;
  }

  // What the learner does.

  private key(event: KeyboardEvent): void {
    const [target] = event.composedPath();
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.key === "Escape" && this.noted !== "") {
      this.closePanel();
      return;
    }
    const typing = "input, textarea, select, [contenteditable], [role=slider]";
    if (target instanceof Element && target.closest(typing)) return;
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
      if (section) this.goTo(section, "smooth");
    }
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

  private goTo(section: HTMLElement, behavior: ScrollBehavior): void {
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const view = this.scroller.getBoundingClientRect();
    const { above, below } = roomAroundBand(view.height);
    const { top, height } = section.getBoundingClientRect();
    const room = Math.max(0, view.height - above - below - height) / 2;
    this.scroller.scrollBy({
      top: top - view.top - above - room,
      behavior: calm ? "instant" : behavior,
    });
  }

  // Telling the app.

  private add(item: Item): void {
    this.number += 1;
    this.items.push({ n: this.number, ...item });
  }

  private tell(item: Item): void {
    this.add(item);
    this.send();
  }

  private send(): void {
    // A stretch without change is reported in pieces, so that little is lost with the tab.
    this.watch.cut();
    if (this.running === null || this.items.length === 0) return;
    const { stream, items } = this;
    this.setStateValue("report", { stream, sent: Date.now() / 1000, items });
  }
}

function section({ id, headings, text, paragraphs, direction }: Passage): HTMLElement {
  const made = document.createElement("section");
  made.id = made.dataset["passage"] = id;
  made.dir = direction;
  for (const { level, text: words } of headings) {
    const heading = document.createElement(`h${Math.min(6, level + 1)}`);
    heading.textContent = words;
    heading.dir = "auto";
    made.append(heading);
  }
  const letters = Array.from(text);
  let number = 0;
  for (const sentences of paragraphs) {
    const paragraph = document.createElement("p");
    paragraph.dir = "auto";
    let written = sentences[0]?.[0] ?? 0;
    for (const [start, end] of sentences) {
      if (start > written) paragraph.append(letters.slice(written, start).join(""));
      const sentence = document.createElement("span");
      sentence.dataset["sentence"] = String(number);
      sentence.textContent = letters.slice(start, end).join("");
      paragraph.append(sentence);
      [number, written] = [number + 1, end];
    }
    made.append(paragraph);
  }
  return made;
}

function sentenceNumber(sentence: HTMLElement): number {
  return Number(sentence.dataset["sentence"]);
}

function find(parent: ParentNode, selector: string): HTMLElement {
  const found = parent.querySelector<HTMLElement>(selector);
  if (found === null) throw new Error(`no element ${selector}`);
  return found;
}
