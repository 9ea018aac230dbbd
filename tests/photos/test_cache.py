"""The cache: each content analysed once, small pictures kept, all forgotten when taken away."""

from __future__ import annotations

import numpy as np
import pytest

from fer_core.config import Settings
from fer_core.drawing.annotate import DrawOptions
from fer_core.emotions import Emotion
from fer_core.errors import Busy
from fer_core.photos.cache import DISPLAY_SIDE, PhotoCache, Upload
from fer_core.photos.exports import encode_jpeg
from fer_core.vision.faces import Box, Detections, Face
from fer_core.vision.image import RgbImage


class CountingDetector:
    """Finds one face in the middle of every picture and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def detect(
        self, rgb: RgbImage, mode: str = "photo", confidence: float | None = None
    ) -> Detections:
        self.asked += 1
        height, width = rgb.shape[:2]
        box = Box(width / 4, height / 4, width / 2, height / 2)
        face = Face(box, 0.8, np.array([0.1, 0.6, 0.1, 0.1, 0.1]), unsure_below=0.4)
        return Detections((face,), width, height)


def jpeg(width: int = 200, height: int = 100, grey: int = 128) -> bytes:
    return encode_jpeg(np.full((height, width, 3), grey, np.uint8))


def upload(key: str, data: bytes, name: str = "a.jpg") -> Upload:
    return Upload(key, name, lambda: data)


def analysed(*uploads: Upload) -> tuple[PhotoCache, CountingDetector]:
    cache, detector = PhotoCache(), CountingDetector()
    assert list(cache.analyse(uploads, detector, Settings())) == list(uploads)
    return cache, detector


def test_files_come_back_in_order_with_their_own_names() -> None:
    uploads = [upload(str(number), jpeg(grey=number), f"{number}.jpg") for number in range(9)]
    cache, _ = analysed(*uploads)
    assert [cache.photo(each).name for each in uploads] == [each.name for each in uploads]
    assert cache.waiting(uploads) == []


def test_the_same_content_is_analysed_once_whatever_it_is_called() -> None:
    first, second = upload("1", jpeg(), "a.jpg"), upload("2", jpeg(), "b.jpg")
    cache, detector = analysed(first)
    list(cache.analyse(cache.waiting([first, second]), detector, Settings()))
    assert detector.asked == 1
    assert cache.photo(second).name == "b.jpg"


def test_an_unreadable_file_does_not_stop_the_others() -> None:
    bad, good = upload("1", b"nothing"), upload("2", jpeg())
    cache, _ = analysed(bad, good)
    assert cache.photo(bad).problem is not None
    assert cache.photo(good).problem is None
    assert cache.display(bad, 0.25, DrawOptions()) is None
    assert cache.thumbnail(bad, 0.25, DrawOptions()) is None


def test_what_is_taken_away_is_forgotten() -> None:
    kept, removed = upload("1", jpeg(grey=1)), upload("2", jpeg(grey=200))
    cache, _ = analysed(kept, removed)
    cache.keep_only([kept])
    assert cache.has(kept)
    assert not cache.has(removed)
    assert cache.waiting([kept, removed]) == [removed]


def test_a_file_that_is_there_twice_stays_when_one_is_taken_away() -> None:
    first, second = upload("1", jpeg()), upload("2", jpeg())
    cache, _ = analysed(first, second)
    cache.keep_only([second])
    assert cache.has(second)


def test_a_busy_engine_is_not_remembered_as_an_answer() -> None:
    class BusyDetector(CountingDetector):
        def detect(
            self, rgb: RgbImage, mode: str = "photo", confidence: float | None = None
        ) -> Detections:
            raise Busy

    cache, one = PhotoCache(), upload("1", jpeg())
    with pytest.raises(Busy):
        list(cache.analyse([one], BusyDetector(), Settings()))
    assert cache.waiting([one]) == [one]


def test_what_is_done_stays_done_when_the_page_is_left_early() -> None:
    uploads = [upload(str(number), jpeg(grey=number)) for number in range(20)]
    cache, detector = PhotoCache(), CountingDetector()
    progress = cache.analyse(uploads, detector, Settings())
    done = next(progress)
    progress.close()
    assert cache.has(done)
    list(cache.analyse(cache.waiting(uploads), detector, Settings()))
    assert cache.waiting(uploads) == []


def test_a_large_photo_is_shown_smaller_with_its_boxes_in_place() -> None:
    one = upload("1", jpeg(3200, 1600))
    cache, _ = analysed(one)
    only_box = DrawOptions(labels=False, probabilities=False, emoji=False)
    shown = cache.display(one, 0.25, only_box)
    assert shown is not None
    assert shown.shape == (DISPLAY_SIDE // 2, DISPLAY_SIDE, 3)
    rows, columns = np.nonzero(np.abs(shown.astype(int) - 128).max(axis=2) > 40)
    assert columns.min() == pytest.approx(DISPLAY_SIDE / 4, abs=8)
    assert rows.max() == pytest.approx(DISPLAY_SIDE / 2 * 3 / 4, abs=8)


def test_a_thumbnail_is_drawn_once_for_the_same_options() -> None:
    one = upload("1", jpeg())
    cache, _ = analysed(one)
    first = cache.thumbnail(one, 0.25, DrawOptions())
    assert first is not None
    assert cache.thumbnail(one, 0.25, DrawOptions()) is first
    assert cache.thumbnail(one, 0.25, DrawOptions(emoji=False)) != first


def test_what_somebody_says_of_a_face_stays_with_its_picture() -> None:
    one, again = upload("1", jpeg()), upload("2", jpeg())
    cache, _ = analysed(one, again)
    before = cache.thumbnail(one, 0.25, DrawOptions())
    cache.correct(one, 0, 0.25, Emotion.NATURAL)
    for same in (one, again):  # the same picture handed in twice
        (face,) = cache.photo(same).faces(0.25)
        assert (face.shown, face.said) == (Emotion.NATURAL, Emotion.NATURAL)
        assert face.emotion is not Emotion.NATURAL
    assert cache.thumbnail(one, 0.25, DrawOptions()) != before
    cache.correct(one, 0, 0.25, None)
    assert cache.photo(one).faces(0.25)[0].said is None
    assert cache.thumbnail(one, 0.25, DrawOptions()) == before


def test_a_picture_that_is_taken_away_takes_its_label_along() -> None:
    one = upload("1", jpeg())
    cache, detector = analysed(one)
    cache.correct(one, 0, 0.25, Emotion.NATURAL)
    cache.keep_only([])
    list(cache.analyse([one], detector, Settings()))
    assert cache.photo(one).faces(0.25)[0].said is None
