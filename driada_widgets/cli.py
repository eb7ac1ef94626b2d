"""The command line: the same road as the panel and the code."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from driada_widgets import __version__
from driada_widgets.batch_command import add_batch_options, run_batch
from driada_widgets.terminal_progress import cancelled_by_interrupt, shown_progress

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from driada_widgets.answers import Answer
    from driada_widgets.core.request.model import FeatureChoice, LoadRequest

__all__ = ["main", "read_arguments"]

DONE, PROBLEM, USAGE = 0, 1, 2
_JSON = "--json"
_HELP_TYPE = "type of a feature, such as hd=circular or hd=circular:360; can be repeated"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv
        Words after the program's name; ``None``: those of this process.

    Returns
    -------
    int
        0 if it was done, 1 if the data or the request have a problem (its text is on stderr).
        Wrong usage ends the process with 2.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a terminal that lacks a letter
    arguments = _parser(wants_json=_JSON in words).parse_args(words)
    command: Callable[[argparse.Namespace], Answer | int] = arguments.command
    answer = _answer(command, arguments)
    try:
        return answer if isinstance(answer, int) else _say(answer, as_json=arguments.json)
    except BrokenPipeError:
        # The reader of our output is gone, as with `| head`: the exit must not flush to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def _answer(
    command: Callable[[argparse.Namespace], Answer | int], arguments: argparse.Namespace
) -> Answer | int:
    from driada_widgets.answers import about_error
    from driada_widgets.core.errors import LoaderError

    try:
        return command(arguments)
    except (LoaderError, OSError, MemoryError, KeyboardInterrupt) as error:
        return about_error(error)


def _say(answer: Answer, *, as_json: bool) -> int:
    from driada_widgets.answer_lines import printable

    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr)  # the line of the progress
    if as_json:
        print(json.dumps(answer.tree, indent=2, allow_nan=False))
    else:
        for line in answer.lines:
            print(line)
    sys.stdout.flush()
    for line in answer.problem.splitlines():
        print(printable(line), file=sys.stderr)
    return PROBLEM if answer.problem else DONE


def read_arguments(words: Sequence[str]) -> LoadRequest:
    """Give the request that the words of ``check`` or ``run`` stand for."""
    return _request(_parser(wants_json=False).parse_args(list(words)))


def _app(arguments: argparse.Namespace) -> int:
    from driada_widgets.app import serve

    ended = serve(
        arguments.root,
        arguments.port,
        browser=not arguments.no_browser,
        secret=arguments.secret,
        profile=arguments.profile,
    )
    return DONE if ended == 0 else PROBLEM


def _inspect(arguments: argparse.Namespace) -> Answer:
    from driada_widgets.answers import about_file
    from driada_widgets.core.pipeline import inspect_file
    from driada_widgets.core.road.opening import locate, open_source

    request = _source_request(arguments.file)
    if request.source.kind == "saved" and not _is_archive(request.source.path):
        return about_file(open_source(request).inventory)  # a pickle has no headers
    return about_file(inspect_file(locate(request)))


def _check(arguments: argparse.Namespace) -> Answer:
    from driada_widgets.answers import about_check
    from driada_widgets.core.pipeline import check

    request = _request(arguments)
    with cancelled_by_interrupt(shown_progress(quiet=arguments.json)) as progress:
        return about_check(check(request, progress=progress))


def _run(arguments: argparse.Namespace) -> Answer:
    from driada_widgets.answers import about_run
    from driada_widgets.core.pipeline import run

    request = _request(arguments)
    with cancelled_by_interrupt(shown_progress(quiet=arguments.json)) as progress:
        return about_run(run(request, progress=progress, rebuild=arguments.rebuild))


def _batch(arguments: argparse.Namespace) -> Answer:
    return run_batch(arguments, shown_progress(quiet=arguments.json))


def _code(arguments: argparse.Namespace) -> Answer:
    from driada_widgets.answers import Answer
    from driada_widgets.core.request.codegen import to_code
    from driada_widgets.core.request.text import read_request

    code = to_code(read_request(arguments.file))
    return Answer(tree={"code": code}, lines=tuple(code.rstrip("\n").split("\n")))


def _convert(arguments: argparse.Namespace) -> Answer:
    from driada_widgets.answers import about_run
    from driada_widgets.core.errors import ParameterError, StorageError
    from driada_widgets.core.request.codegen import save_from_path
    from driada_widgets.core.road.results import LoadResult
    from driada_widgets.core.road.saving import open_saved, save_as

    target = Path(arguments.output)
    if target.suffix.lower() not in {".npz", ".pickle", ".pkl"}:
        msg = (
            f"{target.name!r} names neither an archive (.npz) nor a pickle (.pickle, .pkl). "
            f"Give OUT one of these suffixes."
        )
        raise ParameterError(msg, where=target.name, expected=".npz, .pickle or .pkl")
    if target.exists():
        msg = f"{target} is there already and is not overwritten. Choose another name."
        raise StorageError(msg, where=str(target), fix="choose another name")
    experiment = open_saved(Path(arguments.file), None)
    format_ = save_from_path(target).format
    with cancelled_by_interrupt(shown_progress(quiet=arguments.json)) as progress:
        saved_to = save_as(experiment, target, format_, progress)
    notes = tuple(experiment.notes)
    return about_run(
        LoadResult(experiment=experiment, plan=None, notes=notes, ledger=(), saved_to=saved_to)
    )


def _formats(_arguments: argparse.Namespace) -> Answer:
    from driada_widgets.answers import about_formats

    return about_formats()


def _request(arguments: argparse.Namespace) -> LoadRequest:
    """Make the request that a file and the options stand for; options win over a request file."""
    from driada_widgets.core.request import frames
    from driada_widgets.core.request.codegen import save_from_path
    from driada_widgets.core.request.model import SpikeSpec

    request = _source_request(arguments.file)
    source = request.source
    if arguments.source is not None:
        source = replace(source, data_source=arguments.source)
    if arguments.neural is not None:
        source = replace(source, neural=arguments.neural)
    constants = {**request.static_features, **dict(arguments.static)}
    if arguments.fps is not None:
        constants["fps"] = arguments.fps
    request = replace(
        request,
        source=source,
        exp_params={**request.exp_params, **dict(arguments.param)},
        static_features=constants,
        features=_features(request.features, arguments.type),
    )
    if arguments.bad is not None:
        bad = frames.parse(",".join(arguments.bad), fps=_rate(constants))
        request = replace(request, bad_frames=bad)
    if arguments.spikes is not None:
        request = replace(request, spikes=SpikeSpec(method=arguments.spikes))
    if arguments.root is not None:
        request = replace(request, root=arguments.root)
    if getattr(arguments, "save", None) is not None:
        request = replace(request, save=save_from_path(arguments.save))
    return request


def _source_request(file: str) -> LoadRequest:
    from driada_widgets.core.request.model import LoadRequest, SourceSpec
    from driada_widgets.core.request.text import REQUEST_SUFFIXES, read_request

    path = Path(file)
    if path.suffix.lower() in REQUEST_SUFFIXES:
        return read_request(path)
    if file.startswith("demo:"):
        return LoadRequest(source=SourceSpec(kind="demo", path=Path(file.removeprefix("demo:"))))
    if path.suffix.lower() in {".pickle", ".pkl"} or _is_archive(path):
        return LoadRequest(source=SourceSpec(kind="saved", path=path))
    return LoadRequest(source=SourceSpec(kind="folder" if path.is_dir() else "file", path=path))


def _is_archive(path: Path | None) -> bool:
    """Say whether a file is an experiment saved by us; its manifest says so, not its suffix."""
    from driada_widgets.core.errors import LoaderError
    from driada_widgets.core.sources.registry import find_reader

    try:
        return path is not None and find_reader(path).name == "archive"
    except (LoaderError, OSError):
        return False


def _features(
    known: Any, typed: Sequence[tuple[str, str, float | None]]
) -> dict[str, FeatureChoice] | None:
    from driada_widgets.core.request.model import FeatureChoice

    if known is None and not typed:
        return None
    choices: dict[str, FeatureChoice] = dict(known or {})
    for name, type_, period in typed:
        choice = choices.get(name, FeatureChoice())
        choices[name] = replace(choice, type=type_, period=period, as_detected=False)
    return choices


def _rate(constants: dict[str, Any]) -> float | None:
    rate = constants.get("fps")
    return float(rate) if isinstance(rate, int | float) else None


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with the usage on stderr; with ``--json`` also as an object."""

    wants_json = False

    def error(self, message: str) -> NoReturn:
        if self.wants_json:
            error = {"class": "UsageError", "text": message}
            print(json.dumps({"ok": False, "error": error}, indent=2))
        super().error(message)


