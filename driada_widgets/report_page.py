"""A report about an experiment: one HTML page that holds all it needs and asks no server."""

from __future__ import annotations

import base64
import html
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from driada_widgets.core.machine import format_bytes
from driada_widgets.core.request import frames
from driada_widgets.core.signals.evidence import explain
from driada_widgets.report_figures import report_figures
from driada_widgets.shown_text import escape, plain
from driada_widgets.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from driada_widgets.core.build.examine import FeatureReport
    from driada_widgets.core.experiment.contents import FeatureContent
    from driada_widgets.core.experiment.experiment import Experiment
    from driada_widgets.core.pipeline import LoadResult
    from driada_widgets.core.report import LedgerEntry, Note, Progress
    from driada_widgets.core.request.model import LoadRequest
    from driada_widgets.report_figures import ReportFigure

__all__ = ["Report", "make_report"]

# Nothing is fetched, whatever a name in the page may look like.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_STYLE = """
body { color: #222; font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 60em;
  overflow-wrap: anywhere; padding: 0 1em; }
h1 { font-size: 1.6em; margin-bottom: 0; }
h2 { border-bottom: 1px solid #ccc; font-size: 1.2em; margin-top: 2em; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #ddd; padding: 3px 8px; text-align: left; vertical-align: top; }
th { white-space: nowrap; }
figure { margin: 1em 0; }
img { max-width: 100%; }
figcaption, .quiet { color: #555; }
pre { background: #f5f5f5; border: 1px solid #ddd; overflow-x: auto; padding: 0.6em;
  white-space: pre-wrap; }
.warning { border-left: 4px solid #d98c00; padding-left: 8px; }
code { font-family: ui-monospace, monospace; }
@media print { body { margin: 0; max-width: none; } figure, tr { break-inside: avoid; } }
"""
PATHS = (
    "Folders of the computer that made this report are left out: put the recording where the path "
    "below says, or write its own."
)
_FATES = (("used", "Used"), ("changed", "Changed"), ("dropped", "Dropped"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a report is about.

    Parameters
    ----------
    result
        What was built, or opened as it was saved.
    request
        What it was made by; its paths are shown as they are.
    replayed
        What a replay in a fresh process gave, in one sentence; empty if there was none.
    """

    result: LoadResult
    request: LoadRequest
    replayed: str = ""


def make_report(report: Report, progress: Progress | None = None) -> str:
    """Write the page.

    Parameters
    ----------
    report
        What it is about.
    progress
        Told about figures; asked whether to stop.

    Returns
    -------
    str
        HTML. Its style and its pictures are inside; every text from a file is escaped.
    """
    result = report.result
    experiment = result.experiment
    item = result.plan.array_of("calcium") if result.plan is not None else None
    figures = report_figures(experiment, progress, neural=item.name if item is not None else "")
    parts = [
        f"<h1>{escape(experiment.signature)}</h1>",
        f'<p class="quiet">Report of {time.strftime("%d %b %Y, %H:%M")}, '
        f"driada_widgets {escape(__version__)}</p>",
        _section("Summary", _facts(_summary(result, report.replayed))),
        _section("Features", _features(result)),
        _section("Notes", _notes(result.notes)),
        _section("Every array of the file", _ledger(result.ledger)),
        _section("Figures", "".join(map(_figure, figures))),
        *_again(report.request),
        _section("Versions", _facts(_versions(experiment))),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{_bare(experiment.signature)}</title><style>{_STYLE}</style></head>"
        f"<body>{''.join(parts)}</body></html>\n"
    )


def _again(request: LoadRequest) -> Iterator[str]:
    """Write the request in three forms."""
    from driada_widgets.core.request.codegen import to_code, to_command
    from driada_widgets.core.request.text import to_yaml

    yield _section("The same as a file (YAML)", f"<p>{PATHS}</p>{_pre(to_yaml(request))}")
    yield _section("The same in Python", _pre(to_code(request)))
    yield _section("The same on the command line", _pre(to_command(request)))


def _section(title: str, body: str) -> str:
    return f"<section><h2>{title}</h2>{body}</section>" if body else ""


def _facts(pairs: Iterable[tuple[str, str]]) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(label)}</th><td>{escape(value, limit=None)}</td></tr>'
        for label, value in pairs
    )
    return f"<table>{rows}</table>"


def _summary(result: LoadResult, replayed: str) -> list[tuple[str, str]]:
    experiment = result.experiment
    contents = experiment.contents
    fps = float(experiment.static_features["fps"])
    seconds = experiment.n_frames / fps
    mask = contents.bad_frames_mask
    bad = () if mask is None else frames.from_mask(mask)
    pairs = [
        ("Neurons", f"{experiment.n_cells:,} of {contents.calcium.shape[0]:,}"),
        ("Frames", f"{experiment.n_frames:,} of {contents.calcium.shape[1]:,}"),
        ("Duration", f"{seconds:,.1f} s ({seconds / 60:.1f} min) at {fps:g} Hz"),
        ("Neural data", f"{contents.calcium.dtype}, {format_bytes(contents.calcium.nbytes)}"),
        ("Bad frames", frames.to_text(bad, fps=fps) or "none"),
        ("Spikes", "yes" if contents.spikes is not None else "no"),
        *_times(result),
        *_source(experiment),
        ("Parameters", ", ".join(f"{k} = {v}" for k, v in contents.exp_params.items()) or "none"),
        ("Hash", experiment.content_hash),
    ]
    if result.saved_to is not None:
        pairs.append(("Saved as", result.saved_to.name))
    if replayed:
        pairs.append(("Replay", replayed))
    return pairs


def _times(result: LoadResult) -> list[tuple[str, str]]:
    """Give the constants with their origin, where that is known."""
    origin: Any = result.plan.static_origin if result.plan else {}
    return [
        (label, f"{constants[name]:g} s{_origin(origin.get(name))}")
        for constants in [result.experiment.static_features]
        for name, label in (("t_rise_sec", "Rise time"), ("t_off_sec", "Decay time"))
        if isinstance(constants.get(name), int | float)
    ]


def _origin(word: str | None) -> str:
    return {"given": " (given)", "file": " (from the file)", "default": " (default)"}.get(
        word or "", ""
    )


def _source(experiment: Experiment) -> list[tuple[str, str]]:
    source = experiment.provenance.get("source")
    if not isinstance(source, dict):
        return []
    size = source.get("size")
    pairs = [
        ("Data file", f"{source.get('name')}, {format_bytes(size) if size else 'size unknown'}")
    ]
    if source.get("sha256"):
        pairs.append(("SHA-256 of the data file", str(source["sha256"])))
    return pairs


def _features(result: LoadResult) -> str:
    if result.features:
        rows = [_reported(report) for report in result.features]
    else:
        rows = [_stored(feature) for feature in result.experiment.contents.features]
    if not rows:
        return "<p>None.</p>"
    head = "".join(
        f'<th scope="col">{title}</th>'
        for title in ("Feature", "Type", "Detected", "Sure", "Why", "Shape")
    )
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(cell, limit=None)}</td>' for cell in row)}</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _reported(report: FeatureReport) -> Sequence[str]:
    detected = report.detected
    return (
        report.name,
        _word(report.type_info) + (" (set by you)" if report.forced else ""),
        _word(detected) if detected is not None else "",
        "" if detected is None else f"{min(1.0, detected.confidence):.0%}",
        report.why,
        _shape(report.shape),
    )


