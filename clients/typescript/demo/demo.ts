/** "Stasis in one page": consent, camera, text, indicators, events, breaks, questions, the end. */

import {
  ApiProblem,
  Client,
  grabFrom,
  runFrameLoop,
  watchPassages,
  type Finished,
  type Frame,
  type Indicator,
  type Probe,
  type Session,
  type SessionEvent,
  type Snapshot,
  type Suggestion,
} from "../src/index.js";

const CONSENT_VERSION = "demo-1";
const LOG_LINES = 50;

const PASSAGES = [
  [
    "light",
    "Plants live on light. Their leaves hold a green pigment, chlorophyll, that takes up red and blue light and lets green light pass. That is why a leaf looks green: green is the part of the light that it does not use. With the energy of the light the plant splits water, keeps the hydrogen and gives off the oxygen.",
  ],
  [
    "sugar",
    "In a second step, for which no light is needed, the plant joins the hydrogen to carbon dioxide from the air and makes sugar. The sugar is food and building material at once: from it come starch in a potato, cellulose in wood, and the nectar that pays the bee for its visit.",
  ],
  [
    "rubisco",
    "The enzyme that catches the carbon dioxide, ribulose-1,5-bisphosphate carboxylase/oxygenase, is slow and undiscriminating: it fixes about three molecules a second, and one time in four or five it binds oxygen instead, whereupon photorespiration must recover the carbon at considerable metabolic expense. Plants answer by making a great deal of it, so that it may be the most abundant protein on Earth.",
  ],
  [
    "heat",
    "On a hot day a plant is in a difficult position. To let carbon dioxide in it must open the pores of its leaves, and through open pores it loses water. Maize and sugar cane have found a way around this: they first bind the carbon dioxide in one kind of cell and hand it on, concentrated, to another.",
  ],
  [
    "air",
    "All the oxygen that we breathe comes from this. Two and a half thousand million years ago there was next to none in the air; then cyanobacteria in the sea began to split water, and what was waste to them changed the planet for good.",
  ],
] as const;

function elementOf<T extends HTMLElement>(kind: new () => T, id: string): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`no element #${id}`);
  return found;
}

const element = (id: string): HTMLElement => elementOf(HTMLElement, id);

