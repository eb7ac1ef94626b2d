"""How many examples property tests try, and which: the same ones in the gate, new ones in a search.

``make test`` runs under the profile ``gate``, ``make test-all`` under ``search``. A test says with
``@examples(60)`` how many it needs in the gate; a search tries ten times as many.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings

__all__ = ["examples", "load_profiles"]

USUAL = 100
"""Examples in the gate of a test that does not say how many."""
SEARCH_FACTOR = 10


def load_profiles() -> None:
    """Make both profiles known, and choose the gate's; ``--hypothesis-profile`` comes later."""
    common = settings(
        # No result may hang on how fast the machine is.
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        print_blob=True,
    )
    settings.register_profile("gate", common, max_examples=USUAL, derandomize=True, database=None)
    settings.register_profile(
        "search", common, max_examples=USUAL * SEARCH_FACTOR, derandomize=False
    )
    settings.load_profile("gate")


def examples(n_examples: int, *, function_fixtures: bool = False) -> settings:
    """Give the settings of a test that tries so many examples in the gate.

    Parameters
    ----------
    n_examples
        Examples in the gate.
    function_fixtures
        Whether the test may use fixtures that all its examples share.

    Returns
    -------
    settings
        Of the profile that is loaded; a decorator.
    """
    profile = settings.get_profile(settings.get_current_profile_name())
    suppressed = [*profile.suppress_health_check]
    if function_fixtures:
        suppressed.append(HealthCheck.function_scoped_fixture)
    return settings(
        max_examples=n_examples * profile.max_examples // USUAL, suppress_health_check=suppressed
    )
