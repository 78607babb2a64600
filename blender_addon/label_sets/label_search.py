"""Which labels a search shows and in which order: pure, so that a list of 894 labels can ask at every redraw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..contract.labels import Label, LabelSet, LabelSetError, built_in, built_in_names

_BY_ID, _NAME, _NAME_START, _WORD_START, _MEMBER, _ALIAS_START, _INSIDE, _ALIAS_INSIDE, _MEMBER_START = range(9)
_FINEST = "nyu894"

Members = Mapping[int, Sequence[str]]


def members_of(label_set: LabelSet) -> dict[int, list[str]]:
    """{label id: names of NYU's 894 that fall under it}: who holds a cup need not know that NYU40 says otherprop.

    A label of one's own set has those of the label that it names as a parent and shares its name with: the set is an
    edited copy, then. Empty for the 894 themselves, also where a set borrows a built-in set's name.
    """
    if label_set.name not in built_in_names():
        return _members_of_parents(label_set)
    if label_set.name == _FINEST:
        return {}
    fine, known = built_in(_FINEST), built_in(label_set.name).by_id
    try:
        walk = fine.crosswalk(label_set)
    except LabelSetError:
        return {}
    found: dict[int, list[str]] = {}
    for label in fine.labels:
        above = label_set.by_id.get(walk.get(label.id, 0))
        if above and above.id in known and above.name == known[above.id].name:
            found.setdefault(above.id, []).append(label.name.casefold())
    return found


def _members_of_parents(label_set: LabelSet) -> dict[int, list[str]]:
    taxonomies = {name for label in label_set.labels for name in label.parents} & set(built_in_names()) - {_FINEST}
    parents = {name: (built_in(name), members_of(built_in(name))) for name in sorted(taxonomies)}
    found: dict[int, list[str]] = {}
    for label in label_set.labels:
        for name, id_ in label.parents.items():
            above, members = parents.get(name, (None, {}))
            if above and id_ in members and above.by_id[id_].name == label.name:
                found.setdefault(label.id, members[id_])
    return found


def rank(label: Label, query: str, members: Sequence[str] = ()) -> int | None:
    """How well a label answers a query, 0 best; None when it does not. `query` is casefolded, without outer spaces.

    `members` are casefolded names of what falls under the label. One named in full beats the start of an alias ("cup"
    is no cupboard); one that only starts so comes last.
    """
    name = label.name.casefold()
    if query == str(label.id):
        return _BY_ID
    if name == query:
        return _NAME
    if name.startswith(query):
        return _NAME_START
    if f" {query}" in name.replace("-", " ").replace("_", " "):
        return _WORD_START
    aliases = [alias.casefold() for alias in label.aliases]
    if query in members and query not in aliases:
        return _MEMBER
    if any(alias.startswith(query) for alias in aliases):
        return _ALIAS_START
    if query in name:
        return _INSIDE
    if any(query in alias for alias in aliases):
        return _ALIAS_INSIDE
    return _MEMBER_START if _starting(query, members) else None


def _starting(query: str, names: Sequence[str]) -> str:
    """The first name that starts with the query; else the first with a word that does; else an empty text."""
    starts = next((name for name in names if name.startswith(query)), "")
    return starts or next((name for name in names if f" {query}" in name), "")


def matching_alias(label: Label, query: str, members: Sequence[str] = ()) -> str:
    """The alias or member that answered the query, where the name alone did not; else an empty text."""
    query = query.strip().casefold()
    if not query or query in label.name.casefold() or query == str(label.id):
        return ""
    if rank(label, query, members) in (_MEMBER, _MEMBER_START):
        return query if query in members else _starting(query, members)
    return next((alias for alias in label.aliases if query in alias.casefold()), "")


def arrange(
    labels: Sequence[Label], query: str, counts: Mapping[int, int], used_first: bool, members: Members | None = None
) -> list[int]:
    """Positions in `labels` to show: best match first, then (where asked) used labels, then in the set's order."""
    query, members = query.strip().casefold(), members or {}
    ranks = [0 if not query else rank(label, query, members.get(label.id, ())) for label in labels]
    shown = [position for position, found in enumerate(ranks) if found is not None]
    return sorted(shown, key=lambda at: (ranks[at], used_first and not counts.get(labels[at].id), at))