function make(tag: string, text: string, className = ""): HTMLElement {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

// The page lies at /demo/ of its API, which may lie below a path of a proxy.
const apiUrl =
  new URL(location.href).searchParams.get("api") ??
  new URL("..", location.href).href.replace(/\/$/, "");

function show(section: "consent" | "live" | "summary"): void {
  for (const id of ["consent", "live", "summary"]) element(id).hidden = id !== section;
  element(`${section}-title`).focus();
}

function explain(error: unknown): string {
  if (error instanceof ApiProblem) return error.detail;
  if (error instanceof DOMException) {
    const reasons: Record<string, string> = {
      NotAllowedError: "The camera was refused. Allow it for this page, then start again.",
      NotFoundError: "No camera was found. Connect one, then start again.",
      NotReadableError: "The camera is used by another program. Close that, then start again.",
    };
    return reasons[error.name] ?? "The camera cannot be used.";
  }
  return `No answer from ${apiUrl}. Is the API running, and does FER_CORS_ORIGINS name ${location.origin}?`;
}

class Run {
  private readonly end = new AbortController();
  private frames = 0;
  private reportReading: () => Promise<void> = () => Promise.resolve();

  private constructor(
    private readonly session: Session,
    private readonly camera: MediaStream,
    private readonly retention: "none" | "keep",
  ) {}

  static async start(retention: "none" | "keep", key: string): Promise<Run> {
    const acceptedAt = new Date().toISOString();
    const camera = await navigator.mediaDevices.getUserMedia({
      video: { width: 640, height: 480, frameRate: { max: 24 } },
    });
    try {
      const client = new Client({ baseUrl: apiUrl, ...(key ? { key } : {}) });
      const session = await client.startSession({
        consent: { version: CONSENT_VERSION, accepted_at: acceptedAt },
        retention,
        title: "Demo",
        text: {
          title: "Photosynthesis",
          passages: PASSAGES.map(([passage_id, text]) => ({ passage_id, text, section: "" })),
        },
      });
      return new Run(session, camera, retention);
    } catch (error) {
      for (const track of camera.getTracks()) track.stop();
      throw error;
    }
  }

  go(): void {
    show("live");
    element("log").replaceChildren();
    const text = element("text");
    const paragraphs = PASSAGES.map(([, words]) => make("p", words));
    text.replaceChildren(make("h3", "Photosynthesis"), ...paragraphs);
    const video = elementOf(HTMLVideoElement, "camera");
    video.srcObject = this.camera;

    const watched = new Map(
      PASSAGES.map(([id], index) => [id as string, paragraphs[index] as Element]),
    );
    this.reportReading = watchPassages(this.session, watched, this.end.signal, (error) =>
      this.problem(error),
    );
    void runFrameLoop(this.session, grabFrom(video), this.end.signal, {
      onFrame: (frame) => this.onFrame(frame),
      onProblem: (error) => this.problem(error),
    });
    void this.follow();

    const on = { signal: this.end.signal };
    element("pause").addEventListener("click", () => void this.attempt(() => this.toggle()), on);
    element("finish").addEventListener("click", () => void this.attempt(() => this.finish()), on);
    element("erase").addEventListener("click", () => void this.attempt(() => this.erase()), on);
    element("probe-skip").addEventListener(
      "click",
      () => void this.attempt(() => this.answer(null)),
      on,
    );
    for (const button of document.querySelectorAll<HTMLButtonElement>("[data-break]")) {
      const word = button.dataset["break"] as "take" | "snooze" | "dismiss";
      button.addEventListener("click", () => void this.attempt(() => this.answerBreak(word)), on);
    }
  }

  private async follow(): Promise<void> {
    try {
      for await (const event of this.session.events(this.end.signal)) this.onEvent(event);
    } catch (error) {
      this.problem(error);
    }
  }

  private onFrame(frame: Frame): void {
    this.frames += 1;
    element("frames").textContent = String(this.frames);
    element("delay").textContent = String(Date.now() - Date.parse(frame.captured_at));
    element("problem").textContent = "";
    this.draw(frame.snapshot);
  }

  private onEvent(event: SessionEvent): void {
    if (event.kind === "snapshot") {
      this.draw(event.data);
      return;
    }
    if (event.kind === "probe") this.showProbe(event.data);
    if (event.kind === "break") this.showBreak(event.data);
    const words = { probe: "question", break: "break suggested", state: "session" }[event.kind];
    const detail = event.kind === "state" ? event.data.state : "";
    const log = element("log");
    log.prepend(make("li", `${new Date().toLocaleTimeString()} ${words} ${detail}`));
    while (log.childElementCount > LOG_LINES) log.lastElementChild?.remove();
  }

  private draw(snapshot: Snapshot): void {
    const { expression, indicators, notice } = snapshot;
    element("expression").textContent = expression.reason
      ? expression.reason.text
      : `${expression.emoji} ${expression.label} ${Math.round((expression.probability ?? 0) * 100)} %`;
    element("notice").textContent = notice ? notice.text : "";
    element("coverage").textContent = `${Math.round(snapshot.coverage * 100)} %`;
    element("pause").textContent = snapshot.state === "paused" ? "Go on" : "Pause";
    element("indicators").replaceChildren(
      card("Understanding", indicators.comprehension),
      card("Stress", indicators.stress),
      card("In front of the screen", indicators.attention),
    );
    this.showBreak(snapshot.suggestion);
    this.showProbe(snapshot.probe);
  }

  private shownProbe: Probe | null = null;

  private showProbe(probe: Probe | null): void {
    if (probe?.probe_id === this.shownProbe?.probe_id) return;
    this.shownProbe = probe;
    element("probe").hidden = probe === null;
    if (probe === null) return;
    element("probe-prompt").textContent = probe.prompt;
    const options = [];
    for (let value = probe.low; value <= probe.high; value += 1) {
      const button = make("button", probe.choices?.[value] ?? String(value)) as HTMLButtonElement;
      button.type = "button";
      button.addEventListener("click", () => void this.attempt(() => this.answer(value)));
      options.push(button);
    }
    element("probe-options").replaceChildren(
      make("span", probe.low_label, "quiet"),
      ...options,
      make("span", probe.high_label, "quiet"),
    );
  }

  private async answer(value: number | null): Promise<void> {
    if (this.shownProbe === null) return;
    await this.session.answer({ probe_id: this.shownProbe.probe_id, value });
    this.showProbe(null);
  }

  private showBreak(suggestion: Suggestion | null): void {
    element("break").hidden = suggestion === null;
    element("break-advice").textContent = suggestion?.advice ?? "";
    element("break-evidence").textContent = suggestion?.evidence ?? "";
  }

  private async answerBreak(word: "take" | "snooze" | "dismiss"): Promise<void> {
    this.draw(await this.session.answerBreak(word));
  }

  private async toggle(): Promise<void> {
    const paused = (await this.session.details()).state === "paused";
    this.draw(await (paused ? this.session.resume() : this.session.pause()));
  }

  private async finish(): Promise<void> {
    await this.reportReading();
    // Before the end: without retention nothing can be had afterwards.
    const file = await this.session.export("json");
    const finished = await this.session.finish();
    this.stop();
    summarise(finished, file, this.retention);
  }

  private async erase(): Promise<void> {
    await this.session.delete();
    this.stop();
    show("consent");
  }

  private stop(): void {
    this.end.abort();
    this.showProbe(null);
    for (const track of this.camera.getTracks()) track.stop();
    elementOf(HTMLVideoElement, "camera").srcObject = null;
  }

  private async attempt(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.problem(error);
    }
  }

  private problem(error: unknown): void {
    element("problem").textContent = explain(error);
  }
}

