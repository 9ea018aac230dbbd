/**
 * What counts as seen. The app's own page and this client share this one rule, so that the same
 * reading is attributed to the same passages through either.
 *
 * A reader looks at a band in the upper middle of the view, not at all of it. Of each passage
 * counts the share that stands in the band: its overlap with the band, divided by the smaller of
 * both heights. A passage taller than the band is therefore wholly seen where it fills the band.
 */

/** From one edge to the other, in CSS pixels from the top of the window. */
export interface Span {
  readonly top: number;
  readonly bottom: number;
}

/** The part of the window that the text scrolls in. */
export interface View extends Span {
  /** How far it can be scrolled up from here, in pixels. */
  readonly above: number;
  /** How far it can be scrolled down from here, in pixels. */
  readonly below: number;
}

/** From one moment to another the same passages were seen. Times are milliseconds since 1970. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
  /** What stood in the reading band, by passage, 0..1. */
  readonly shares: ReadonlyMap<string, number>;
  /** How much of its height stood on the screen at all, by passage, 0..1. */
  readonly onScreen: ReadonlyMap<string, number>;
  /** The line that was pointed at or focused, if there was one. */
  readonly line: Line | null;
}

/** A line: how far down in a passage it stands, 0..1. */
export interface Line {
  readonly passage: string;
  readonly at: number;
}

/** What a look finds. */
export type Seen = Omit<Stretch, "start" | "end">;

export const NOTHING: Seen = { shares: new Map(), onScreen: new Map(), line: null };

/** Of the view's height: where the band starts, and how much of it it takes. */
const BAND_TOP = 0.2;
const BAND_HEIGHT = 0.42;
/** Shares that differ by no more are the same. */
export const SAME_SHARE = 0.005;
/** A look comes every second. After a longer silence nobody knows what was seen meanwhile. */
const LONGEST_SILENCE_MS = 10_000;

/** Return how much room the band leaves above and below itself in a view, in pixels. */
export function roomAroundBand(height: number): { above: number; below: number } {
  return { above: BAND_TOP * height, below: (1 - BAND_TOP - BAND_HEIGHT) * height };
}

/**
 * Return where the reader looks.
 *
 * Where the text begins or ends within the view and cannot be scrolled into the band, the band
 * reaches out to it: a text that fits into the view is read as a whole.
 *
 * @param text From the top of the first passage to the bottom of the last.
 */
export function readingBand(view: View, text: Span): Span {
  const room = roomAroundBand(view.bottom - view.top);
  // Where the text's edges stand once it is scrolled as far as it goes.
  const first = text.top + view.above - view.top;
  const last = view.bottom - (text.bottom - view.below);
  return {
    top: view.top + Math.max(0, Math.min(room.above, first + view.above)),
    bottom: view.bottom - Math.max(0, Math.min(room.below, last + view.below)),
  };
}

/**
 * Return the share of each passage that is seen; those that are not seen are left out.
 *
 * @param screen What of the window is on the screen: nothing outside it is seen.
 */
export function visibleShares(
  view: View,
  screen: Span,
  passages: ReadonlyMap<string, Span>,
): Map<string, number> {
  const shown = [...passages].filter(([, { top, bottom }]) => bottom > top);
  const text = {
    top: Math.min(...shown.map(([, { top }]) => top)),
    bottom: Math.max(...shown.map(([, { bottom }]) => bottom)),
  };
  const band = readingBand(view, text);
  const full = BAND_HEIGHT * (view.bottom - view.top);
  const shares = new Map<string, number>();
  for (const [id, { top, bottom }] of shown) {
    const overlap =
      Math.min(bottom, band.bottom, screen.bottom) - Math.max(top, band.top, screen.top);
    if (overlap > 0) shares.set(id, Math.min(1, overlap / Math.min(bottom - top, full)));
  }
  return shares;
}

/**
 * Return how much of its height of each passage stands on the screen; others are left out.
 *
 * With this the app tells where on the screen one reads, which may be outside the band.
 */
export function sharesOnScreen(
  view: Span,
  screen: Span,
  passages: ReadonlyMap<string, Span>,
): Map<string, number> {
  const [above, below] = [Math.max(view.top, screen.top), Math.min(view.bottom, screen.bottom)];
  const shares = new Map<string, number>();
  for (const [id, { top, bottom }] of passages) {
    const overlap = Math.min(bottom, below) - Math.max(top, above);
    if (overlap > 0 && bottom > top) shares.set(id, Math.min(1, overlap / (bottom - top)));
  }
  return shares;
}

/** Return the line that stands at a height of the window; null where no passage does. */
export function lineAt(y: number, passages: ReadonlyMap<string, Span>): Line | null {
  for (const [passage, { top, bottom }] of passages)
    if (top <= y && y < bottom)
      return { passage, at: Math.round((100 * (y - top)) / (bottom - top)) / 100 };
  return null;
}

/** Turns looks into stretches of time. It reads no clock. */
export class ShareRecorder {
  private seen = NOTHING;
  private since = 0;
  private latest = 0;

  /** What is seen by the last look. */
  get current(): Seen {
    return this.seen;
  }

  /** Note what is seen now. Return the stretch that this ends, or null if all is as before. */
  look(seen: Seen, now: number): Stretch | null {
    const silent = now - this.latest > LONGEST_SILENCE_MS || now < this.latest;
    if (!silent && isSame(seen, this.seen)) {
      this.latest = now;
      return null;
    }
    // The machine slept, or its clock was put back: the stretch ends with the last look.
    const ended = this.cut(silent ? this.latest : now);
    this.seen = seen;
    this.since = this.latest = now;
    return ended;
  }

  /** End the stretch that lasts, to tell about it; what is seen goes on. Null if there is none. */
  cut(now: number): Stretch | null {
    const { since, seen } = this;
    this.since = now;
    const any = seen.shares.size > 0 || seen.onScreen.size > 0;
    return any && now > since ? { start: since, end: now, ...seen } : null;
  }
}

function isSame(one: Seen, other: Seen): boolean {
  return (
    isAlike(one.shares, other.shares) &&
    isAlike(one.onScreen, other.onScreen) &&
    one.line?.passage === other.line?.passage &&
    one.line?.at === other.line?.at
  );
}

function isAlike(one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): boolean {
  return (
    one.size === other.size &&
    [...one].every(([id, share]) => Math.abs(share - (other.get(id) ?? -1)) < SAME_SHARE)
  );
}
