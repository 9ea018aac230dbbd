/**
 * Calls somebody who looks elsewhere: by one soft sound and a notification. Each call has a name, and
 * is made once, however often pages are reloaded and however many tabs there are.
 */

/** Where the names of the last calls are kept, for all tabs, and how many. */
const CALLED = "expressions-called";
const MOST_CALLED = 20;

/** What is called: a break, its end, a question. */
export type Kind = "due" | "over" | "question";

/** What the learner allows, and what a notification says below its words. */
export interface Wishes {
  sound: boolean;
  notifications: boolean;
  title: string;
}

export class Caller {
  private audio: AudioContext | null = null;

  /** A browser lets a page sound only after it was touched. */
  touched(): void {
    void this.audio?.resume();
  }

  close(): void {
    void this.audio?.close();
    this.audio = null;
  }

  call(id: string, words: string, kind: Kind, wishes: Wishes): void {
    if (called().includes(id)) return;
    noteCalled(id);
    if (wishes.sound) this.chime(kind);
    const looksElsewhere = document.visibilityState === "hidden" || !document.hasFocus();
    if (!wishes.notifications || !granted() || !looksElsewhere) return;
    const shown = new Notification(words, { body: wishes.title, tag: id, silent: true });
    shown.onclick = () => {
      window.focus();
      shown.close();
    };
  }

  /** Two soft tones: falling for a break, rising for its end, one alone for a question. */
  chime(kind: Kind): void {
    this.audio ??= new AudioContext();
    const { audio } = this;
    void audio.resume();
    const tones = { due: [660, 528], over: [528, 660], question: [594] }[kind];
    tones.forEach((frequency, index) => {
      const start = audio.currentTime + 0.05 + index * 0.28;
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      tone.frequency.value = frequency;
      volume.gain.setValueAtTime(0.0001, start);
      volume.gain.exponentialRampToValueAtTime(0.12, start + 0.04);
      volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.9);
      tone.connect(volume).connect(audio.destination);
      tone.start(start);
      tone.stop(start + 1);
    });
  }
}

export function granted(): boolean {
  return "Notification" in window && Notification.permission === "granted";
}

// Storage may be forbidden; then each tab calls for itself.
let calledHere: string[] = [];

function called(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(CALLED) ?? "[]");
    return [...calledHere, ...(Array.isArray(kept) ? kept.map(String) : [])];
  } catch {
    return calledHere;
  }
}

function noteCalled(id: string): void {
  calledHere = [id, ...called()].slice(0, MOST_CALLED);
  try {
    localStorage.setItem(CALLED, JSON.stringify(calledHere));
  } catch {
    // See above.
  }
}
