/** A small typed fetch client for the Expressions API, for browsers. */
export { Client } from "./client.js";
export { ApiProblem } from "./errors.js";
export { grabFrom, runFrameLoop } from "./frames.js";
export { watchPassages } from "./passages.js";
export { Session } from "./session.js";
