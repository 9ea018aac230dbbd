/** The client: pictures, the model, and the way to sessions. */
import { Session } from "./session.js";
import { Transport } from "./transport.js";
export class Client {
    transport;
    constructor(options) {
        this.transport = new Transport(options);
    }
    /** What answers: classes, version, figures, licence. */
    model() {
        return this.transport.json("GET", "/api/v1/model");
    }
    /** Find every face in one or more pictures; a bad one of several carries its own problem. */
    analyse(pictures, options = {}) {
        const form = new FormData();
        for (const picture of Array.isArray(pictures) ? pictures : [pictures]) {
            form.append("file", picture, "picture");
        }
        return this.transport.json("POST", "/api/v1/analyses", {
            body: form,
            query: { mode: options.mode },
            signal: options.signal,
        });
    }
    /** Start a study session. Ask the learner first: without consent the API refuses. */
    async startSession(request) {
        const details = await this.transport.json("POST", "/api/v1/sessions", {
            json: request,
            // A repeated request gives the same session.
            headers: { "Idempotency-Key": crypto.randomUUID() },
        });
        return new Session(this.transport, details.session_id);
    }
    /** A session that was started before. */
    session(sessionId) {
        return new Session(this.transport, sessionId);
    }
    /** One page of all sessions, newest first. */
    sessions(cursor) {
        return this.transport.json("GET", "/api/v1/sessions", { query: { cursor } });
    }
}
