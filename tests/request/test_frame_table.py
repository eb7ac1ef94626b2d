"""Bad frames from spreadsheets and text files: what the columns mean, and what is refused."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from driada_widgets.core.errors import ParameterError
from driada_widgets.core.request import frames
from driada_widgets.core.request.frame_table import read_pasted, read_table


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("300\n301\n302", ((300, 303),)),
        ("120,180\n300,300", ((120, 181), (300, 301))),
        ("120 180\n  300   310", ((120, 181), (300, 311))),
        ("start,stop\n120,180\n300,301", ((120, 180), (300, 301))),
        ("start;end;why\n120;180;moved\n300;300;", ((120, 181), (300, 301))),
        ("first\tlast\n120\t180", ((120, 181),)),
        ("# start stop\n120 180\n# that is all\n", ((120, 180),)),
        (",start,stop\n0,120,180\n1,300,310", ((120, 180), (300, 310))),
        ("frame\n12\n14", ((12, 13), (14, 15))),
        ("whatever\n12\n13", ((12, 14),)),
        ("12.0\n1.3e1", ((12, 14),)),
        ("start_s,stop_s\n6.0,9.0\n15,15.1", ((120, 180), (300, 302))),
        ("start (ms);stop (ms)\n6000;9000,0", ((120, 180),)),
        ("Onset (s);Offset (s)\n6,0;9,0", ((120, 180),)),
        ("time\n6.0\n6.05", ((120, 122),)),
        ("120-180, 300", ((120, 181), (300, 301))),
        ("bad_frames\n120-180\n300", ((120, 181), (300, 301))),
        ('"start","stop"\r\n"120","180"\r\n', ((120, 180),)),
        ("\ufeffstart,stop\n5,6", ((5, 6),)),
    ],
)
def test_tables(text: str, expected: frames.Ranges) -> None:
    """Columns are understood by their names, and without names as people write."""
    assert read_table(text, fps=20.0).ranges == expected


@pytest.mark.parametrize(
    "text",
    ["bad\n0\n1\n1\n0\n1", "0\n1\n1\n0\n1", "time,bad\n0,0\n1,1\n2,1\n3,0\n4,True"],
    ids=["named", "by-length", "beside-the-time"],
)
def test_mask(text: str) -> None:
    """A column with 0 or 1 for every frame is a mask, and not the frames 0 and 1."""
    assert read_table(text, n_frames=5).ranges == ((1, 3), (4, 5))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,b,c\n1,2,3", "do not say which frames are bad"),
        ("1,2,3", "3 columns without names"),
        ("start,stop\n1,x", "Row 1 of the table has 'x'"),
        ("start,stop\n1,2\n7", "Row 2 of the table has ''"),
        ("start,stop\n9,3", "ends before it starts"),
        ("frame\n-4", "outside"),
        ("frame\n1.5", "not a whole frame"),
        ("start_s,stop\n1,2", "Use one unit"),
        ("bad\n0\n1", "mask of bad frames must have"),
        ("hello\nworld", "is not a frame"),
        ("x" * 200_000 + ",1", "The table cannot be read"),
    ],
)
def test_refusals(text: str, says: str) -> None:
    """What cannot be understood is refused with the part that is wrong; nothing is guessed."""
    with pytest.raises(ParameterError, match=re.escape(says)):
        read_table(text, fps=20.0, n_frames=5)


def test_times_need_a_frame_rate() -> None:
    """Seconds without a frame rate are refused, not taken as frames."""
    with pytest.raises(ParameterError, match="frame rate is not known"):
        read_table("start_s,stop_s\n6,9")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("120-180, 300", ((120, 181), (300, 301))),
        ("120-180\n300\n6.0s-9.0s", ((120, 181), (300, 301))),
        ("120\t180\n300\t310", ((120, 181), (300, 311))),
        ("start\tstop\r\n120\t180\r\n", ((120, 180),)),
        ("frame\n12\n13", ((12, 14),)),
        ("frame 12", ((12, 13),)),
        ("Start (s)\tEnd (s)\n6,0\t9,0", ((120, 180),)),
    ],
)
def test_pasted(text: str, expected: frames.Ranges) -> None:
    """Lists of several lines and cells of a spreadsheet are read as they are pasted."""
    assert read_pasted(text, fps=20.0).ranges == expected


@given(
    st.lists(
        st.tuples(st.integers(0, 5000), st.integers(1, 300)).map(lambda p: (p[0], p[0] + p[1])),
        min_size=1,
        max_size=12,
    )
)
def test_one_meaning_in_every_form(ranges: list[tuple[int, int]]) -> None:
    """Stop and last columns, single frames and typed lists say the same; overlaps merge."""
    expected = frames.merge(ranges)
    marked = np.flatnonzero(frames.to_mask(expected, 6000))

    forms = [
        "start,stop\n" + "\n".join(f"{a},{b}" for a, b in ranges),
        "first\tlast\n" + "\n".join(f"{a}\t{b - 1}" for a, b in ranges),
        "\n".join(f"{a};{b - 1}" for a, b in ranges),
        "frame\n" + "\n".join(str(frame) for frame in marked),
    ]

    assert [read_table(form).ranges for form in forms] == [expected] * len(forms)
    assert read_pasted(frames.to_text(ranges)).ranges == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("120-180, 300", "both ends included"),
        ("frames 120-180 (6.0-9.0 s)", "both ends included"),
        ("6.0s-9.0s", "frames with both ends, times without the second"),
        ("12-15\n6.0 sec to 9.0 sec", "frames with both ends, times without the second"),
    ],
)
def test_what_is_said_about_the_ends_is_true(text: str, said: str) -> None:
    """The second of two times is not included, and is not said to be."""
    assert read_pasted(text, fps=20.0).said == said
