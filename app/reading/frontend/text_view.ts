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
  look: { size: number; width: number; theme: string };
  acked: { stream: string; number: number };
}

/** An item of a report; its times are seconds since 1970. */
export type Item =
  | { kind: "view"; start: number; end: number; shares: Record<string, number> }
  | { kind: "mark" | "lost"; passage: string; at: number }
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

type Action = "next" | "previous" | "on" | "back" | "mark" | "lost";

const KEYS: Readonly<Record<string, Action>> = {
  j: "next",
  ArrowRight: "next",
  k: "previous",
  ArrowLeft: "previous",
  m: "mark",
  l: "lost",
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
    for (const [id, section] of this.sections)
      section.classList.toggle("marked", this.data.marked.includes(id));
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
    const read = (100 * passage.words_before) / Math.max(1, this.data.words);
    const shown = String(Math.round(read));
    const line = find(this.root, ".line");
    find(line, "span").style.width = `${read}%`;
    line.setAttribute("aria-valuenow", shown);
    find(this.root, ".words").textContent = `${shown} % · about ${passage.minutes_left} min left`;
  }

  // What the learner does.

  private key(event: KeyboardEvent): void {
    const [target] = event.composedPath();
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
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
    if (kind === "mark") this.sections.get(passage)?.classList.toggle("marked");
    this.tell({ kind, passage, at: Date.now() / 1000 });
    const said = kind === "mark" ? "Mark changed" : "Noted: you got lost here";
    find(this.root, "[role=status]").textContent = said;
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

function section({ id, headings, text, direction }: Passage): HTMLElement {
  const made = document.createElement("section");
  made.id = made.dataset["passage"] = id;
  made.dir = direction;
  for (const { level, text: words } of headings) {
    const heading = document.createElement(`h${Math.min(6, level + 1)}`);
    heading.textContent = words;
    heading.dir = "auto";
    made.append(heading);
  }
  for (const words of text.split(/\n\s*\n/)) {
    const paragraph = document.createElement("p");
    paragraph.textContent = words;
    paragraph.dir = "auto";
    made.append(paragraph);
  }
  return made;
}

function find(parent: ParentNode, selector: string): HTMLElement {
  const found = parent.querySelector<HTMLElement>(selector);
  if (found === null) throw new Error(`no element ${selector}`);
  return found;
}