function card(name: string, indicator: Indicator): HTMLElement {
  const made = document.createElement("div");
  made.append(make("dt", name));
  const { value, low, high } = indicator;
  if (value === null || low === null || high === null) {
    made.append(make("dd", indicator.reason?.text ?? "", "why"));
    return made;
  }
  const bar = make("div", "", "bar");
  bar.setAttribute("aria-hidden", "true");
  const interval = document.createElement("i");
  interval.style.left = `${low}%`;
  interval.style.width = `${high - low}%`;
  const point = document.createElement("b");
  point.style.left = `${value}%`;
  bar.append(interval, point);
  const trend = { higher: ", higher than usual", lower: ", lower than usual", same: "" };
  const words = `${Math.round(value)} (${Math.round(low)}–${Math.round(high)})${indicator.trend ? trend[indicator.trend] : ""}`;
  made.append(make("dd", words), bar);
  if (indicator.basis !== null) {
    const calibrated = indicator.calibrated ? "" : " · not calibrated yet";
    made.append(make("dd", indicator.basis + calibrated, "why"));
  }
  return made;
}

function summarise(finished: Finished, file: Blob, retention: "none" | "keep"): void {
  show("summary");
  const minutes = (seconds: number) => `${(seconds / 60).toFixed(1)} min`;
  const { totals, feedback } = finished;
  const kept = retention === "keep" ? "Its numbers are in the history." : "It is forgotten now.";
  element("totals").textContent =
    `Studied ${minutes(totals.studied_s)} of ${minutes(totals.elapsed_s)}, ${totals.frames} frames. ${kept}`;
  const reread = feedback.highlights.filter((highlight) => highlight.reread);
  element("reread").replaceChildren(
    ...(reread.length > 0
      ? reread.map((mark) =>
          make("li", `${mark.icon} ${mark.label}: “${opening(mark.passage_id)}…” ${mark.why}`),
        )
      : [make("li", "None stood out.")]),
  );
  element("camera-worth").textContent = feedback.camera;
  elementOf(HTMLAnchorElement, "download").href = URL.createObjectURL(file);
}

function opening(passageId: string): string {
  const [, words] = PASSAGES.find(([id]) => id === passageId) ?? ["", ""];
  return words.split(" ").slice(0, 6).join(" ");
}

element("api").textContent = apiUrl;
element("again").addEventListener("click", () => show("consent"));
const start = elementOf(HTMLFormElement, "start");
start.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = new FormData(start);
  const key = form.get("key");
  const problem = element("start-problem");
  problem.textContent = "";
  Run.start(form.get("retention") === "keep" ? "keep" : "none", typeof key === "string" ? key : "")
    .then((run) => run.go())
    .catch((error: unknown) => {
      problem.textContent = explain(error);
    });
});
