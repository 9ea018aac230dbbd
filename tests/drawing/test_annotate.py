"""Drawn faces: seen on any background, of any size, and never where they hide a neighbour."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.drawing.annotate import DrawOptions, draw_faces, scale_faces, text_size
from fer_core.drawing.emoji import emoji_sprite
from fer_core.drawing.labels import label_size, label_sprite, probability_panel
from fer_core.emotions import EMOTIONS, Emotion
from fer_core.vision.faces import Box, Face

ONLY_BOX = DrawOptions(labels=False, probabilities=False, emoji=False)


def picture(width: int = 640, height: int = 480, grey: int = 128) -> np.ndarray:
    return np.full((height, width, 3), grey, np.uint8)


def face(x: float = 200, y: float = 150, size: float = 120, sure: float = 0.9, of: int = 1) -> Face:
    probabilities = np.full(5, (1 - sure) / 4)
    probabilities[of] = sure
    return Face(Box(x, y, size, size), 0.9, probabilities, unsure_below=0.4)


def changed(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    return np.asarray(np.any(before != after, axis=2))


class TestGlyphs:
    @pytest.mark.parametrize("emotion", [*EMOTIONS, None])
    @pytest.mark.parametrize("size", [1, 12, 33, 400])
    def test_exist_for_every_class_at_every_size(self, emotion: Emotion | None, size: int) -> None:
        drawn = emoji_sprite(emotion, size)
        assert drawn.shape == (size, size, 4)
        assert drawn[size // 2, size // 2, 3] > 0

    def test_differ_from_each_other_even_when_tiny_and_without_colour(self) -> None:
        greys = [emoji_sprite(emotion, 20)[:, :, :3].mean(axis=2) for emotion in (*EMOTIONS, None)]
        for index, one in enumerate(greys):
            for other in greys[index + 1 :]:
                assert np.abs(one - other).mean() > 4

    def test_have_smooth_edges(self) -> None:
        alpha = emoji_sprite(Emotion.HAPPY, 40)[:, :, 3]
        assert np.any((alpha > 20) & (alpha < 235))

    def test_are_drawn_even_where_no_font_has_emoji(self) -> None:
        sad, surprised = emoji_sprite(Emotion.SAD, 64), emoji_sprite(Emotion.SURPRISED, 64)
        assert np.any(sad != surprised)


class TestBoxes:
    @pytest.mark.parametrize("grey", [0, 60, 128, 190, 255])
    @pytest.mark.parametrize("of", range(5))
    def test_stand_out_from_any_background(self, grey: int, of: int) -> None:
        before = picture(grey=grey)
        after = draw_faces(before, [face(of=of)], ONLY_BOX)
        edge = after[210, 190:212].astype(float)
        assert np.abs(edge - grey).max() > 60

    def test_of_an_unsure_face_are_dashed_and_so_differ_without_colour(self) -> None:
        before = picture()
        sure = changed(before, draw_faces(before, [face(sure=0.9)], ONLY_BOX))
        unsure = changed(before, draw_faces(before, [face(sure=0.3)], ONLY_BOX))
        top_edge = (150, slice(215, 305))
        assert sure[top_edge].all()
        gaps = np.count_nonzero(np.diff(unsure[top_edge].astype(int)) == -1)
        assert gaps >= 3

    def test_leave_the_given_picture_as_it_was(self) -> None:
        before = picture()
        draw_faces(before, [face()])
        assert np.all(before == 128)

    def test_are_not_drawn_without_faces(self) -> None:
        before = picture()
        assert np.array_equal(draw_faces(before, []), before)


class TestLabels:
    def test_say_the_word_and_the_probability(self) -> None:
        assert label_size("Happy  90%", 20, emoji=True) > label_size("Happy", 20, emoji=True)
        drawn = label_sprite(Emotion.HAPPY, "Happy  90%", 20, emoji=True)
        assert drawn.shape[1::-1] == label_size("Happy  90%", 20, emoji=True)

    def test_are_light_on_dark_whatever_lies_behind(self) -> None:
        for grey in (0, 255):
            after = draw_faces(picture(grey=grey), [face()])
            label = after[100:150, 190:400]
            assert label.min() < 60
            assert label.max() > 240

    def test_can_be_left_out(self) -> None:
        before = picture()
        plain = changed(before, draw_faces(before, [face()], ONLY_BOX))
        full = changed(before, draw_faces(before, [face()]))
        assert plain[:140].sum() == 0
        assert full[:140].sum() > 0

    def test_stay_inside_when_the_face_fills_the_picture(self) -> None:
        before = picture(200, 200)
        filling = Face(Box(0, 0, 200, 200), 0.9, face().probabilities, unsure_below=0.4)
        with_label = draw_faces(before, [filling])
        without = draw_faces(before, [filling], ONLY_BOX)
        assert changed(with_label, without).sum() > 200

    def test_grow_shorter_where_faces_stand_close(self) -> None:
        before = picture()
        crowd = [face(20 + 60 * column, 200, 40) for column in range(10)]
        after = draw_faces(before, crowd)
        for neighbour in crowd:
            x, y = int(neighbour.box.x), int(neighbour.box.y)
            # The inside of every face stays as it was: no label lies on it.
            assert np.all(after[y + 6 : y + 34, x + 6 : x + 34] == 128)

    def test_name_a_furrowed_face_while_reading(self) -> None:
        angry = [face(of=Emotion.ANGRY.index)]
        reading = draw_faces(picture(), angry, DrawOptions(study_words=True))
        assert np.any(reading != draw_faces(picture(), angry))


class TestMarking:
    def test_dims_the_rest_of_the_picture_and_not_the_face(self) -> None:
        after = draw_faces(
            picture(), [face(), face(450, 300, 80)], DrawOptions(marked=0, labels=False)
        )
        assert np.all(after[200:220, 250:270] == 128)
        assert np.all(after[440:470, 20:60] < 70)

    def test_of_a_face_that_is_not_there_changes_nothing(self) -> None:
        plain = draw_faces(picture(), [face()])
        assert np.array_equal(draw_faces(picture(), [face()], DrawOptions(marked=7)), plain)


class TestProbabilityPanel:
    def test_has_longer_bars_for_larger_probabilities(self) -> None:
        drawn = probability_panel(np.array([0.1, 0.6, 0.1, 0.1, 0.1]), 20)
        white = np.all(drawn == 255, axis=2)
        rows = [
            white[7 + index * 28 : 7 + (index + 1) * 28, 40:140].any(axis=0).sum()
            for index in range(5)
        ]
        assert rows[1] > 4 * rows[0]
        assert rows[0] == rows[2]

    def test_is_drawn_beside_the_face(self) -> None:
        before = picture()
        with_bars = draw_faces(before, [face()], DrawOptions(bars=True))
        assert changed(with_bars, draw_faces(before, [face()]))[150:250, 330:].sum() > 1000


class TestAnyInput:
    @given(
        width=st.integers(1, 400),
        height=st.integers(1, 400),
        box=st.tuples(
            *[st.floats(-300, 600) for _ in range(2)], *[st.floats(0, 600) for _ in range(2)]
        ),
        marked=st.booleans(),
        bars=st.booleans(),
    )
    def test_never_fails_and_keeps_the_shape(
        self, width: int, height: int, box: tuple[float, ...], marked: bool, bars: bool
    ) -> None:
        one = Face(Box(*box), 0.5, np.full(5, 0.2), unsure_below=0.4)
        options = DrawOptions(marked=0 if marked else None, bars=bars, numbers=True)
        assert draw_faces(picture(width, height), [one, one], options).shape == (height, width, 3)

    def test_text_grows_with_the_picture_and_the_face(self) -> None:
        assert text_size(100, 640, 480) < text_size(1000, 6400, 4800)
        assert text_size(40, 640, 480) < text_size(140, 640, 480)
        assert text_size(20, 4000, 3000) * 1280 / 4000 >= 16

    def test_a_photos_only_face_has_no_number(self) -> None:
        numbered, plain = DrawOptions(numbers=True), DrawOptions()
        alone, both = [face()], [face(20, 20), face()]
        assert not changed(
            draw_faces(picture(), alone, numbered), draw_faces(picture(), alone, plain)
        ).any()
        assert changed(
            draw_faces(picture(), both, numbered), draw_faces(picture(), both, plain)
        ).any()

    def test_faces_are_scaled_with_their_picture(self) -> None:
        (half,) = scale_faces([face(100, 50, 80)], 0.5)
        assert half.box == Box(50, 25, 40, 40)
        assert half.emotion is Emotion.HAPPY
