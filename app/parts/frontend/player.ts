/**
 * A lecture played from a file on the learner's own computer: it stays in the browser, and the app
 * hears only where it stands when, and where its viewer was lost.
 *
 * The file is kept for as long as the browser's tab is loaded: the pages before, during and after a
 * session each show the same one, and a break that takes the player off the page forgets nothing.
 *
 * The page runs player.js, which `npm run build` in clients/typescript makes of this file.
 */

import { clockText, find, isTaken, isTyped, kept } from "./dom.js";
import { ReportQueue, type Acked, type Report as Queued } from "./report_queue.js";

const SEND_EVERY_MS = 2000;
const BACK_S = 10;
/** A file that differs by more from the one that the session is about is another one. Seconds. */
const SAME_LENGTH_S = 2;

export interface Span {
  id: string;
  from: number;
  to: number;
  label: string;
}

/** What app/parts/player.py sends. */
export interface Data {
  /** choose: before a session; watch: in it; look: after it. */
  mode: "choose" | "watch" | "look";
  title: string;
  /** Of the video that the session is about; 0 where none is chosen yet. Seconds. */
  duration: number;
  spans: Span[];
  /** Where its viewer was lost, in seconds of the video. */
  moments: { at: number; label: string }[];
  /** The session pauses, and so does the video. */
  paused: boolean;
  acked: Acked;
}

/** An item of a report; its times are seconds since 1970, its places seconds of the video. */
export type Item =
  | { kind: "play"; start: number; end: number; from: number; to: number }
  | { kind: "lost"; passage: string; at: number };

export type Report = Queued<Item>;

export interface Chosen {
  name: string;
  duration: number;
}

/** What Streamlit hands to a component, as far as it is used. */
export interface Component {
  parentElement: ParentNode;
  data: Data;
  setStateValue: (name: "report" | "file", value: Report | Chosen) => void;
}

interface Kept {
  file: File;
  at: number;
}

/** Other scripts of the page see the same one: each place on a page loads this script anew. */
const SHARED = globalThis as { expressionsLecture?: Kept };

export default kept((component: Component) => new Player(component));

class Player {
  private readonly root: HTMLElement;
  private readonly video: HTMLVideoElement;
  private readonly queue = new ReportQueue<Item>();
  private data: Data;
  private tell: Component["setStateValue"];
  private running: AbortController | null = null;
  private address = "";
  /** Its length is known, and it can be played. */
  private measured = true;
  /** The stretch that goes on: since when, and where the video stood then. */
  private stretch: { since: number; from: number } | null = null;
  /** When and where the video stood last before it could be moved. */
  private last = { at: 0, place: 0 };
  /** Where to go as soon as a file is there. */
  private wanted: number | null = null;
  private shown = "";

  constructor({ parentElement, data, setStateValue }: Component) {
    this.data = data;
    this.tell = setStateValue;
    this.root = find(parentElement, ".player");
    this.video = find(this.root, "video") as HTMLVideoElement;
    find(this.root, "[data-act=back]").onclick = () => this.goBack();
    find(this.root, "[data-act=lost]").onclick = () => this.lose();
  }

  update({ data, setStateValue }: Component): void {
    this.tell = setStateValue;
    this.data = data;
    this.queue.forget(data.acked);
    if (this.running === null) this.open();
    if (data.paused && !this.video.paused) this.video.pause();
    if (data.paused) this.end();
    this.show();
  }

  private open(): void {
    this.running = new AbortController();
    const { signal } = this.running;
    const { video } = this;
    const on = (name: string, call: () => void) => video.addEventListener(name, call, { signal });
    find(this.root, "input").addEventListener("change", (event) => this.choose(event), { signal });
    on("loadedmetadata", () => this.measure());
    on("durationchange", () => this.measure());
    on("error", () => this.refuse());
    on("timeupdate", () => this.note());
    on("play", () => this.begin());
    on("seeking", () => this.endBeforeMove());
    on("seeked", () => this.begin());
    for (const name of ["pause", "ratechange"]) on(name, () => this.begin());
    on("ended", () => this.end());
    document.addEventListener("keydown", (event) => this.key(event), { signal });
    document.addEventListener("visibilitychange", () => this.send(), { signal });
    const sending = setInterval(() => this.send(), SEND_EVERY_MS);
    signal.addEventListener("abort", () => clearInterval(sending));
    if (SHARED.expressionsLecture !== undefined) this.load(SHARED.expressionsLecture);
  }

  close(): void {
    this.send();
    this.running?.abort();
    this.running = null;
    this.stretch = null;
    const kept = SHARED.expressionsLecture;
    if (kept !== undefined && this.address !== "") kept.at = this.video.currentTime;
    this.video.pause();
    this.video.removeAttribute("src");
    if (this.address !== "") URL.revokeObjectURL(this.address);
    this.address = "";
  }

  // The file

  private choose(event: Event): void {
    const file = (event.target as HTMLInputElement).files?.[0];
    if (file === undefined) return;
    const kept = { file, at: 0 };
    SHARED.expressionsLecture = kept;
    this.load(kept);
  }

  private load(kept: Kept): void {
    if (this.address !== "") URL.revokeObjectURL(this.address);
    this.end();
    this.say("");
    this.measured = false;
    this.address = URL.createObjectURL(kept.file);
    this.video.src = this.address;
    this.wanted ??= kept.at > 0 ? kept.at : null;
  }

