"""What an export of runs would refuse that their plans tell already, before a frame is there: labels without a way into
the label set asked for, labels that are not there, and files that no frame will have."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from blender_addon.contract.labels import LabelSet
from blender_addon.contract.modalities import MODALITIES
from blender_addon.contract.run import PURITY

from .asset_splits import refuse_unknown
from .errors import ExportError
from .exporters import Format, PerFrame
from .regrouping import Regrouping, regrouped
from .run_frames import planned_sources
from .taxonomy import crosswalk_of, target_of


def refuse_unmappable(
    runs: Sequence[Path],
    layout: Format,
    target: LabelSet | None,
    regrouping: Regrouping | None,
    assets: Sequence[str],
    needs_purity: bool,
) -> None:
    """Raises ExportError where these runs can become no dataset of that layout, however their frames turn out.

    `target` is the label set that they go into, None for their own; `assets` are labels that a split keeps together;
    `needs_purity`: whether impure pixels are to be ignored. What only frames can tell, such as which labels are the
    most frequent, is left to the export.
    """
    sources = planned_sources(runs)
    written = target_of([source for source, _ in sources], target)
    for source, _ in sources:
        try:
            crosswalk_of(source, written)
        except ExportError as error:
            raise ExportError(
                f"{error}; leave out --labels, and the dataset keeps {source.label_set.name!r}, or name a label set "
                "that it goes into (labelpass labels map FROM TO)"
            ) from None
    refuse_unknown([source.label_set for source, _ in sources], assets)
    if regrouping is not None:
        written = regrouped(written, regrouping, dict.fromkeys(written.by_id, 1)).label_set
    layout.encoding(written)
    needs = set(layout.wants) & MODALITIES.keys() if isinstance(layout, PerFrame) else set()
    for source, files in sources:
        for what in sorted(needs):
            if not files.issuperset(MODALITIES[what].files):
                raise ExportError(_LACKING.format(run=source.name, what=what, who=layout.name))
        if assets and not files.issuperset(MODALITIES["instances"].files):
            raise ExportError(_LACKING.format(run=source.name, what="instances", who="--split-assets"))
        if needs_purity and PURITY not in files:
            raise ExportError(
                f"{source.name} is planned without purity, which --ignore-impure needs: plan again, with "
                "label_supersample: 3 in the job"
            )


_LACKING = "{run} is planned without {what}, which {who} needs: plan again, with {what} under `with` in the job"
