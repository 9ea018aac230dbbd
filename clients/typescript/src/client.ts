/** The client: pictures, the model, and the way to sessions. */

import { Cards, ownTimeZone } from "./cards.js";
import { Owners } from "./owners.js";
import { Session } from "./session.js";
import { Transport, type Options } from "./transport.js";
import type {
  Analysis,
  Days,
  Job,
  Model,
  OpenedText,
  SessionDetail,
  SessionPage,
  SessionRequest,
} from "./types.js";
import { VideoJob } from "./video.js";

export interface VideoOptions {
  /** Frames analysed a second; 5 unless set. */
  rate?: number;
  /** Every face, or one person's timeline besides. */
  people?: "all" | "one";
  /** Make a video with the faces drawn in, without sound. */
  annotate?: boolean;
  /** Make the faces in it unrecognisable. */
  blur?: boolean;
  /** For the results. */
  name?: string;
}

export class Client {
  private readonly transport: Transport;
  /** The learner's review cards. */
  readonly cards: Cards;
  /** The learners of your installation and their session tokens; with a key only. */
  readonly owners: Owners;

  constructor(private readonly options: Options) {
    this.transport = new Transport(options);
    this.cards = new Cards(this.transport);
    this.owners = new Owners(this.transport);
  }

  /** A client that acts for one of the owners of its key. */
  of(owner: string): Client {
    return new Client({ ...this.options, owner });
  }

  /** What answers: classes, version, figures, licence. */
  model(): Promise<Model> {
    return this.transport.json("GET", "/api/v1/model");
  }

  /** Find every face in one or more pictures; a bad one of several carries its own problem. */
  analyse(
    pictures: Blob | Blob[],
    options: { mode?: "photo" | "frame"; signal?: AbortSignal } = {},
  ): Promise<Analysis> {
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

  /**
   * Have a video analysed, and follow it by what is returned. Its results are kept for an hour.
   *
   * @throws ApiProblem with code "busy" where others wait already.
   */
  async analyseVideo(video: Blob, options: VideoOptions = {}): Promise<VideoJob> {
    const { rate, people, annotate, blur, name } = options;
    const job = await this.transport.json<Job>("POST", "/api/v1/jobs", {
      body: video,
      query: {
        rate: rate?.toString(),
        people,
        annotate: annotate?.toString(),
        blur: blur?.toString(),
        name,
      },
      headers: { "Content-Type": video.type || "video/mp4" },
      once: true,
    });
    return new VideoJob(this.transport, job.job_id);
  }

  /** A job that was made before. */
  videoJob(jobId: string): VideoJob {
    return new VideoJob(this.transport, jobId);
  }

  /**
   * Open a file of a text; its `text` is what a session takes, and nothing is kept. Where
   * `telling_words` look wrong, open it again in another encoding, such as "windows-1252".
   *
   * @param name The file's, when it has none of its own: the ending says how it is read.
   */
  openText(file: Blob, options: { name?: string; encoding?: string } = {}): Promise<OpenedText> {
    const own = file instanceof File ? file.name : "text.txt";
    return this.transport.json("POST", "/api/v1/texts", {
      body: file,
      query: { name: options.name ?? own, encoding: options.encoding },
      headers: { "Content-Type": "application/octet-stream" },
    });
  }

  /**
   * Start a study session, in this browser's time zone unless another is named. Ask the learner
   * first: without consent the API refuses.
   */
  async startSession(request: SessionRequest): Promise<Session> {
    const details = await this.transport.json<SessionDetail>("POST", "/api/v1/sessions", {
      json: { time_zone: ownTimeZone(), ...request },
      // A repeated request gives the same session.
      headers: { "Idempotency-Key": crypto.randomUUID() },
    });
    return new Session(this.transport, details.session_id);
  }

  /** A session that was started before. */
  session(sessionId: string): Session {
    return new Session(this.transport, sessionId);
  }

  /** The calendar of the sessions that are kept: minutes by the day, and the streak. */
  days(options: { timeZone?: string; weeks?: number } = {}): Promise<Days> {
    return this.transport.json("GET", "/api/v1/days", {
      query: { time_zone: options.timeZone ?? ownTimeZone(), weeks: options.weeks?.toString() },
    });
  }

  /** One page of all sessions, newest first. */
  sessions(cursor?: string): Promise<SessionPage> {
    return this.transport.json("GET", "/api/v1/sessions", { query: { cursor } });
  }

  /** Erase every session and card of this owner, and what they taught about the learner. */
  async deleteAllSessions(): Promise<void> {
    await this.transport.send("DELETE", "/api/v1/sessions");
  }
}
