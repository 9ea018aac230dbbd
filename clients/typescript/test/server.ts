/** A server whose answers are scripted. */

type Answer = () => Response | Error;

/** Gives its answers in turn, the last one for ever; an error is thrown, as fetch does. */
export class Scripted {
  readonly requests: Request[] = [];
  /** When each request came, in milliseconds. */
  readonly times: number[] = [];
  private readonly answers: Answer[];

  constructor(...answers: Answer[]) {
    this.answers = answers;
  }

  readonly fetch: typeof fetch = (input, init) => {
    const answer = this.answers[Math.min(this.requests.length, this.answers.length - 1)];
    this.requests.push(new Request(input, init));
    this.times.push(Date.now());
    const given = answer?.() ?? new Error("no answer is scripted");
    return given instanceof Error ? Promise.reject(given) : Promise.resolve(given);
  };
}

export const jsonResponse =
  (status: number, body: unknown = null, headers: Record<string, string> = {}): Answer =>
  () =>
    new Response(status === 204 ? null : JSON.stringify(body), { status, headers });

export const problemResponse = (status: number, code: string, retryAfter?: number): Answer =>
  jsonResponse(
    status,
    { code, detail: "Later.", errors: [] },
    retryAfter === undefined ? {} : { "Retry-After": String(retryAfter) },
  );

export function streamOf(...pieces: string[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(encoder.encode(piece));
      controller.close();
    },
  });
}
