"""Which method measured best, by indicator and frame rate; the numbers of benchmarks/RESULTS.md."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["F1_AT_200_MS", "Recommendation", "recommended"]

F1_AT_200_MS: dict[tuple[str, int], dict[str, float]] = {
    ("GCaMP6s", 10): {"wavelet": 0.243, "threshold": 0.134, "oasis": 0.762, "matched": 0.835},
    ("GCaMP6s", 20): {"wavelet": 0.340, "threshold": 0.162, "oasis": 0.819, "matched": 0.862},
    ("GCaMP6s", 30): {"wavelet": 0.322, "threshold": 0.185, "oasis": 0.761, "matched": 0.858},
    ("GCaMP6s", 60): {"wavelet": 0.355, "threshold": 0.225, "oasis": 0.630, "matched": 0.860},
    ("GCaMP6s", 120): {"wavelet": 0.352, "threshold": 0.296, "oasis": 0.501, "matched": 0.862},
    ("GCaMP6f", 10): {"wavelet": 0.155, "threshold": 0.109, "oasis": 0.712, "matched": 0.783},
    ("GCaMP6f", 20): {"wavelet": 0.193, "threshold": 0.133, "oasis": 0.728, "matched": 0.771},
    ("GCaMP6f", 30): {"wavelet": 0.189, "threshold": 0.142, "oasis": 0.747, "matched": 0.776},
    ("GCaMP6f", 60): {"wavelet": 0.194, "threshold": 0.184, "oasis": 0.728, "matched": 0.775},
    ("GCaMP6f", 120): {"wavelet": 0.143, "threshold": 0.180, "oasis": 0.688, "matched": 0.787},
    ("jGCaMP8m", 10): {"wavelet": 0.119, "threshold": 0.117, "oasis": 0.761, "matched": 0.831},
    ("jGCaMP8m", 20): {"wavelet": 0.120, "threshold": 0.094, "oasis": 0.854, "matched": 0.888},
    ("jGCaMP8m", 30): {"wavelet": 0.124, "threshold": 0.108, "oasis": 0.874, "matched": 0.908},
    ("jGCaMP8m", 60): {"wavelet": 0.122, "threshold": 0.098, "oasis": 0.878, "matched": 0.910},
    ("jGCaMP8m", 120): {"wavelet": 0.128, "threshold": 0.097, "oasis": 0.855, "matched": 0.889},
}
"""F1 of events at a tolerance of 0.2 s, by indicator and frame rate in Hz, then by method.

Simulated recordings with known spikes, three levels of noise together:
``python -m benchmarks.spike_truth``.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """A method, and why.

    Parameters
    ----------
    method
        As ``reconstruct_spikes`` calls it.
    f1
        Its F1 at 0.2 s where the spikes are known, beside those of the other methods.
    why
        One sentence for a person.
    """

    method: str
    f1: dict[str, float]
    why: str


def recommended(indicator: str | None, fps: float, *, has_oasis: bool = True) -> Recommendation:
    """Give the method that measured best.

    Parameters
    ----------
    indicator
        ``"GCaMP6s"``, ``"GCaMP6f"`` or ``"jGCaMP8m"``, in any case; others and ``None``: the mean
        of the three.
    fps
        Frame rate in Hz; the nearest measured one counts, by ratio.
    has_oasis
        Whether the extra ``oasis`` is installed.

    Examples
    --------
    >>> recommended("GCaMP6f", 31.0).method
    'matched'
    """
    rates = sorted({rate for _, rate in F1_AT_200_MS})
    rate = min(rates, key=lambda one: max(one / fps, fps / one) if fps > 0 else one)
    named = {name.lower(): name for name, _ in F1_AT_200_MS}
    name = named.get((indicator or "").lower())
    rows = [row for (one, at), row in F1_AT_200_MS.items() if at == rate and name in (None, one)]
    f1 = {
        method: sum(row[method] for row in rows) / len(rows)
        for method in rows[0]
        if has_oasis or method != "oasis"
    }
    best, second = sorted(f1, key=lambda method: -f1[method])[:2]
    of = name or "the indicators measured"
    why = (
        f"On simulated recordings of {of} at {rate} Hz, '{best}' found events within 0.2 s best: "
        f"F1 {f1[best]:.2f}, next '{second}' {f1[second]:.2f}."
    )
    return Recommendation(method=best, f1=f1, why=why)