def _parser(*, wants_json: bool) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="driada-widgets",
        description="Load calcium-imaging experiments: choose, check, correct, build and save.",
        allow_abbrev=False,
    )
    parser.wants_json = wants_json
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(name: str, command: Callable[..., Answer | int], help_: str) -> argparse.ArgumentParser:
        """Add a command; all but ``app`` can answer in JSON."""
        added = commands.add_parser(name, help=help_, description=help_, allow_abbrev=False)
        added.wants_json = wants_json
        added.set_defaults(command=command, json=False)
        if name != "app":
            added.add_argument(_JSON, action="store_true", help="print one JSON object, no text")
        return added

    _add_app(add("app", _app, "serve the panel as a page on this computer"))
    file = "data file, folder, saved experiment, or demo:NAME"
    add("inspect", _inspect, "say what a file holds, from its headers").add_argument(
        "file", metavar="FILE", help=file
    )
    for name, command, help_ in (
        ("check", _check, "say everything that should be known before building"),
        ("run", _run, "build the experiment, and save it with --save"),
    ):
        added = add(name, command, help_)
        added.add_argument("file", metavar="FILE|REQUEST.yaml", help=f"{file}; or a request")
        _add_options(added)
        if name == "run":
            added.add_argument("--save", type=Path, metavar="PATH", help=".npz, .pickle or .pkl")
    add_batch_options(add("batch", _batch, "build more sessions by the plan of one"))
    add("code", _code, "print the Python that does the same").add_argument(
        "file", metavar="REQUEST.yaml", help="a request in YAML or JSON"
    )
    convert = add("convert", _convert, "turn a saved experiment into an archive or a pickle")
    convert.add_argument("file", metavar="IN", help="archive or pickle, told apart by its bytes")
    convert.add_argument("output", metavar="OUT", help="new file: .npz, .pickle or .pkl")
    add("formats", _formats, "say what can be read and written")
    return parser


