"""Run a session in real time and save it, until somebody ends this process.

python -m tests.storage.live_session URL SESSION_ID [SECONDS]
"""

from __future__ import annotations

import sys
import time

from fer_core.emotions import Emotion
from fer_core.storage.store import SessionStore
from tests.storage.sessions import new_session
from tests.synthetic.signals import face, one_hot, picture


def main() -> None:
    url, session_id, *seconds = sys.argv[1:]
    store = SessionStore(url)
    started = time.time()
    session = new_session(session_id, started)
    store.follow(session)
    end = started + float(seconds[0]) if seconds else float("inf")
    while time.time() < end:
        now = time.time()
        session.observe(picture(face(one_hot(Emotion.NATURAL))), now)
        session.mark_passage("p1", 1.0, now - 0.1, now)
        if now - started < 0.2:
            print("started", flush=True)  # noqa: T201
        time.sleep(0.1)
    session.finish(time.time())
    store.close()


if __name__ == "__main__":
    main()
