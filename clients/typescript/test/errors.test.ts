import { expect, it } from "vitest";

import { ApiProblem } from "../src/errors.js";

it("a problem says what the API said", async () => {
  const errors = [{ pointer: "/title", detail: "is too long" }];
  const problem = await ApiProblem.of(
    Response.json(
      { code: "invalid_request", detail: "Mend it.", errors },
      { status: 422, headers: { "X-Request-Id": "r1", "Retry-After": "1.5" } },
    ),
  );
  expect(problem).toBeInstanceOf(Error);
  expect(problem).toMatchObject({
    ...{ name: "ApiProblem", status: 422, code: "invalid_request", detail: "Mend it.", errors },
    ...{ requestId: "r1", retryAfterMs: 1500 },
  });
  expect(problem.message).toBe("Mend it. (invalid_request)");
});

it.each(["<h1>Bad gateway</h1>", "null", '"gone"', ""])(
  "an answer that describes no problem, %j, becomes one",
  async (body) => {
    const response = new Response(body, { status: 502, statusText: "Bad Gateway" });
    expect(await ApiProblem.of(response)).toMatchObject({
      ...{ status: 502, code: "unknown", detail: "Bad Gateway", errors: [] },
      ...{ requestId: null, retryAfterMs: null },
    });
  },
);

it("a date in Retry-After is not taken for seconds", async () => {
  const headers = { "Retry-After": "Thu, 26 Nov 2026 12:00:00 GMT" };
  const problem = await ApiProblem.of(new Response("{}", { status: 503, headers }));
  expect(problem.retryAfterMs).toBeNull();
});
