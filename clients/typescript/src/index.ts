/** A small typed fetch client for the Expressions API, for browsers. */

export { Cards, type DeckFormat, type Rating } from "./cards.js";
export { Client, type VideoOptions } from "./client.js";
export { ApiProblem } from "./errors.js";
export type { SessionEvent } from "./events.js";
export { grabFrom, runFrameLoop, type FrameLoopOptions } from "./frames.js";
export { watchPassages } from "./passages.js";
export { Owners } from "./owners.js";
export { Session } from "./session.js";
export type { Key, Options } from "./transport.js";
export type * from "./types.js";
export { VideoJob } from "./video.js";
