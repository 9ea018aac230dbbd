/**
 * What the text view and the app tell each other.
 *
 * Reports are items with numbers that only grow. They are kept and sent again until the app says
 * up to which number it has them, so none is lost and none counts twice.
 */

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
  | ({ kind: "view"; start: number; end: number } & Record<
      "shares" | "on_screen" | "lines",
      Record<string, number>
    >)
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

export class ReportQueue {
  private readonly stream = Math.random().toString(36).slice(2);
  private number = 0;
  private items: Report["items"] = [];

  add(item: Item): void {
    this.number += 1;
    this.items.push({ n: this.number, ...item });
  }

  /** Forget what the app has. */
  forget({ stream, number }: Data["acked"]): void {
    if (stream === this.stream) this.items = this.items.filter((item) => item.n > number);
  }

  /** Return what the app does not have yet; null: it has everything. */
  report(): Report | null {
    const { stream, items } = this;
    return items.length === 0 ? null : { stream, sent: Date.now() / 1000, items };
  }
}
