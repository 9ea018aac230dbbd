/** A study session: frames, passages and answers in; snapshots, timeline and events out. */
import { followEvents } from "./events.js";
import { Transport } from "./transport.js";
export class Session {
    transport;
    id;
    path;
    constructor(transport, id) {
        this.transport = transport;
        this.id = id;
        this.path = `/api/v1/sessions/${encodeURIComponent(id)}`;
    }
    /** Send one frame of the camera. Keep one in flight; `FrameLoop` does. */
    sendFrame(jpeg, capturedAt = new Date(), signal) {
        return this.transport.json("POST", `${this.path}/frames`, {
            body: jpeg,
            headers: {
                "Content-Type": jpeg.type || "image/jpeg",
                "X-Frame-Id": crypto.randomUUID(),
                "X-Captured-At": capturedAt.toISOString(),
            },
            signal,
            once: true,
        });
    }
    /** Say what was on the screen. */
    reportPassages(seen) {
        return this.transport.json("POST", `${this.path}/passages`, { json: seen });
    }
    /** The question to put to the learner now; mostly there is none. */
    probe() {
        return this.transport.json("GET", `${this.path}/probe`);
    }
    /** Send the learner's answers; a value of null skips the question. */
    answer(...answers) {
        return this.transport.json("POST", `${this.path}/answers`, { json: answers });
    }
    /** Say what becomes of the break that is suggested. */
    answerBreak(answer) {
        return this.transport.json("POST", `${this.path}/break`, { json: { answer } });
    }
    details() {
        return this.transport.json("GET", this.path);
    }
    /** The session over time; pass `next_since` of the last answer to go on. */
    timeline(query = {}) {
        return this.transport.json("GET", `${this.path}/timeline`, { query });
    }
    /** Break advice and passages to reread, each with its evidence. */
    feedback() {
        return this.transport.json("GET", `${this.path}/feedback`);
    }
    pause() {
        return this.transport.json("POST", `${this.path}/pause`);
    }
    resume() {
        return this.transport.json("POST", `${this.path}/resume`);
    }
    /** End the session and sum it up; with retention "none" it is forgotten now. */
    finish() {
        return this.transport.json("POST", `${this.path}/finish`, { once: true });
    }
    /** The session as a file. */
    async export(format) {
        const response = await this.transport.send("GET", `${this.path}/export`, { query: { format } });
        return response.blob();
    }
    /** Erase the session. */
    async delete() {
        await this.transport.send("DELETE", this.path, { once: true });
    }
    /** What happens, until the session ends; a broken line is taken up again. */
    events(signal, after) {
        return followEvents(this.transport, `${this.path}/events`, signal, after);
    }
}
