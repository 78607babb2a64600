"""Verbs of what was rendered or labelled: export, import, label sets, scores, a sheet, a report."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from blender_addon.contract.arguments import parse_path, said

from .words import Verbs, printed, say_made


def add_export(verbs: Verbs) -> None:
    from postprocess.export_request import add_arguments

    verb = verbs.add_parser("export", help="make a dataset of run folders, or of index-pass EXRs")
    add_arguments(verb)
    verb.set_defaults(call=_export)


def _export(parsed: argparse.Namespace) -> int:
    from blender_addon.label_sets import label_files
    from postprocess.dataset import Origin, export
    from postprocess.export_request import assets_from, wishes_from
    from postprocess.folders import Folders
    from postprocess.index_passes import IndexPasses
    from postprocess.progress import progress_line

    wishes = wishes_from(parsed)
    target = label_files.read(parsed.labels) if parsed.labels else None
    wishes |= {"target": target, "progress": progress_line(sys.stderr)}
    wishes |= {"ignore_impure": parsed.ignore_impure, "real_share": parsed.real_share}
    origin: Origin = Folders(parsed.runs)
    if parsed.exr:
        origin = IndexPasses(parsed.exr, label_files.read(parsed.label_set), parsed.pictures, parsed.layer)
    else:
        wishes |= {"split_assets": assets_from(parsed)}
    say_made(export(origin, parsed.out, parsed.format, **wishes))
    return 0


def add_import(verbs: Verbs) -> None:
    from postprocess.importers.request import add_arguments

    verb = verbs.add_parser("import", help="make a dataset of real pictures that somebody labelled")
    add_arguments(verb)
    verb.set_defaults(call=_import)


def _import(parsed: argparse.Namespace) -> int:
    from blender_addon.label_sets import label_files
    from postprocess.importers.request import source_of
    from postprocess.importers.writing import write_dataset
    from postprocess.progress import progress_line

    source = source_of(parsed, label_files.read(parsed.label_set) if parsed.label_set else None)
    made = write_dataset(
        source, parsed.out, parsed.otherwise or "train", progress_line(sys.stderr, "pictures"), parsed.jobs
    )
    for warning in made.warnings:
        print(f"labelpass: warning: {warning}", file=sys.stderr)
    split = ", ".join(f"{count} {name}" for name, count in made.pictures.items())
    print(f"labelpass: {made.out}: {source.kind}, {made.label_set}, {split}")
    return 0


def add_labels(verbs: Verbs) -> None:
    from blender_addon.label_sets.label_check import EXIT_CODES

    verb = verbs.add_parser("labels", help="show label sets, what becomes of one in another, what is wrong with a file")
    kinds = verb.add_subparsers(dest="kind", metavar="show|map|check", required=True)
    show = kinds.add_parser("show", help="the labels of a set, or, without a name, the sets that come with Labelpass")
    show.add_argument("label_set", nargs="?", metavar="NAME|FILE")
    walk = kinds.add_parser("map", help="what becomes of each label of one set in another")
    walk.add_argument("source", metavar="FROM", help="NAME|FILE")
    walk.add_argument("target", metavar="TO", help="NAME|FILE")
    check = kinds.add_parser("check", help="all that is wrong with a label set file, by line", epilog=EXIT_CODES)
    check.add_argument("label_set", metavar="FILE")
    check.add_argument("--strict", action="store_true", help="warnings count as errors")
    for kind in (show, walk, check):
        kind.add_argument("--json", action="store_true", help="as JSON")
    verb.set_defaults(call=_labels)


def _labels(parsed: argparse.Namespace) -> int:
    from blender_addon.label_sets import label_check, label_files, label_tables

    if parsed.kind == "check":
        flaws = label_check.check(parsed.label_set)
        code = int(label_check.fails(flaws, parsed.strict))
        if parsed.json:
            return printed(label_check.to_json(flaws, parsed.label_set, parsed.strict), code)
        return printed(label_check.to_text(flaws, parsed.label_set), code)
    if parsed.kind == "map":
        walk = label_tables.Walk(label_files.read(parsed.source), label_files.read(parsed.target))
        return printed(label_tables.map_json(walk) if parsed.json else label_tables.map_text(walk), 0)
    if parsed.label_set is None:
        return printed(label_tables.list_json() if parsed.json else label_tables.list_text(), 0)
    label_set = label_files.read(parsed.label_set)
    return printed(label_set.to_json() if parsed.json else label_tables.show_text(label_set), 0)


def add_evaluate(verbs: Verbs) -> None:
    from postprocess.evaluation.request import add_arguments

    verb = verbs.add_parser("evaluate", help="hold a model's predictions against the truth")
    add_arguments(verb)
    verb.set_defaults(call=_evaluate)


def _evaluate(parsed: argparse.Namespace) -> int:
    from blender_addon.label_sets import label_files
    from postprocess.evaluation import check_ending, evaluation_of, lines, write
    from postprocess.evaluation.request import wishes_from
    from postprocess.progress import progress_line

    for out in parsed.out:
        check_ending(out)
    models = [parsed.predictions, *([parsed.against] if parsed.against else [])]
    label_set = label_files.read(parsed.label_set) if parsed.label_set else None
    progress = progress_line(sys.stderr, "pictures")
    found = evaluation_of(models, parsed.truth, label_set, parsed.split, wishes_from(parsed), progress)
    for line in lines(found):
        print(line)
    for out in parsed.out:
        write(found, out)
        print(f"labelpass: {out}")
    return 0


def add_sheet(verbs: Verbs) -> None:
    verb = verbs.add_parser("sheet", help="show a run on one picture: image, colours, overlay, legend")
    verb.add_argument("run", type=Path, metavar="RUN")
    verb.add_argument(
        "--out", type=said(parse_path), metavar="FILE", help="a .png or .jpg (default: RUN/contact_sheet.jpg)"
    )
    verb.set_defaults(call=_sheet)


def _sheet(parsed: argparse.Namespace) -> int:
    from postprocess.contact_sheet import contact_sheet

    print(f"labelpass: look at {contact_sheet(parsed.run, parsed.out or parsed.run / 'contact_sheet.jpg')}")
    return 0


def add_report(verbs: Verbs) -> None:
    from postprocess.report.request import add_arguments

    verb = verbs.add_parser("report", help="what is in a run or a dataset, as one HTML file that opens offline")
    add_arguments(verb)
    verb.set_defaults(call=_report)


def _report(parsed: argparse.Namespace) -> int:
    from postprocess.progress import progress_line
    from postprocess.report.request import wishes_from
    from postprocess.report.write import report

    found = report(parsed.folder, parsed.out, wishes_from(parsed), progress_line(sys.stderr))
    for caution in found.cautions:
        print(f"labelpass: warning: {caution}", file=sys.stderr)
    print(f"labelpass: look at {parsed.out}")
    return 0
