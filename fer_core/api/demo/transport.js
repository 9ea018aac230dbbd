/** One request: sent, sent again where that is safe, and answered with JSON or a problem. */
import { ApiProblem } from "./errors.js";
/** Statuses after which the same request may succeed shortly. */
export const COME_BACK = new Set([429, 503]);
const FIRST_WAIT_MS = 500;
/** Longest wait that is taken on the server's word. */
export const LONGEST_WAIT_MS = 60_000;
export class Transport {
    baseUrl;
    headers;
    retries;
    fetch;
    constructor(options) {
        this.baseUrl = options.baseUrl.replace(/\/+$/, "");
        this.headers = options.key ? { Authorization: `Bearer ${options.key}` } : {};
        this.retries = options.retries ?? 4;
        this.fetch = options.fetch ?? globalThis.fetch.bind(globalThis);
    }
    /**
     * Send a request and return its answer.
     *
     * Busy (503) and limited (429) answers are waited out as Retry-After says.
     *
     * @throws ApiProblem if the API refuses, TypeError if no answer comes.
     */
    async send(method, path, sending = {}) {
        const url = new URL(this.baseUrl + path);
        for (const [name, value] of Object.entries(sending.query ?? {})) {
            if (value !== undefined)
                url.searchParams.set(name, value);
        }
        const headers = { ...this.headers, ...sending.headers };
        const init = { method, headers, credentials: "omit" };
        if (sending.signal)
            init.signal = sending.signal;
        if (sending.json !== undefined) {
            headers["Content-Type"] = "application/json";
            init.body = JSON.stringify(sending.json);
        }
        else if (sending.body !== undefined) {
            init.body = sending.body;
        }
        const attempts = sending.once ? 1 : this.retries + 1;
        let wait = FIRST_WAIT_MS;
        for (let attempt = 1;; attempt += 1) {
            const response = await this.fetch(url, init);
            if (response.ok)
                return response;
            const problem = await ApiProblem.of(response);
            if (attempt >= attempts || !COME_BACK.has(response.status))
                throw problem;
            await pause(Math.min(problem.retryAfterMs ?? wait, LONGEST_WAIT_MS), sending.signal);
            wait *= 2;
        }
    }
    /** Send a request and return the JSON of its answer; null for 204. */
    async json(method, path, sending = {}) {
        const response = await this.send(method, path, sending);
        return (response.status === 204 ? null : await response.json());
    }
}
/** Wait; an abort ends the wait with the signal's reason. */
export function pause(milliseconds, signal) {
    return new Promise((resolve, reject) => {
        const abort = () => {
            clearTimeout(timer);
            reject(signal?.reason);
        };
        const timer = setTimeout(() => {
            signal?.removeEventListener("abort", abort);
            resolve();
        }, milliseconds);
        if (signal?.aborted)
            abort();
        else
            signal?.addEventListener("abort", abort, { once: true });
    });
}
