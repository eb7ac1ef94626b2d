"""Frames as people type them, as code gives them, and as ranges."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.request import frames
from tests.properties import examples
from tests.request_strategies import frame_ranges


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("120-180, 300", ((120, 181), (300, 301))),
        ("6.0s-9.0s", ((60, 90),)),
        ("6-9 s", ((60, 90),)),
        ("6s to 9 seconds", ((60, 90),)),
        ("0.25s-0.55s", ((3, 6),)),
        ("0.7s-0.8s", ((7, 8),)),
        ("6.05s", ((60, 61),)),
        ("0.7s", ((7, 8),)),
        ("120\u2013180", ((120, 181),)),
        ("120 \u2212 180;300\n302", ((120, 181), (300, 301), (302, 303))),
        ("frames 120 to 180", ((120, 181),)),
        ("5..7", ((5, 8),)),
        ("0", ((0, 1),)),
        ("300, 120-180, 181, 150-160", ((120, 182), (300, 301))),
        ("120-180 (12.0-18.0 s), 300 (30.0 s)", ((120, 181), (300, 301))),
        ("", ()),
        (" , ;\n", ()),
    ],
    ids=lambda value: repr(value) if isinstance(value, str) else "",
)
def test_typed_frames_have_both_ends_and_seconds_do_not(text: str, expected: frames.Ranges) -> None:
    """``120-180`` is 61 frames; a span in seconds (here at 10 Hz) ends before its end."""
    assert expected == frames.parse(text, fps=10.0)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("-5", "first frame is 0"),
        ("10-x", "'10-x'"),
        ("120:180", "'120:180'"),
        ("120 180", "'120 180'"),
        ("10.5", "not a whole frame"),
        ("1-10.5", "not a whole frame"),
        ("180-120", "ends before it starts"),
        ("9s-6s", "ends before it starts"),
        ("6.01s-6.05s", "holds no frame"),
        ("9" * 30, "not a frame"),
    ],
    ids=lambda value: value[:12],
)
def test_frames_that_cannot_be_understood_are_refused(text: str, part: str) -> None:
    """Nothing typed is guessed at or left out: the part is named, with how to write it."""
    with pytest.raises(ParameterError, match=part):
        frames.parse(f"1, {text}", fps=10.0)


@pytest.mark.parametrize("fps", [None, 0.0, float("nan")])
def test_seconds_need_a_frame_rate(fps: float | None) -> None:
    """Seconds without a frame rate are refused, not taken at a default rate."""
    with pytest.raises(ParameterError, match="frame rate is not known"):
        frames.parse("6.0s-9.0s", fps=fps)


@examples(100)
@given(frame_ranges(), st.none() | st.floats(0.1, 1000.0))
def test_what_is_shown_can_be_typed(ranges: frames.Ranges, fps: float | None) -> None:
    """The text of merged ranges, with or without seconds in brackets, is read back as they are."""
    merged = frames.merge(ranges)

    assert merged == frames.parse(frames.to_text(merged, fps=fps))


def test_what_is_shown_is_inclusive() -> None:
    """People see both ends in frames, and the times of those frames in brackets."""
    shown = frames.to_text(((120, 181), (300, 301)), fps=20.0)

    assert shown == "120-180 (6.0-9.0 s), 300 (15.0 s)"


@examples(100)
@given(frame_ranges())
def test_merging_keeps_the_frames(ranges: frames.Ranges) -> None:
    """Merged ranges are sorted, apart and not empty, and hold exactly the same frames."""
    merged = frames.merge(ranges)
    held = {frame for start, stop in ranges for frame in range(start, stop)}

    assert held == {frame for start, stop in merged for frame in range(start, stop)}
    assert len(held) == frames.count(merged)
    assert all(start < stop for start, stop in merged)
    assert all(one[1] < two[0] for one, two in pairwise(merged))
    assert merged == frames.merge(merged)
    assert merged == frames.merge(reversed(ranges))


@examples(100)
@given(frame_ranges(), st.integers(0, 500), st.integers(0, 500))
def test_adding_and_removing_are_set_operations(
    ranges: frames.Ranges, start: int, stop: int
) -> None:
    """Adding is a union and removing a difference of frames."""
    mask = frames.to_mask(ranges, 500)
    span = frames.to_mask([(start, stop)], 500)

    assert frames.from_mask(mask | span) == frames.add(ranges, start, stop)
    assert frames.from_mask(mask & ~span) == frames.remove(ranges, start, stop)


@examples(100)
@given(frame_ranges(last=100))
def test_masks_numbers_and_ranges_say_the_same(ranges: frames.Ranges) -> None:
    """The same frames are meant however they are given from code."""
    merged = frames.merge(ranges)
    mask = frames.to_mask(merged, 100)
    numbers = np.flatnonzero(mask)
    forms = [mask, mask.tolist(), numbers, numbers.astype(float), numbers.tolist(), list(merged)]
    forms += [np.array(merged).reshape(-1, 2), set(numbers.tolist()), iter(numbers.tolist()[::-1])]

    assert [merged] * len(forms) == [frames.from_given(form, n_frames=100) for form in forms]


@examples(100)
@given(st.integers(0, 50), st.integers(0, 50), st.integers(-5, 5).filter(bool))
def test_a_range_object_means_its_frames(start: int, stop: int, step: int) -> None:
    """Python's ``range`` is taken frame by frame, whatever its direction."""
    given_range = range(start, stop, step)

    assert frames.from_given(list(given_range)) == frames.from_given(given_range)


