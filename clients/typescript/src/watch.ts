/** When to look at what is seen, and where its edges stand: the browser's part of the rule. */

import {
  lineAt,
  NOTHING,
  ShareRecorder,
  sharesOnScreen,
  visibleShares,
  type Line,
  type Seen,
  type Span,
  type Stretch,
  type View,
} from "./visibility.js";

const LOOK_EVERY_MS = 1000;
const SCROLL_SETTLES_MS = 100;
/** A pointer that rests for longer, or under which the text was scrolled, says nothing. */
const POINTS_FOR_MS = 1500;

export interface ReadingWatchOptions {
  /** The elements of the text, by passage. */
  passages: () => ReadonlyMap<string, Element>;
  /** What the text scrolls in; unless set, the nearest that scrolls around it, or the window. */
  scroller?: Element;
  /** Called with each stretch of time as it ends. */
  onStretch: (stretch: Stretch) => void;
  /** Called with what is seen, whenever that has changed. */
  onChange?: (shares: ReadonlyMap<string, number>) => void;
  /** Where in the window a focused line stands, if one is; unset or null: none is. */
  focus?: () => number | null;
}

/** Looks every second, and whenever the text is scrolled, resized, hidden or shown. */
export class ReadingWatch {
  private readonly recorder = new ShareRecorder();
  private end: AbortController | null = null;
  private looked = 0;
  private pointer = { x: 0, y: 0, at: Number.NEGATIVE_INFINITY };

  constructor(private readonly options: ReadingWatchOptions) {}

  /** What is seen by the last look. */
  get current(): ReadonlyMap<string, number> {
    return this.recorder.current.shares;
  }

  start(): void {
    if (this.end !== null) return;
    this.end = new AbortController();
    const { signal } = this.end;
    let settling: ReturnType<typeof setTimeout> | undefined;
    const scrolled = () => {
      clearTimeout(settling);
      settling = setTimeout(() => this.look(), SCROLL_SETTLES_MS);
      this.pointer.at = Number.NEGATIVE_INFINITY;
      if (Date.now() - this.looked > SCROLL_SETTLES_MS) this.look();
    };
    // A browser also tells of a pointer that rests while the text moves under it.
    const pointed = ({ clientX: x, clientY: y }: MouseEvent) => {
      if (x !== this.pointer.x || y !== this.pointer.y) this.pointer = { x, y, at: Date.now() };
    };
    window.addEventListener("mousemove", pointed, { capture: true, passive: true, signal });
    // Scrolling does not bubble: only a capturing listener hears of it from further in.
    const around = this.options.scroller ?? window;
    around.addEventListener("scroll", scrolled, { capture: true, passive: true, signal });
    window.addEventListener("resize", () => this.look(), { signal });
    document.addEventListener("visibilitychange", () => this.look(), { signal });
    const timer = setInterval(() => this.look(), LOOK_EVERY_MS);
    signal.addEventListener("abort", () => {
      clearTimeout(settling);
      clearInterval(timer);
    });
    this.look();
  }

  /** Look one last time, and no more. */
  stop(): void {
    if (this.end === null) return;
    this.look();
    this.end.abort();
    this.end = null;
    const ended = this.recorder.look(NOTHING, Date.now());
    if (ended !== null) this.options.onStretch(ended);
  }

  /** Look now. */
  look(): void {
    if (this.end === null) return;
    this.looked = Date.now();
    this.note(document.visibilityState === "visible" ? this.seen() : NOTHING);
  }

  /** Tell about the stretch that lasts, too. */
  cut(): void {
    this.look();
    const ended = this.recorder.cut(Date.now());
    if (ended !== null) this.options.onStretch(ended);
  }

  private note(seen: Seen): void {
    const before = this.recorder.current;
    const ended = this.recorder.look(seen, Date.now());
    if (ended !== null) this.options.onStretch(ended);
    if (this.recorder.current !== before) this.options.onChange?.(this.current);
  }

  private seen(): Seen {
    const passages = this.options.passages();
    const first = passages.values().next().value;
    if (first === undefined) return NOTHING;
    const spans = new Map<string, DOMRect>();
    for (const [id, element] of passages) spans.set(id, element.getBoundingClientRect());
    const view = viewOf(this.options.scroller ?? scrollerOf(first));
    const screen: Span = { top: 0, bottom: innerHeight };
    return {
      shares: visibleShares(view, screen, spans),
      onScreen: sharesOnScreen(view, screen, spans),
      line: this.line(view, spans),
    };
  }

  private line(view: Span, spans: ReadonlyMap<string, DOMRect>): Line | null {
    const focused = this.options.focus?.() ?? null;
    if (focused !== null) return lineAt(focused, spans);
    const { x, y, at } = this.pointer;
    if (Date.now() - at > POINTS_FOR_MS || y < view.top || y >= view.bottom) return null;
    const line = lineAt(y, spans);
    const rect = line === null ? undefined : spans.get(line.passage);
    return rect !== undefined && rect.left <= x && x < rect.right ? line : null;
  }
}

/** Return the nearest element around another that scrolls up and down; the page's own if none. */
function scrollerOf(element: Element): Element {
  const page = document.scrollingElement ?? document.documentElement;
  for (let at = element.parentElement; at !== null; at = at.parentElement) {
    if (at === document.body || at === page) break;
    const { overflowY } = getComputedStyle(at);
    if (/auto|scroll/.test(overflowY) && at.scrollHeight > at.clientHeight) return at;
  }
  return page;
}

/** Return where an element stands that scrolls, and how far it can be scrolled. */
function viewOf(scroller: Element): View {
  const isPage = scroller === (document.scrollingElement ?? document.documentElement);
  const { top, bottom } = isPage
    ? { top: 0, bottom: innerHeight }
    : scroller.getBoundingClientRect();
  const above = scroller.scrollTop;
  return { top, bottom, above, below: scroller.scrollHeight - (bottom - top) - above };
}
