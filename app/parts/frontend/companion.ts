/**
 * The study timer in the browser: the time left in a ring and in the tab's title, one soft sound, a
 * notification and a small window for somebody who looks elsewhere, and keys.
 *
 * The app tells where the timer stands. Between two of its messages the time goes on here, so that
 * it is right to the second, and a break is noticed in a tab that the browser has slowed down. What
 * calls the learner has a name, and each name calls once, however often pages are reloaded and however many
 * tabs there are.
 *
 * The page runs companion.js, which `npm run build` in clients/typescript makes of this file and those beside it.
 */

import { Caller, granted } from "./caller.js";
import { clockText, find, isTaken, isTyped, kept } from "./dom.js";
import { ReportQueue, type Acked, type Report } from "./report_queue.js";
import { SmallWindow } from "./small_window.js";
import { TabTitle } from "./tab_title.js";

export type Phase = "focus" | "due" | "break" | "break_over" | "paused";

/** What app/parts/companion.py sends. */
export interface Data {
  session: string;
  title: string;
  phase: Phase;
  turn: number;
  left_s: number;
  over_s: number;
  length_s: number;
  round: number;
  rounds: number;
  /** A question or a suggestion that waits: its name and its words. */
  call: { id: string; words: string } | null;
  sound: boolean;
  notifications: boolean;
  /** Only the time in the tab's title, sound and notification: nothing to look at, no keys. */
  quiet: boolean;
  /** Up to which press the app has done what was asked. */
  acked: Acked;
}

/** What keys and the small window ask for; sent again until the app has it. */
export type Presses = Report<Press>;

interface Press {
  press: string;
}

export interface Choice {
  sound?: boolean;
  notifications?: boolean;
}

/** What Streamlit hands to a component, as far as it is used. */
export interface Component {
  parentElement: ParentNode;
  data: Data;
  setTriggerValue: (name: "choice", value: Choice) => void;
  setStateValue: (name: "presses", value: Presses) => void;
}

const KEYS: Readonly<Record<string, string>> = {
  p: "pause",
  b: "break",
  s: "skip",
  "+": "more",
  "=": "more",
  m: "marker",
};
const LABELS: Readonly<Record<Phase, string>> = {
  focus: "Study",
  due: "Time for a break",
  break: "Break",
  break_over: "Break is over",
  paused: "Paused",
};
/** Farther from the app's time than this, the time here is put right. Seconds. */
const RIGHT_WITHIN_S = 1.5;
/** Of the session's title, in the tab. */
const TITLE_LETTERS = 60;
const CIRCUMFERENCE = 2 * Math.PI * 54;

export default kept((component: Component) => new Companion(component));

class Companion {
  private readonly root: HTMLElement;
  private data: Data;
  private tell: Component["setTriggerValue"];
  private send: Component["setStateValue"];
  private readonly queue = new ReportQueue<Press>();
  private left = 0;
  private over = 0;
  private at = performance.now();
  private running: AbortController | null = null;
  private readonly title = new TabTitle();
  private readonly small = new SmallWindow();
  private readonly caller = new Caller();
  private readonly chosen = new Map<keyof Choice, boolean>();

  constructor({ parentElement, data, setTriggerValue, setStateValue }: Component) {
    this.data = data;
    this.tell = setTriggerValue;
    this.send = setStateValue;
    this.root = find(parentElement, ".companion");
    find(this.root, "[data-act=sound]").onclick = () => this.chooseSound();
    find(this.root, "[data-act=notifications]").onclick = () => void this.chooseNotifications();
    const window = find(this.root, "[data-act=window]");
    window.hidden = !this.small.isKnown;
    window.onclick = () => void this.small.toggle().then(() => this.showSmallWindow());
  }

  update({ data, setTriggerValue, setStateValue }: Component): void {
    this.tell = setTriggerValue;
    this.send = setStateValue;
    this.queue.forget(data.acked);
    const before = this.data;
    this.data = this.withChoices(data);
    this.pass();
    const another =
      before.phase !== data.phase || before.turn !== data.turn || before.length_s !== data.length_s;
    if (another || this.running === null || Math.abs(this.left - data.left_s) > RIGHT_WITHIN_S)
      this.left = data.left_s;
    if (another || this.running === null || Math.abs(this.over - data.over_s) > RIGHT_WITHIN_S)
      this.over = data.over_s;
    if (this.running === null) this.open();
    this.show();
  }

  /** What was chosen here holds until the app knows it: its message may be older. */
  private withChoices(data: Data): Data {
    for (const [name, on] of this.chosen) if (on === data[name]) this.chosen.delete(name);
    return { ...data, ...Object.fromEntries(this.chosen) };
  }

  private choose(name: keyof Choice, on: boolean): void {
    this.chosen.set(name, on);
    const all: Choice = Object.fromEntries(this.chosen);
    this.data = { ...this.data, ...all };
    // All that the app does not know yet: of two messages in one moment only the last arrives.
    this.tell("choice", all);
    this.show();
  }

  private open(): void {
    this.running = new AbortController();
    const { signal } = this.running;
    const stopTicking = everySecond(() => this.show());
    signal.addEventListener("abort", stopTicking);
    document.addEventListener("keydown", (event) => this.key(event), { signal });
    const touched = () => this.caller.touched();
    document.addEventListener("pointerdown", touched, { signal });
    document.addEventListener("keydown", touched, { signal });
    document.addEventListener("visibilitychange", () => this.show(), { signal });
    this.title.take();
  }

