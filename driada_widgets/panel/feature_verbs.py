"""The user's verbs about features: types, names, what is left out, NaN, combinations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from driada_widgets.core.errors import ParameterError
from driada_widgets.panel import edits
from driada_widgets.panel.state_base import StateBase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driada_widgets.core.build.examine import FeatureReport
    from driada_widgets.core.request.model import PolicyName

__all__ = ["FeatureVerbs"]


class FeatureVerbs(StateBase):
    """What a person decides about features; the complete type map is written with each edit."""

    def set_feature_type(self, feature: str, type_: str | None) -> None:
        """Choose the type of a feature by its name in the file; ``None``: as detected."""
        request = edits.set_feature_type(
            self.snapshot.request, self._features(), feature, type_ or None
        )
        self._edit(f"{feature} is {type_ or 'as detected'}", request)

    def list_all(self, *, as_detected: bool) -> None:
        """Write the complete list of features where a hand-made one leaves out circular ones.

        Parameters
        ----------
        as_detected
            Whether those stay circular; False: linear, as the list means now.
        """
        request, features = self.snapshot.request, self._features()
        if as_detected:
            self._edit("keep circular features", edits.as_listed(request, features))
        else:
            self._edit("make circular features linear", edits.complete(request, features))

    def use_feature(self, feature: str, *, use: bool) -> None:
        """Take an array of the file as a feature, or leave it out."""
        request = edits.use_feature(self.snapshot.request, self._features(), feature, use=use)
        self._edit(f"{'use' if use else 'leave out'} {feature}", request)

    def rename_feature(self, feature: str, new_name: str) -> None:
        """Give a feature another name in the experiment."""
        request = edits.rename_feature(
            self.snapshot.request, self._features(), feature, new_name.strip()
        )
        self._edit(f"rename {feature}", request)

    def set_nan(self, name: str | None, policy: PolicyName) -> None:
        """Choose what happens to NaN and infinite values of one array, or of all others."""
        request = edits.set_nan(self.snapshot.request, name, policy)
        self._edit(f"NaN in {name or 'all arrays'}: {policy}", request)

    def add_aggregate(self, of: Sequence[str], name: str) -> None:
        """Combine one-dimensional features into one.

        Raises
        ------
        ParameterError
            If there are fewer than two components, or no name.
        """
        if len(of) < 2 or not name.strip():
            msg = "Choose at least two features and type a name for their combination."
            raise ParameterError(msg, where="aggregate_features")
        request = edits.add_aggregate(self.snapshot.request, of, name.strip())
        self._edit(f"combine {', '.join(of)} as {name}", request)

    def remove_aggregate(self, name: str) -> None:
        """Take a combination back."""
        request = edits.remove_aggregate(self.snapshot.request, name)
        self._edit(f"do not combine {name}", request)

    def _features(self) -> tuple[FeatureReport, ...]:
        return self.snapshot.check.features if self.snapshot.check else ()
