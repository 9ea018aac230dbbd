/** "Stasis in one page": consent, camera, text, indicators, events, breaks, questions, the end. */
import { ApiProblem, Client, grabFrom, runFrameLoop, watchPassages, } from "./index.js";
const CONSENT_VERSION = "demo-1";
const LOG_LINES = 50;
const PASSAGES = [
    ["light", "Plants live on light. Their leaves hold a green pigment, chlorophyll, that takes up red and blue light and lets green light pass. That is why a leaf looks green: green is the part of the light that it does not use. With the energy of the light the plant splits water, keeps the hydrogen and gives off the oxygen."],
    ["sugar", "In a second step, for which no light is needed, the plant joins the hydrogen to carbon dioxide from the air and makes sugar. The sugar is food and building material at once: from it come starch in a potato, cellulose in wood, and the nectar that pays the bee for its visit."],
    ["rubisco", "The enzyme that catches the carbon dioxide, ribulose-1,5-bisphosphate carboxylase/oxygenase, is slow and undiscriminating: it fixes about three molecules a second, and one time in four or five it binds oxygen instead, whereupon photorespiration must recover the carbon at considerable metabolic expense. Plants answer by making a great deal of it, so that it may be the most abundant protein on Earth."],
    ["heat", "On a hot day a plant is in a difficult position. To let carbon dioxide in it must open the pores of its leaves, and through open pores it loses water. Maize and sugar cane have found a way around this: they first bind the carbon dioxide in one kind of cell and hand it on, concentrated, to another."],
    ["air", "All the oxygen that we breathe comes from this. Two and a half thousand million years ago there was next to none in the air; then cyanobacteria in the sea began to split water, and what was waste to them changed the planet for good."],
];
function element(id) {
    const found = document.getElementById(id);
    if (found === null)
        throw new Error(`no element #${id}`);
    return found;
}
function make(tag, text, className = "") {
    const made = document.createElement(tag);
    made.textContent = text;
    if (className)
        made.className = className;
    return made;
}
const apiUrl = new URL(location.href).searchParams.get("api") ?? location.origin;
function show(section) {
    for (const id of ["consent", "live", "summary"])
        element(id).hidden = id !== section;
    element(`${section}-title`).focus();
}
function explain(error) {
    if (error instanceof ApiProblem)
        return error.detail;
    if (error instanceof DOMException) {
        const reasons = {
            NotAllowedError: "The camera was refused. Allow it for this page, then start again.",
            NotFoundError: "No camera was found. Connect one, then start again.",
            NotReadableError: "The camera is used by another program. Close that, then start again.",
        };
        return reasons[error.name] ?? "The camera cannot be used.";
    }
    return `No answer from ${apiUrl}. Is the API running, and does FER_CORS_ORIGINS name ${location.origin}?`;
}
class Run {
    session;
    camera;
    retention;
    end = new AbortController();
    frames = 0;
    reportReading = async () => undefined;
    constructor(session, camera, retention) {
        this.session = session;
        this.camera = camera;
        this.retention = retention;
    }
    static async start(retention, key) {
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
        }
        catch (error) {
            for (const track of camera.getTracks())
                track.stop();
            throw error;
        }
    }
    go() {
        show("live");
        element("log").replaceChildren();
        const text = element("text");
        const paragraphs = PASSAGES.map(([, words]) => make("p", words));
        text.replaceChildren(make("h3", "Photosynthesis"), ...paragraphs);
        const video = element("camera");
        video.srcObject = this.camera;
        const watched = new Map(PASSAGES.map(([id], index) => [id, paragraphs[index]]));
        this.reportReading = watchPassages(this.session, watched, this.end.signal, (error) => this.problem(error));
        void runFrameLoop(this.session, grabFrom(video), this.end.signal, {
            onFrame: (frame) => this.onFrame(frame),
            onProblem: (error) => this.problem(error),
        });
        void this.follow();
        const on = { signal: this.end.signal };
        element("pause").addEventListener("click", () => void this.attempt(() => this.toggle()), on);
        element("finish").addEventListener("click", () => void this.attempt(() => this.finish()), on);
        element("erase").addEventListener("click", () => void this.attempt(() => this.erase()), on);
        element("probe-skip").addEventListener("click", () => void this.attempt(() => this.answer(null)), on);
        for (const button of document.querySelectorAll("[data-break]")) {
            const word = button.dataset["break"];
            button.addEventListener("click", () => void this.attempt(() => this.answerBreak(word)), on);
        }
    }
    async follow() {
        try {
            for await (const event of this.session.events(this.end.signal))
                this.onEvent(event);
        }
        catch (error) {
            this.problem(error);
        }
    }
    onFrame(frame) {
        this.frames += 1;
        element("frames").textContent = String(this.frames);
        element("delay").textContent = String(Date.now() - Date.parse(frame.captured_at));
        element("problem").textContent = "";
        this.draw(frame.snapshot);
    }
    onEvent(event) {
        if (event.kind === "snapshot") {
            this.draw(event.data);
            return;
        }
        if (event.kind === "probe")
            this.showProbe(event.data);
        if (event.kind === "break")
            this.showBreak(event.data);
        const words = { probe: "question", break: "break suggested", state: "session" }[event.kind];
        const detail = event.kind === "state" ? event.data.state : "";
        const log = element("log");
        log.prepend(make("li", `${new Date().toLocaleTimeString()} ${words} ${detail}`));
        while (log.childElementCount > LOG_LINES)
            log.lastElementChild?.remove();
    }
    draw(snapshot) {
        const { expression, indicators, notice } = snapshot;
        element("expression").textContent = expression.reason
            ? expression.reason.text
            : `${expression.emoji} ${expression.label} ${Math.round((expression.probability ?? 0) * 100)} %`;
        element("notice").textContent = notice ? notice.text : "";
        element("coverage").textContent = `${Math.round(snapshot.coverage * 100)} %`;
        element("pause").textContent = snapshot.state === "paused" ? "Go on" : "Pause";
        element("indicators").replaceChildren(card("Comprehension", indicators.comprehension), card("Stress", indicators.stress), card("Facing the screen", indicators.attention));
        this.showBreak(snapshot.suggestion);
        this.showProbe(snapshot.probe);
    }
    shownProbe = null;
    showProbe(probe) {
        if (probe?.probe_id === this.shownProbe?.probe_id)
            return;
        this.shownProbe = probe;
        element("probe").hidden = probe === null;
        if (probe === null)
            return;
        element("probe-prompt").textContent = probe.prompt;
        const options = [];
        for (let value = probe.low; value <= probe.high; value += 1) {
            const button = make("button", probe.choices?.[value] ?? String(value));
            button.type = "button";
            button.addEventListener("click", () => void this.attempt(() => this.answer(value)));
            options.push(button);
        }
        element("probe-options").replaceChildren(make("span", probe.low_label, "quiet"), ...options, make("span", probe.high_label, "quiet"));
    }
    async answer(value) {
        if (this.shownProbe === null)
            return;
        await this.session.answer({ probe_id: this.shownProbe.probe_id, value });
        this.showProbe(null);
    }
    showBreak(suggestion) {
        element("break").hidden = suggestion === null;
        element("break-advice").textContent = suggestion?.advice ?? "";
        element("break-evidence").textContent = suggestion?.evidence ?? "";
    }
    async answerBreak(word) {
        this.draw(await this.session.answerBreak(word));
    }
    async toggle() {
        const paused = (await this.session.details()).state === "paused";
        this.draw(await (paused ? this.session.resume() : this.session.pause()));
    }
    async finish() {
        await this.reportReading();
        // Before the end: without retention nothing can be had afterwards.
        const file = await this.session.export("json");
        const finished = await this.session.finish();
        this.stop();
        summarise(finished, file, this.retention);
    }
    async erase() {
        await this.session.delete();
        this.stop();
        show("consent");
    }
    stop() {
        this.end.abort();
        this.showProbe(null);
        for (const track of this.camera.getTracks())
            track.stop();
        element("camera").srcObject = null;
    }
    async attempt(action) {
        try {
            await action();
        }
        catch (error) {
            this.problem(error);
        }
    }
    problem(error) {
        element("problem").textContent = explain(error);
    }
}
function card(name, indicator) {
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
function summarise(finished, file, retention) {
    show("summary");
    const minutes = (seconds) => `${(seconds / 60).toFixed(1)} min`;
    const { totals, feedback } = finished;
    const kept = retention === "keep" ? "Its numbers are in the history." : "It is forgotten now.";
    element("totals").textContent =
        `Studied ${minutes(totals.studied_s)} of ${minutes(totals.elapsed_s)}, ${totals.frames} frames. ${kept}`;
    const reread = feedback.highlights.filter((highlight) => highlight.reread);
    element("reread").replaceChildren(...(reread.length > 0
        ? reread.map((mark) => make("li", `${mark.icon} ${mark.label}: “${opening(mark.passage_id)}…” ${mark.why}`))
        : [make("li", "None stood out.")]));
    element("camera-worth").textContent = feedback.camera;
    element("download").href = URL.createObjectURL(file);
}
function opening(passageId) {
    const [, words] = PASSAGES.find(([id]) => id === passageId) ?? ["", ""];
    return words.split(" ").slice(0, 6).join(" ");
}
element("api").textContent = apiUrl;
element("again").addEventListener("click", () => show("consent"));
element("start").addEventListener("submit", (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    const problem = element("start-problem");
    problem.textContent = "";
    Run.start(form.get("retention") === "keep" ? "keep" : "none", String(form.get("key") ?? ""))
        .then((run) => run.go())
        .catch((error) => {
        problem.textContent = explain(error);
    });
});
