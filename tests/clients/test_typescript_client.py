"""The browser client, as the demo page carries it, run by Node against scripted answers."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from fer_core.api.demo_page import FOLDER

#: Time passes at once: what is tested is how long the client would have waited.
_SCRIPT = """
import { Client } from "./client.js";

const answers = %s;
const waits = [];
let sent = 0;
globalThis.setTimeout = (then, after) => { waits.push(after); queueMicrotask(then); return 0; };
globalThis.clearTimeout = () => undefined;
const fetch = async () => {
  const [status, retryAfter] = answers[Math.min(sent++, answers.length - 1)];
  const headers = retryAfter === null ? {} : { "Retry-After": String(retryAfter) };
  const body = status === 204 ? null : JSON.stringify({ code: "refused", detail: "Later." });
  return new Response(body, { status, headers });
};
let thrown = null;
try {
  const session = new Client({ baseUrl: "http://api", fetch }).session("s");
  for await (const event of session.events()) throw new Error(`what event? ${event.kind}`);
} catch (error) {
  thrown = error.status ?? String(error);
}
console.log(JSON.stringify({ waits, sent, thrown }));
"""

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="needs node")


def follow_events(folder: Path, *answers: tuple[int, int | None]) -> dict[str, Any]:
    """Follow a session's events; the answers are given in turn: status and Retry-After."""
    for script in FOLDER.glob("*.js"):
        shutil.copy(script, folder)
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "follow.js").write_text(_SCRIPT % json.dumps(answers))
    done = subprocess.run(
        ["node", "follow.js"], cwd=folder, check=True, capture_output=True, timeout=60
    )
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize("status", [429, 503])
def test_events_wait_as_told_for_as_long_as_it_takes(tmp_path: Path, status: int) -> None:
    followed = follow_events(tmp_path, *[(status, 7)] * 20, (204, None))
    assert followed == {"waits": [7000] * 20, "sent": 21, "thrown": None}


def test_no_word_from_the_server_makes_the_client_wait_for_hours(tmp_path: Path) -> None:
    assert follow_events(tmp_path, (429, 86_400), (204, None))["waits"] == [60_000]


def test_a_hurried_server_is_not_asked_without_a_rest(tmp_path: Path) -> None:
    assert follow_events(tmp_path, (503, 0), (503, None), (204, None))["waits"] == [2000, 2000]


def test_another_refusal_of_the_events_is_raised(tmp_path: Path) -> None:
    assert follow_events(tmp_path, (401, None)) == {"waits": [], "sent": 1, "thrown": 401}