def _stored(feature: FeatureContent) -> Sequence[str]:
    """Describe a feature of an experiment that was opened, by what was kept with its type."""
    info = feature.type_info
    if info is None:
        return feature.name, _word(info), "", "", "as it was saved", _shape(feature.data.shape)
    sure = f"{min(1.0, info.confidence):.0%}"
    return feature.name, _word(info), "", sure, explain(info), _shape(feature.data.shape)


def _word(info: Any) -> str:
    if info is None:
        return "several components"
    period = f", period {info.circular_period:.4g}" if info.circular_period else ""
    return f"{info.subtype or info.primary_type}{period}"


def _shape(shape: Sequence[int]) -> str:
    return " × ".join(f"{length:,}" for length in shape)


def _notes(notes: Sequence[Note]) -> str:
    if not notes:
        return "<p>None.</p>"
    items = "".join(
        f'<li class="{"warning" if note.level == "warning" else "quiet"}">{_lines(note.text)}</li>'
        for note in notes
    )
    return f"<ul>{items}</ul>"


def _ledger(ledger: Sequence[LedgerEntry]) -> str:
    rows = "".join(
        f"<tr><td>{title}</td><td>{escape(entry.name)}</td>"
        f"<td>{escape(entry.why, limit=None)}</td></tr>"
        for fate, title in _FATES
        for entry in ledger
        if entry.fate == fate
    )
    return f"<table>{rows}</table>" if rows else ""


def _figure(figure: ReportFigure) -> str:
    data = base64.b64encode(figure.png).decode("ascii")
    return (
        f'<figure><img src="data:image/png;base64,{data}" alt="{_bare(figure.words)}">'
        f"<figcaption><b>{figure.title}.</b> {escape(figure.words, limit=None)}</figcaption>"
        "</figure>"
    )


def _bare(text: str) -> str:
    """Escape text where no element may stand."""
    return html.escape(plain(text, limit=None))


def _pre(text: str) -> str:
    return f"<pre><code>{_lines(text, between=chr(10))}</code></pre>"


def _lines(text: str, between: str = "<br>") -> str:
    return between.join(escape(line, limit=None) for line in text.splitlines())


def _versions(experiment: Experiment) -> list[tuple[str, str]]:
    versions = experiment.provenance.get("versions")
    built = versions if isinstance(versions, dict) else {}
    return [(str(name), str(version)) for name, version in built.items()] or [
        ("driada_widgets", __version__)
    ]
