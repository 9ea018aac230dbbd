/** What can go wrong: a problem that the API describes. No answer at all is fetch's TypeError. */
export class ApiProblem extends Error {
    status;
    code;
    detail;
    errors;
    requestId;
    retryAfterMs;
    name = "ApiProblem";
    constructor(status, 
    /** The stable identifier of the error; look at this one. */
    code, 
    /** What happened and what to do, for people. */
    detail, errors, 
    /** What finds the request in the server's log. */
    requestId, 
    /** When to come back; null where the API did not say. */
    retryAfterMs) {
        super(`${detail} (${code})`);
        this.status = status;
        this.code = code;
        this.detail = detail;
        this.errors = errors;
        this.requestId = requestId;
        this.retryAfterMs = retryAfterMs;
    }
    /** Read a problem; an answer that is none (from a proxy, say) becomes one. */
    static async of(response) {
        const body = await response.json().catch(() => null);
        const problem = (typeof body === "object" && body !== null ? body : {});
        const seconds = Number(response.headers.get("Retry-After") ?? Number.NaN);
        return new ApiProblem(response.status, problem.code ?? "unknown", problem.detail ?? response.statusText, problem.errors ?? [], response.headers.get("X-Request-Id"), Number.isFinite(seconds) ? seconds * 1000 : null);
    }
}