def _add_app(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--root", type=Path, metavar="DIR", help="folder with recordings")
    parser.add_argument("--port", type=int, metavar="N", help="port on this computer")
    parser.add_argument("--profile", type=Path, metavar="FILE", help="show a technician's screen")
    parser.add_argument("--no-browser", action="store_true", help="do not open the page")
    parser.add_argument(
        "--secret",
        action="store_true",
        help="put a secret into the address: where other people have accounts on this computer",
    )


def _add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``check`` and ``run``; they win over what a request file says."""
    add = parser.add_argument
    add("--source", metavar="NAME", help="lab or project; IABS switches naming")
    add(
        "--param",
        type=_pair,
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="metadata, such as name=mouse1; can be repeated",
    )
    add("--fps", type=float, metavar="HZ", help="frame rate")
    add("--type", type=_type, action="append", default=[], metavar="FEATURE=TYPE", help=_HELP_TYPE)
    bad = "120-180,300 (both ends included) or 6.0s-9.0s; can be repeated"
    add("--bad", action="append", metavar="FRAMES", help=bad)
    add("--neural", metavar="NAME", help="array that is the neural data")
    add(
        "--spikes",
        metavar="METHOD",
        help="find spikes: wavelet, threshold, matched, oasis (docs/spikes.md)",
    )
    add(
        "--static",
        type=_pair,
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="constant, such as t_off_sec=2.0; can be repeated",
    )
    add("--root", type=Path, metavar="DIR", help="folder that holds one folder per experiment")
    add("--rebuild", action="store_true", help="ignore an experiment that was saved before")


def _pair(text: str) -> tuple[str, Any]:
    from driada_widgets.core.request.plain import read_word

    key, equals, value = text.partition("=")
    if not equals or not key:
        msg = f"expected KEY=VALUE, got {text!r}"
        raise argparse.ArgumentTypeError(msg)
    return key, read_word(value)


def _type(text: str) -> tuple[str, str, float | None]:
    # The name of a feature may hold '=' and ':', the type never does.
    name, equals, word = text.rpartition("=")
    type_, colon, period = word.partition(":")
    try:
        number = float(period) if colon else None
    except ValueError:
        number, equals = None, ""
    if not equals or not name or not type_:
        msg = f"expected FEATURE=TYPE or FEATURE=circular:PERIOD, got {text!r}"
        raise argparse.ArgumentTypeError(msg)
    return name, type_, number


if __name__ == "__main__":
    sys.exit(main())
