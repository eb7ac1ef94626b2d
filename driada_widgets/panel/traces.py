"""The interactive picture of traces: a canvas fed with min-max columns.

The browser draws, pans, zooms and marks at once from what it holds, and asks for the rest; this
side keeps the traits that it draws from, and hands gestures to callbacks. It reads no data.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import traitlets

from driada_widgets.panel.binding import guarded, plain
from driada_widgets.panel.page_part import HAS_SCRIPTS, PagePart
from driada_widgets.panel.scripts import join_scripts, read_script
from driada_widgets.panel.trace_rows import check_shapes, overlay_state

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from driada_widgets.panel.trace_rows import FeatureRow, OverlayRows, Proposal

__all__ = ["TraceView"]

_LOG = logging.getLogger("driada_widgets.panel")
_SCRIPTS = (
    *("keys.js", "scale.js", "draw.js", "lines.js", "overlay.js", "gestures.js", "page.js"),
    *("held.js", "view.js"),
)


class TraceView(PagePart):
    """Stacked traces with features under them, bad frames, a cursor, and keys.

    Parameters
    ----------
    on_error
        Gets what a callback raises. Without it, errors are logged.

    Attributes
    ----------
    wish
        ``(start, stop, n_columns)`` that the browser asked for last: what to give :meth:`show`
        when other neurons are to be seen in the same window. ``None`` before the first.
    """

    _esm = join_scripts(_SCRIPTS)
    _css = read_script("traces.css")

    # What the picture is made of. A page may connect after all of it was set, so everything is
    # a trait; one revision is sent as one message.
    rev = traitlets.Int(0).tag(sync=True)
    answered = traitlets.Int(0).tag(sync=True)
    labels = traitlets.List(traitlets.Unicode()).tag(sync=True)
    features = traitlets.List(traitlets.Dict()).tag(sync=True)
    block = traitlets.Bytes(b"").tag(sync=True)
    ranges = traitlets.List(traitlets.List(traitlets.Float())).tag(sync=True)
    start = traitlets.Int(0).tag(sync=True)
    step = traitlets.Int(1).tag(sync=True)
    n_columns = traitlets.Int(0).tag(sync=True)
    window = traitlets.List(traitlets.Int(), default_value=[0, 0]).tag(sync=True)
    jump = traitlets.Int(0).tag(sync=True)
    n_frames = traitlets.Int(0).tag(sync=True)
    n_total = traitlets.Int(0).tag(sync=True)
    fps = traitlets.Float(None, allow_none=True).tag(sync=True)
    units = traitlets.Unicode("").tag(sync=True)
    bad = traitlets.List(traitlets.List(traitlets.Int())).tag(sync=True)
    selected = traitlets.Int(None, allow_none=True).tag(sync=True)
    marked = traitlets.Int(None, allow_none=True).tag(sync=True)
    proposals = traitlets.List(traitlets.Dict()).tag(sync=True)
    over_title = traitlets.Unicode("").tag(sync=True)
    over_places = traitlets.List(traitlets.Int()).tag(sync=True)
    over_block = traitlets.Bytes(b"").tag(sync=True)
    event_counts = traitlets.List(traitlets.Int()).tag(sync=True)
    event_block = traitlets.Bytes(b"").tag(sync=True)
    denoised = traitlets.Bool(default_value=False).tag(sync=True)
    marking = traitlets.Bool(default_value=False).tag(sync=True)
    time_unit = traitlets.Enum(("s", "frames"), "s").tag(sync=True)

    def __init__(self, on_error: Callable[[Exception], object] | None = None) -> None:
        super().__init__()
        self.add_class("dw-traces")
        self._on_error = on_error or _log_error
        self._callbacks: dict[str, list[Callable[..., object]]] = {}
        self._known_ranges: dict[str, tuple[float, float]] = {}
        self._open_wish = 0
        self.wish: tuple[int, int, int] | None = None
        self.on_msg(guarded(self._receive, self._report))
        self._is_showing = False
        self.observe(guarded(self._on_toggle, self._report), names=["marking", "time_unit"])
        self.observe(guarded(self._on_selected, self._report), names="selected")
        if not HAS_SCRIPTS:
            from driada_widgets.panel.stock.traces import TraceControls

            self.children = TraceControls(self, self._report).widgets

    # --- what it shows ----------------------------------------------------------------------------

    def show(
        self,
        labels: Sequence[str],
        columns: NDArray[np.float32],
        start: int,
        stop: int,
        *,
        n_frames: int,
        fps: float | None,
        units: str = "",
        n_total: int | None = None,
        features: Sequence[FeatureRow] = (),
        bad: Sequence[tuple[int, int]] | None = None,
        selected: int | None = None,
        proposals: Sequence[Proposal] | None = None,
        visible: tuple[int, int] | None = None,
        overlay: OverlayRows | None = None,
        denoised: bool = False,
    ) -> None:
        """Show traces, as one message.

        Parameters
        ----------
        labels
            Name of each trace.
        columns
            What ``min_max_columns(rows, start, stop, n_columns)`` gave, shape
            ``(n_traces, 2, n)``.
        start, stop
            Frames that the columns cover. When it answers the browser's wish this is wider
            than what is seen, so that the next pan has something to show.
        n_frames
            Frames of the recording.
        fps
            Frame rate in Hz; ``None`` if unknown (the axis then counts frames).
        units
            Unit of the traces, such as ``"ΔF/F"``; empty is shown as "a.u. (unit unknown)".
        n_total
            Neurons of the recording; ``None``: as many as shown.
        features
            Rows under the traces.
        bad, selected, proposals
            As :meth:`show_spans`; all are left as they are if none is given.
        visible
            Frames to bring into view. ``None``: what the browser shows stays (all frames given,
            the first time).
        overlay
            Events and reconstructed traces to draw over the traces; ``None``: none.
        denoised
            Whether the traces are not those of the file but denoised; the picture says so.

        Raises
        ------
        ParameterError
            If labels, columns, features and overlay do not fit together.
        """
        check_shapes(labels, columns, features, overlay)
        n_columns = columns.shape[2]
        with self.hold_sync():
            self.labels = [plain(label, limit=60) for label in labels]
            self.features = [row.state for row in features]
            rows = [columns, *(row.columns[np.newaxis] for row in features)]
            self.ranges = self._ranges_of(labels, columns, features)
            self.block = np.concatenate(rows).astype("<f4", copy=False).tobytes()
            self.start, self.n_columns = start, n_columns
            self.step = max(1, -(-(stop - start) // max(1, n_columns)))
            self.n_frames, self.fps, self.units = n_frames, fps, plain(units, limit=30)
            self.n_total = len(labels) if n_total is None else n_total
            self.denoised = denoised
            for name, value in overlay_state(overlay).items():
                setattr(self, name, value)  # what is equal, as nothing is, is not sent
            if (bad, selected, proposals) != (None, None, None):
                self.show_spans(bad=bad, selected=selected, proposals=proposals)
            if visible is None and self.window[1] == 0:
                visible = (start, stop)
            if visible is not None:
                self._bring(visible)
            self.answered = self._open_wish or self.answered
            self._open_wish = 0
            self.rev += 1

    def show_spans(
        self,
        *,
        bad: Sequence[tuple[int, int]] | None = None,
        selected: int | None = None,
        proposals: Sequence[Proposal] | None = None,
    ) -> None:
        """Show bad frames and proposals over the traces that are there.

        Parameters
        ----------
        bad
            Half-open frame ranges, in order and apart. ``None``: as they are.
        selected
            Index of the selected range, or ``None``.
        proposals
            Ranges that might be bad, drawn differently. ``None``: as they are.
        """
        with self.hold_sync():
            if bad is not None:
                self.bad = [[int(start), int(stop)] for start, stop in bad]
            self._is_showing = True
            self.selected = selected if selected is None or selected < len(self.bad) else None
            self._is_showing = False
            if proposals is not None:
                self.proposals = [item.state for item in proposals]

    def go_to(self, start: int, stop: int) -> None:
        """Bring frames into view; the browser then asks for what it lacks."""
        with self.hold_sync():
            self._bring((start, stop))

    def mark_trace(self, row: int | None) -> None:
        """Bring out one of the traces shown, counted from the top; ``None``: none."""
        self.marked = row

    def _bring(self, visible: tuple[int, int]) -> None:
        self.window = [int(visible[0]), int(visible[1])]
        self.jump += 1

    def _ranges_of(
        self,
        labels: Sequence[str],
        columns: NDArray[np.float32],
        features: Sequence[FeatureRow],
    ) -> list[list[float]]:
        """Widen what is known of each row's range, so that rows keep their height in a pan."""
        rows = [(f"trace {label}", part) for label, part in zip(labels, columns, strict=True)]
        rows += [(f"feature {row.name}", row.columns) for row in features]
        for key, part in rows:
            finite = part[np.isfinite(part)]
            if finite.size:
                low, high = self._known_ranges.get(key, (np.inf, -np.inf))
                widened = (min(low, float(finite.min())), max(high, float(finite.max())))
                self._known_ranges[key] = widened
        return [list(self._known_ranges.get(key, (0.0, 1.0))) for key, _ in rows]

    def forget_ranges(self) -> None:
        """Start anew with the height of rows: call it when another recording is shown."""
        self._known_ranges.clear()
        self.window = [0, 0]

    # --- what a person does -----------------------------------------------------------------------

    def on_window(self, callback: Callable[[int, int, int], object]) -> None:
        """Call ``callback(start, stop, n_columns)`` when the picture needs other frames.

        The callback ends, now or later, in :meth:`show` with these frames in at most so many
        columns. While one wish is open the browser sends no second one; the latest wins.
        """
        self._add("window", callback)

    def on_view(self, callback: Callable[[int, int], object]) -> None:
        """Call ``callback(start, stop)`` with the frames that are seen, after a move.

        Where the move needed another picture, that was sent already.
        """
        self._add("view", callback)

    def on_mark(self, callback: Callable[[int, int], object]) -> None:
        """Call ``callback(start, stop)`` when frames were marked bad by a drag (half-open)."""
        self._add("mark", callback)

    def on_resize_span(self, callback: Callable[[int, int, int], object]) -> None:
        """Call ``callback(index, start, stop)`` when an edge of ``bad[index]`` was dragged."""
        self._add("resize", callback)

    def on_remove(self, callback: Callable[[int], object]) -> None:
        """Call ``callback(index)`` when ``bad[index]`` was removed by *Delete*."""
        self._add("remove", callback)

    def on_select(self, callback: Callable[[int | None], object]) -> None:
        """Call ``callback(index)`` when ``bad[index]`` was clicked, ``None`` for none of them."""
        self._add("select", callback)

    def on_proposal(self, callback: Callable[[int], object]) -> None:
        """Call ``callback(index)`` when ``proposals[index]`` was double-clicked."""
        self._add("proposal", callback)

    def on_scroll(self, callback: Callable[[int], object]) -> None:
        """Call ``callback(n)`` when a person asks for the traces ``n`` further down (or up)."""
        self._add("scroll", callback)

    def on_marking(self, callback: Callable[[bool], object]) -> None:
        """Call ``callback(is_marking)`` when the marking mode was switched in the picture."""
        self._add("marking", callback)

    def on_time_unit(self, callback: Callable[[Literal["s", "frames"]], object]) -> None:
        """Call ``callback(unit)`` when the axis was switched between seconds and frames."""
        self._add("time_unit", callback)

    def _add(self, event: str, callback: Callable[..., object]) -> None:
        self._callbacks.setdefault(event, []).append(guarded(callback, self._report))

    def _emit(self, event: str, *values: Any) -> None:
        for callback in self._callbacks.get(event, ()):
            callback(*values)

    def _report(self, error: Exception) -> None:
        self._on_error(error)

    def _on_toggle(self, change: Any) -> None:
        self._emit(change["name"], change["new"])

    def _on_selected(self, change: Any) -> None:
        index = change["new"]
        if not self._is_showing and (index is None or 0 <= index < len(self.bad)):
            self._emit("select", index)

    def _receive(self, _widget: object, message: dict[str, Any], _buffers: object) -> None:
        """Take one gesture from the browser; what does not fit what is shown now is dropped."""
        event = message.get("event")
        if event == "window":
            self._open_wish = int(message["id"])
            self.wish = (*self._cut(message), max(1, int(message["columns"])))
            with self.hold_sync():  # an answer given at once is the same message
                self.window = [int(frame) for frame in message["view"]]
                self._emit("window", *self.wish)
            self._emit("view", *self.window)  # the picture is on its way already
        elif event == "view":
            self.window = [int(frame) for frame in message["view"]]
            self._emit("view", *self.window)
        elif event == "mark":
            start, stop = self._cut(message)
            if start < stop:
                self._emit("mark", start, stop)
        elif event == "scroll":
            self._emit("scroll", int(message["rows"]))
        elif event == "proposal":
            if 0 <= int(message["index"]) < len(self.proposals):
                self._emit("proposal", int(message["index"]))
        else:
            self._receive_span(event, message)

    def _receive_span(self, event: object, message: dict[str, Any]) -> None:
        index = message.get("index")
        if index is not None and list(message["span"]) in self.bad[index : index + 1]:
            if event == "resize":
                start, stop = self._cut(message)
                if start < stop:
                    self._emit("resize", int(index), start, stop)
            elif event == "remove":
                self._emit("remove", int(index))

    def _cut(self, message: dict[str, Any]) -> tuple[int, int]:
        start, stop = int(message["start"]), int(message["stop"])
        return max(0, min(start, self.n_frames)), max(0, min(stop, self.n_frames))


def _log_error(error: Exception) -> None:
    _LOG.error("A gesture in the trace picture failed.", exc_info=error)
