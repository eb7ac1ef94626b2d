"""The support bundle: what helps is in it, and no name, no place and no value of anybody."""

from __future__ import annotations

import io
import json
import traceback
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from driada_widgets.core.errors import DataShapeError, LoaderError
from driada_widgets.core.pipeline import check, inspect_file
from driada_widgets.core.request.model import (
    AggregateSpec,
    FeatureChoice,
    LoadRequest,
    NanPolicies,
    NanPolicy,
    SaveSpec,
    SourceSpec,
    SpikeSpec,
)
from driada_widgets.core.road.redact import Redactor
from driada_widgets.core.road.support import Support, support_bundle
from tests.properties import examples
from tests.samples import make_aligned

ANIMAL, FEATURE, FOLDER = "Maus Wilhelm-7", 'Größe <b>"x"', "Dr Geheim"
LAB, PERSON, STORED = "Labor Zebra", "Erika Muster", "surgeon: Q. Quark"
NAMES = (ANIMAL, "Wilhelm", FEATURE, "Größe", FOLDER, "Geheim", LAB, "Zebra", PERSON, "Quark")


def contents(bundle: bytes) -> dict[str, str]:
    """Give the members of a bundle as text."""
    with zipfile.ZipFile(io.BytesIO(bundle)) as file:
        return {name: file.read(name).decode() for name in file.namelist()}


def everything(bundle: bytes) -> str:
    """Give all that can be read in a bundle: its bytes as they are, and its members."""
    return bundle.decode("latin-1") + "\n".join(contents(bundle).values())


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Give a file in whose name, folder, arrays and metadata there are names."""
    folder = tmp_path / FOLDER
    folder.mkdir()
    data = make_aligned()
    path = folder / f"{ANIMAL}.npz"
    metadata = json.dumps({"experimenter": STORED, "fps": 20})
    np.savez(path, **{**data, FEATURE: data["speed"], "_metadata": metadata})
    return path


@pytest.fixture
def request_(recording: Path) -> LoadRequest:
    """Ask for it with names in every field that can hold one."""
    return LoadRequest(
        source=SourceSpec(path=recording, data_source=LAB, neural="calcium"),
        exp_params={"name": ANIMAL, PERSON: [STORED, {"deep": PERSON}]},
        static_features={"fps": 20.0, f"weight of {ANIMAL}": 21.5},
        features={
            FEATURE: FeatureChoice(type="linear", rename=f"{ANIMAL} size"),
            "hd": FeatureChoice(type=ANIMAL),
        },
        aggregate_features=(AggregateSpec(of=(FEATURE, "speed"), name=f"{PERSON} 2-D"),),
        bad_frames=((120, 181),),
        nan=NanPolicies(arrays={FEATURE: NanPolicy(policy="drop")}),
        transpose=(FEATURE,),
        spikes=SpikeSpec(method=PERSON, options={"note": STORED}),
        save=SaveSpec(path=recording.with_name(f"{PERSON}.npz")),
        root=recording.parent / LAB,
    )


def failing(recording: Path) -> str:
    """Give what the panel keeps of an error whose text is full of names."""
    try:
        msg = f"Expected 2-D, but {FEATURE!r} in {recording} of {ANIMAL} is 1-D.\nAsk {PERSON}."
        raise DataShapeError(msg, where=str(recording))
    except LoaderError as error:
        told = "".join(traceback.format_exception(error))
        return f"Check the data\nDataShapeError: {error}\n\n{told}"


def known(request: LoadRequest, recording: Path) -> Support:
    """Give everything that a panel knows about a recording."""
    inventory = inspect_file(recording)
    return Support(
        request=request,
        inventory=inventory,
        check=check(request),
        log=[f"12:00:00 read the headers of {recording.name}", f"12:01:00 Saved to {recording}."],
        error=failing(recording),
        texts=[ANIMAL, str(recording.parent)],
    )


def test_no_name_and_no_place_occurs_anywhere(request_: LoadRequest, recording: Path) -> None:
    """Not in the bytes, not in any member, not as JSON or Python would write it."""
    found = everything(support_bundle(known(request_, recording))).casefold()

    for name in (*NAMES, str(recording.parent.parent), recording.name):
        for form in (name, json.dumps(name)[1:-1], repr(name)[1:-1]):
            assert form.casefold() not in found, form


def test_no_value_of_the_data_occurs(recording: Path, request_: LoadRequest) -> None:
    """Shapes and types are told, values are not."""
    with np.load(recording) as data:
        values = [repr(float(data["calcium"][0, 0])), repr(float(data["speed"][3]))]
    found = everything(support_bundle(known(request_, recording)))

    assert not any(value[:8] in found for value in values)
    assert "21.5" not in found


def test_what_helps_is_there(request_: LoadRequest, recording: Path) -> None:
    """Structure, numbers and kinds of the plan; shapes; ids; versions; the traceback's places."""
    members = contents(support_bundle(known(request_, recording)))
    plan, shapes = json.loads(members["plan.json"]), json.loads(members["shapes.json"])
    findings = json.loads(members["check.json"])

    assert set(members) == {
        *("README.txt", "plan.json", "shapes.json", "check.json"),
        *("log.txt", "errors.txt", "versions.json"),
    }
    assert plan["bad_frames"] == [[120, 181]]
    assert {"key": "fps", "value": 20.0} in plan["static_features"]
    assert plan["source"]["path"] == "<file>.npz"
    assert plan["features"][0]["type"] == "linear"
    number = plan["features"][0]["name"]
    assert {entry["name"]: entry["shape"] for entry in shapes["arrays"]}[number] == [1000]
    assert {entry["name"] for entry in shapes["arrays"]} >= {"calcium", "_metadata", number}
    assert findings["problems"]
    assert "DataShapeError" in members["errors.txt"]
    assert "in failing" in members["errors.txt"]
    assert "read the headers of" in members["log.txt"]
    assert "numpy" in json.loads(members["versions.json"])["packages"]