@pytest.mark.parametrize(
    ("given_frames", "expected"),
    [
        ([11.0], ((11, 12),)),
        ([np.float32(3), np.int16(4)], ((3, 5),)),
        ([(120, 181), 300], ((120, 181), (300, 301))),
        ([(5, 5)], ()),
        ([], ()),
        (np.array([], dtype=float), ()),
        ([2000], ((2000, 2001),)),
        (range(10**12), ((0, 10**12),)),
        (np.arange(1000) // 100 == 5, ((500, 600),)),
    ],
    ids=[
        "whole-float",
        "numpy",
        "mixed",
        "empty-range",
        "none",
        "none-array",
        "past",
        "huge",
        "mask",
    ],
)
def test_frames_from_code_are_taken_as_meant(given_frames: Any, expected: frames.Ranges) -> None:
    """Whole floats are frames, ranges are half-open, a mask marks its True frames."""
    assert expected == frames.from_given(given_frames, n_frames=1000)


@pytest.mark.parametrize(
    ("given_frames", "parts"),
    [
        ([-1], ["\u22121 is outside 0\u2026999", "-1"]),
        (np.array([5, -1000]), ["-1000", "999"]),
        (range(-2, 3), ["-2", "999"]),
        ([(-3, 5)], ["-3", "999"]),
        ([10.5, 11.0], ["10.5"]),
        ([float("nan")], ["nan"]),
        ([True, 5], ["True"]),
        (["5"], ["'5'"]),
        ("120-180", ["120-180"]),
        (5, ["5"]),
        ([(9, 3)], ["(9, 3)", "ends before it starts"]),
        ([(1, 2, 3)], ["(1, 2, 3)"]),
        (np.ones(999, dtype=bool), ["(1000,)", "(999,)"]),
        (np.ones((2, 1000), dtype=bool), ["(2, 1000)"]),
        ([1j], ["1j"]),
    ],
    ids=lambda value: str(value)[:16] if not isinstance(value, list) else "",
)
def test_frames_that_do_not_exist_are_refused_by_name(given_frames: Any, parts: list[str]) -> None:
    """Negative, fractional and odd entries are refused by name; nothing wraps around."""
    with pytest.raises(ParameterError) as caught:
        frames.from_given(given_frames, n_frames=1000)

    assert [part for part in parts if part not in str(caught.value)] == []


def test_a_negative_frame_is_refused_before_the_length_is_known() -> None:
    """A negative frame is wrong for every recording."""
    with pytest.raises(ParameterError, match="first frame is 0"):
        frames.from_given([-1])


def test_frames_past_the_end_are_counted() -> None:
    """Frames past the end are left out, and how many they are is known."""
    assert frames.clip([(990, 1010), (1500, 1501)], 1000) == (((990, 1000),), 11)


def test_the_last_frame_can_be_marked() -> None:
    """A half-open range reaches the last frame."""
    mask = frames.to_mask(frames.parse("999"), 1000)

    assert np.flatnonzero(mask).tolist() == [999]


@pytest.mark.parametrize("fps", [7.5, 10.0, 20.0, 29.97, 30.0, 66.8905, 120.0])
def test_times_rounded_to_a_millisecond_keep_their_frames(fps: float) -> None:
    """What is shown or exported as seconds, and typed again, is the same frames."""
    for start in range(0, 40_000, 371):
        first, stop = round(start / fps, 3), round((start + 3) / fps, 3)

        assert frames.parse(f"{first}s-{stop}s", fps=fps) == ((start, start + 3),)
        assert frames.parse(f"{first}s", fps=fps) == ((start, start + 1),)
