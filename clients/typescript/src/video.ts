/** A video that the API analyses: how far it is, and what was found. */

import { pause, type Transport } from "./transport.js";
import type { Job } from "./types.js";

/** Between two looks at a job that runs. */
const LOOK_EVERY_MS = 500;

/** One job of the API. Its results are kept for an hour after its end. */
export class VideoJob {
  private readonly path: string;

  constructor(
    private readonly transport: Transport,
    readonly id: string,
  ) {
    this.path = `/api/v1/jobs/${encodeURIComponent(id)}`;
  }

  /** How far it is. */
  status(): Promise<Job> {
    return this.transport.json("GET", this.path);
  }

  /** Wait for its end; `onProgress` hears of each look at it. */
  async wait(onProgress?: (job: Job) => void, signal?: AbortSignal): Promise<Job> {
    for (;;) {
      const job = await this.status();
      onProgress?.(job);
      if (job.state === "done" || job.state === "failed" || job.state === "cancelled") return job;
      await pause(LOOK_EVERY_MS, signal);
    }
  }

  /** The faces over time, for each second or each analysed frame. */
  results(per: "second" | "frame" = "second"): Promise<Record<string, unknown>> {
    return this.transport.json("GET", `${this.path}/results`, { query: { per } });
  }

  /** The same as CSV. */
  async resultsCsv(per: "second" | "frame" = "second"): Promise<Blob> {
    const query = { per, format: "csv" };
    return (await this.transport.send("GET", `${this.path}/results`, { query })).blob();
  }

  /** The annotated video, where it was asked for. */
  async video(): Promise<Blob> {
    return (await this.transport.send("GET", `${this.path}/video`)).blob();
  }

  /** End it; it ends with the frame in hand. */
  cancel(): Promise<Job> {
    return this.transport.json("POST", `${this.path}/cancel`);
  }

  /** Cancel it and forget it with its results. */
  async delete(): Promise<void> {
    await this.transport.send("DELETE", this.path);
  }
}