def test_little_is_enough() -> None:
    """Also before anything was opened, help can be asked for."""
    members = contents(support_bundle(Support(request=LoadRequest())))

    assert (json.loads(members["shapes.json"]), json.loads(members["check.json"])) == ({}, {})


@examples(25)
@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=2, max_size=12),
        min_size=4,
        max_size=4,
    )
)
def test_any_name_is_left_out(words: list[str]) -> None:
    """Whatever letters a name is made of."""
    lab, animal, feature, folder = (f"zq{word}qz" for word in words)
    path = Path("/lab") / folder.replace("/", "-") / f"{animal.replace('/', '-')}.npz"
    request = LoadRequest(
        source=SourceSpec(path=path, data_source=lab),
        exp_params={"name": animal},
        features={feature: FeatureChoice()},
    )
    log = [f"opened {path}", f"{feature} is {animal}", json.dumps([lab, animal]), repr(feature)]

    found = everything(support_bundle(Support(request=request, log=log, error="\n".join(log))))

    for name in (lab, animal, feature, path.stem, path.parent.name):
        assert name not in found


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("cannot read 'my notes' now", "cannot read <text> now"),
        ("see /srv/lab/x.npz, and C:\\lab\\x.npz", "see <path> and <path>"),
        ("in ~/secret/place", "in <path>"),
        ("speed of hd is 3 Hz", "speed of <name 1> is 3 Hz"),
        ("the shade is no hd", "the shade is no <name 1>"),
    ],
    ids=["quotes", "paths", "home", "short name alone", "not inside a word"],
)
def test_texts_are_redacted(text: str, shown: str) -> None:
    """Known names, quoted texts and paths are replaced; words and numbers stay."""
    assert Redactor({"hd": "<name 1>"}).text(text) == shown


def test_code_of_notebooks_is_left_out() -> None:
    """A traceback keeps places in packages, with their code; other files and code are gone."""
    told = (
        "Traceback (most recent call last):\n"
        '  File "/srv/a/lab.py", line 3, in secret_function\n'
        "    load(mouse)\n"
        '  File "/opt/env/lib/python3.11/site-packages/numpy/core.py", line 7, in load\n'
        "    return 1\n"
        '  File "/srv/x/driada_widgets/core/road/opening.py", line 9, in look\n'
        "    raise error\n"
        "ValueError: no\n"
    )
    lines = Redactor({"secret_function": "<name 1>"}).traceback(told).splitlines()

    assert lines == [
        "Traceback (most recent call last):",
        '  File "<file>", line 3, in <name 1>',
        '  File "numpy/core.py", line 7, in load',
        "    return 1",
        '  File "driada_widgets/core/road/opening.py", line 9, in look',
        "    raise error",
        "ValueError: no",
    ]