  private measure(): void {
    const { duration } = this.video;
    if (Number.isNaN(duration) || this.measured) return;
    if (!Number.isFinite(duration)) {
      // A recording of a browser has no length in its head: its end must be looked for.
      this.video.currentTime = Number.MAX_SAFE_INTEGER;
      return;
    }
    this.measured = true;
    const { mode } = this.data;
    const name = SHARED.expressionsLecture?.file.name ?? "";
    if (mode === "choose") this.tell("file", { name, duration });
    const known = this.data.duration;
    if (mode !== "choose" && known > 0 && Math.abs(known - duration) > SAME_LENGTH_S)
      this.say(`This is another video: “${this.data.title}” is ${clockText(known)} long.`);
    this.video.hidden = false;
    if (this.video.currentTime >= duration) this.video.currentTime = 0;
    if (this.wanted !== null) this.video.currentTime = Math.min(this.wanted, duration);
    this.wanted = null;
    this.show();
  }

  private refuse(): void {
    if (this.address === "") return;
    delete SHARED.expressionsLecture;
    this.video.hidden = true;
    this.say("Your browser cannot play this file. MP4 with H.264, and WebM, play everywhere.");
  }

  // What is played

  private note(): void {
    if (!this.video.seeking) this.last = { at: Date.now(), place: this.video.currentTime };
    this.showPlace();
  }

  /** Begin a stretch, after ending the one that went on. */
  private begin(): void {
    if (this.data.paused && !this.video.paused) {
      this.video.pause();
      this.say("The session is paused. Resume it first.");
      return;
    }
    this.end();
    if (this.data.mode !== "watch" || this.video.seeking || this.video.ended) return;
    if (this.data.paused || this.address === "" || this.video.hidden) return;
    this.last = { at: Date.now(), place: this.video.currentTime };
    this.stretch = { since: this.last.at, from: this.last.place };
    this.showPlace();
  }

  private endBeforeMove(): void {
    this.add(this.last.at, this.last.place);
    this.stretch = null;
  }

  private end(): void {
    // Paused and moved in one moment: what was played before the move counts all the same.
    if (this.video.seeking) this.add(this.last.at, this.last.place);
    else this.add(Date.now(), this.video.currentTime);
    this.stretch = null;
  }

  /** Add what was played up to now. A picture that stands still counts while it can be seen. */
  private add(at: number, place: number): void {
    if (this.stretch === null || at <= this.stretch.since) return;
    const { since, from } = this.stretch;
    this.stretch = { since: at, from: place };
    const stood = place === from && document.visibilityState === "hidden";
    if (stood || place < from) return;
    this.queue.add({ kind: "play", start: since / 1000, end: at / 1000, from, to: place });
  }

  private send(): void {
    if (!this.video.seeking) this.add(Date.now(), this.video.currentTime);
    const report = this.running === null ? null : this.queue.report();
    if (report !== null) this.tell("report", report);
  }

  // What its viewer does

  private goBack(): void {
    this.video.currentTime = Math.max(0, this.video.currentTime - BACK_S);
  }

  private lose(): void {
    const place = this.video.currentTime;
    const spans = this.data.spans;
    const span = spans.find(({ to }) => place < to) ?? spans.at(-1);
    if (this.data.mode !== "watch" || this.data.paused || span === undefined) return;
    if (this.video.hidden) return;
    this.send();
    this.queue.add({ kind: "lost", passage: span.id, at: Date.now() / 1000 });
    this.send();
    this.say(`⛰️ Noted: you were lost at ${clockText(place)}.`);
  }

  private key(event: KeyboardEvent): void {
    if (isTaken(event) || isTyped(event)) return;
    if (this.data.mode !== "watch" || event.repeat) return;
    if (event.key === "l") this.lose();
    else if (event.key === "j") this.goBack();
    else return;
    event.preventDefault();
  }

  private goTo(place: number): void {
    if (this.address === "") {
      this.wanted = place;
      this.say(`Choose “${this.data.title}” again to see ${clockText(place)}.`);
      find(this.root, "input").focus();
      return;
    }
    this.video.currentTime = place;
    this.video.focus();
  }

  // What is seen

  private show(): void {
    const { mode, title, moments } = this.data;
    const asked =
      mode === "choose" ? "Choose a video on this computer" : `Choose “${title}” on this computer`;
    find(this.root, ".ask").textContent = asked;
    find(this.root, ".choose").hidden = mode !== "choose" && !this.video.hidden;
    find(this.root, ".bar").hidden = mode !== "watch" || this.video.hidden;
    const list = find(this.root, ".moments");
    list.hidden = mode !== "look" || moments.length === 0;
    const key = JSON.stringify(moments);
    if (mode === "look" && this.shown !== key) {
      this.shown = key;
      list.replaceChildren(
        ...moments.map(({ at, label }) => {
          const button = document.createElement("button");
          button.type = "button";
          button.textContent = `⛰️ ${label}`;
          button.onclick = () => this.goTo(at);
          return button;
        }),
      );
    }
    this.showPlace();
  }

  private showPlace(): void {
    const place = this.video.currentTime;
    const span = this.data.spans.find(({ to }) => place < to);
    const words = span === undefined ? "" : ` · ${span.label}`;
    find(this.root, ".place").textContent = `${clockText(place)}${words}`;
  }

  private say(words: string): void {
    find(this.root, "[role=status]").textContent = words;
  }
}