  close(): void {
    this.running?.abort();
    this.running = null;
    this.title.leave();
    this.small.close();
    this.caller.close();
  }

  // The time

  /** Let the time go on since it was looked at last. */
  private pass(): void {
    const now = performance.now();
    const passed = (now - this.at) / 1000;
    this.at = now;
    const { phase } = this.data;
    if (phase === "paused") return;
    const used = Math.min(this.left, passed);
    this.left -= used;
    this.over += phase === "due" || phase === "break_over" || used < passed ? passed - used : 0;
  }

  /** The phase by the time here: the app may be a second behind. */
  private get phase(): Phase {
    const { phase } = this.data;
    if (this.left > 0) return phase;
    return phase === "focus" ? "due" : phase === "break" ? "break_over" : phase;
  }

  private get time(): string {
    return this.left > 0 || this.phase === "paused"
      ? clockText(Math.ceil(this.left))
      : `+${clockText(this.over)}`;
  }

  // What is seen

  private show(): void {
    if (this.running === null) return;
    this.pass();
    const { phase } = this;
    const { round, rounds, length_s, quiet } = this.data;
    this.root.hidden = quiet;
    this.root.dataset["phase"] = phase;
    const text = (selector: string, words: string) => {
      const element = find(this.root, selector);
      if (element.textContent !== words) element.textContent = words;
    };
    text(".label", LABELS[phase]);
    text(".time", this.time);
    text(".round", phase.startsWith("break") ? "" : `Round ${round} of ${rounds}`);
    const share = length_s > 0 ? Math.min(1, this.left / length_s) : 0;
    find(this.root, ".arc").style.strokeDashoffset = `${CIRCUMFERENCE * (1 - share)}`;
    this.showChoice("sound", this.data.sound);
    this.showChoice("notifications", this.data.notifications && granted());
    this.title.set(this.tabTitle);
    this.showSmallWindow();
    this.callIfDue();
  }

  private showChoice(name: string, on: boolean): void {
    const button = find(this.root, `[data-act=${name}]`);
    button.setAttribute("aria-pressed", String(on));
    find(button, ".state").textContent = on ? "on" : "off";
  }

  private get tabTitle(): string {
    // As a browser gives a title back. Otherwise it would never be the one that was set, and setting
    // it again would have no end.
    const title = this.data.title
      .replace(/[\t\n\f\r ]+/g, " ")
      .trim()
      .slice(0, TITLE_LETTERS)
      .trim();
    if (this.data.call !== null && this.phase === "focus") return `💬 ${this.time} · Question`;
    switch (this.phase) {
      case "focus":
        return `${this.time} · ${title}`;
      case "due":
        return `☕ Break time · ${title}`;
      case "break":
        return `☕ ${this.time} · Break`;
      case "break_over":
        return `⏰ Break is over · ${title}`;
      case "paused":
        return `⏸ ${this.time} · ${title}`;
    }
  }

  // Calling somebody who looks elsewhere

  private callIfDue(): void {
    const { session, turn, length_s, call } = this.data;
    const round = `${session}/${turn}/${length_s}`;
    if (this.phase === "due")
      this.caller.call(`${round}/due`, "Time for a break.", "due", this.data);
    else if (this.phase === "break_over")
      this.caller.call(`${round}/over`, "The break is over.", "over", this.data);
    else if (call !== null && this.phase === "focus")
      this.caller.call(`${session}/${call.id}`, call.words, "question", this.data);
  }

  private chooseSound(): void {
    const sound = !this.data.sound;
    if (sound) this.caller.chime("over");
    this.choose("sound", sound);
  }

  private async chooseNotifications(): Promise<void> {
    let notifications = !(this.data.notifications && granted());
    if (notifications) {
      const answer = "Notification" in window ? await Notification.requestPermission() : "denied";
      notifications = answer === "granted";
      find(this.root, "[role=status]").textContent = notifications
        ? "You will be told here when a break or a question comes."
        : "Your browser does not allow it. Click the icon left of the address, allow " +
          "notifications, then press again.";
    }
    this.choose("notifications", notifications);
  }

  // The small window that stays on top

  private showSmallWindow(): void {
    const { phase } = this;
    const [words, press] = {
      focus: ["Pause", "pause"],
      due: ["Take a break", "break"],
      break: ["Back to work", "break"],
      break_over: ["Back to work", "break"],
      paused: ["Resume", "pause"],
    }[phase] as [string, string];
    this.small.show(LABELS[phase], this.time, words, () => this.press(press));
  }

  // Keys

  private key(event: KeyboardEvent): void {
    if (this.data.quiet || event.repeat || isTaken(event) || isTyped(event)) return;
    const press = KEYS[event.key.toLowerCase()];
    if (press === undefined) return;
    event.preventDefault();
    this.press(press);
  }

  private press(press: string): void {
    this.queue.add({ press });
    const report = this.queue.report();
    if (report !== null) this.send("presses", report);
  }
}

/** Call a function each second, in a hidden tab too: a worker's clock is not slowed down. */
function everySecond(tick: () => void): () => void {
  const code = "setInterval(() => postMessage(0), 1000)";
  const address = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  try {
    const worker = new Worker(address);
    worker.onmessage = tick;
    return () => worker.terminate();
  } catch {
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  } finally {
    URL.revokeObjectURL(address);
  }
}
