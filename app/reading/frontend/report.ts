/** What the text view and the app tell each other. */

import type { Acked, Report as Queued } from "../../parts/frontend/report_queue.js";

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
  acked: Acked;
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

export type Report = Queued<Item>;
