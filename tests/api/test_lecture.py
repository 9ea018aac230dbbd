"""A session about a video through the API: the client's own player says where it stands."""

from __future__ import annotations

from typing import Any

from fer_core.api.schemas.moments import format_moment
from tests.api.learner import START, Learner

VIDEO: dict[str, Any] = {
    "title": "Photosynthesis",
    "duration_s": 1500,
    "chapters": [{"start_s": 0, "title": "Start"}, {"start_s": 600, "title": "Light reactions"}],
}


def played(since: float, seconds: float, place: float) -> dict[str, Any]:
    return {
        "from": format_moment(START + since),
        "to": format_moment(START + since + seconds),
        "video_from_s": place,
        "video_to_s": place + seconds,
    }


def test_where_a_learner_was_lost_in_a_video_comes_back(learner: Learner) -> None:
    learner.start(retention="keep", video=VIDEO)
    told = learner.get().get_json()
    assert told["text"] is None
    assert told["video"]["parts"][1] == {
        "passage_id": "p2",
        "start_s": 600,
        "end_s": 1500,
        "title": "Light reactions",
    }
    learner.clock.now += 60
    pieces = [played(0, 40, 580), played(40, 20, 740), played(40, 20, 740)]
    assert learner.post("/playback", pieces).get_json() == {"taken": 3}
    lost = {"passage_id": "p2", "at": format_moment(START + 60)}
    assert learner.post("/lost", lost).get_json() == {"taken": 1}
    feedback = learner.post("/finish").get_json()["feedback"]
    assert feedback["lost"] == [
        {"at": format_moment(START + 60), "passage_id": "p2", "video_s": 760}
    ]
    first, second = feedback["passages"]
    assert (first["seconds"], second["seconds"]) == (20, 40)
    assert (second["words"], second["wpm"]) == (0, None)
    assert learner.get("/export").get_json()["lost"][0]["video_s"] == 760


def test_a_video_that_does_not_fit_is_refused(learner: Learner) -> None:
    late = {**VIDEO, "chapters": [{"start_s": 2000}]}
    answer = learner.start(video=late)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "video_chapters_invalid")
    both = learner.start(video=VIDEO, text={"content": "Words."})
    assert both.status_code == 400
    assert "not both" in both.get_data(as_text=True)


def test_a_stretch_that_goes_backwards_or_lies_ahead_is_refused(learner: Learner) -> None:
    learner.start(video=VIDEO)
    back = {**played(0, 2, 60), "video_to_s": 10}
    assert learner.post("/playback", [back]).status_code == 400
    assert learner.post("/playback", [played(3600, 2, 60)]).status_code == 400
    learner_without = learner.post("/playback", [played(0, 2, 60)])
    assert learner_without.get_json() == {"taken": 1}
