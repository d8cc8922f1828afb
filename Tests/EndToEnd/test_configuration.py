"""`init`, `check` and `schema`: what a user meets before anything runs."""

import json
import re

import jsonschema
import pytest
import yaml

from holdfast import Holdfast

# No database has a part in any of this.
pytestmark = pytest.mark.sqlite_only


@pytest.mark.parametrize("starter", ["sop", "full"])
def test_a_starter_is_valid_and_commented(tmp_path, starter):
    holdfast = Holdfast(tmp_path, starter=starter)
    holdfast.run("check")
    assert holdfast.files()
    assert any("#" in path.read_text() for path in holdfast.files())


def test_sop_is_the_default_starter(tmp_path):
    sop = Holdfast(tmp_path / "a", config=tmp_path / "sop")
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    sop.run("init", tmp_path / "sop", "--starter", "sop")
    sop.run("init", tmp_path / "default")
    said = Holdfast(tmp_path / "b", config=tmp_path / "default")
    assert [path.read_text() for path in sop.files()] == [path.read_text() for path in said.files()]


def test_init_does_not_overwrite_what_is_there(installation):
    path = installation.files()[0]
    path.write_text(path.read_text() + "# mine\n")
    installation.run("init", installation.config, exits=1)
    assert path.read_text().endswith("# mine\n")


def test_an_unknown_starter_is_a_usage_error(installation, tmp_path):
    installation.run("init", tmp_path / "other", "--starter", "no-such", exits=2)


def bad(installation, *lines):
    """Adds lines to the first file; returns what `check` says about it and the number of the first added line."""
    path = installation.files()[0]
    text = path.read_text().rstrip("\n") + "\n"
    path.write_text(text + "\n".join(lines) + "\n")
    done = installation.run("check", exits=1)
    return done.stdout + done.stderr, path.name, text.count("\n") + 1


def test_an_unknown_key_is_told_with_its_place_and_the_nearest_right_name(installation):
    path = installation.files()[0]
    key = max(yaml.safe_load(path.read_text()), key=len)
    wrong = key[:-2] + key[-1] + key[-2]
    said, name, line = bad(installation, f"{wrong}: 1")
    assert re.search(rf"{re.escape(name)}:{line}:1\b", said), said
    assert wrong in said and re.search(rf"\b{key}\b", said), said


def test_all_errors_are_told_at_once(installation):
    said, name, line = bad(installation, "first_wrong_key: 1", "second_wrong_key: 2")
    for number, key in enumerate(["first_wrong_key", "second_wrong_key"]):
        assert re.search(rf"{re.escape(name)}:{line + number}:1\b.*{key}", said), said


def test_yaml_that_cannot_be_read_is_told_with_its_place(installation):
    said, name, _ = bad(installation, "broken: [1, 2")
    assert re.search(rf"{re.escape(name)}:\d+:\d+", said), said
    assert "fatal" not in said.lower()


def test_a_bad_configuration_does_not_start_a_server(installation):
    bad(installation, "no_such_key: 1")
    installation.run("serve", exits=1, timeout=30)


def test_a_folder_without_configuration_says_what_to_do(tmp_path):
    nothing = Holdfast(tmp_path, config=tmp_path / "nowhere")
    done = nothing.run("check", exits=1)
    assert "holdfast init" in done.stdout + done.stderr


def test_the_schema_is_valid_and_takes_the_starters(tmp_path):
    for starter in ("sop", "full"):
        (tmp_path / starter).mkdir()
        holdfast = Holdfast(tmp_path / starter, starter=starter)
        schema = json.loads(holdfast.run("schema").stdout)
        validator = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
        validator.check_schema(schema)
        for path in holdfast.files():
            settings = yaml.safe_load(path.read_text())
            assert [error.message for error in validator(schema).iter_errors(settings)] == []
            assert list(validator(schema).iter_errors({**settings, "no_such_key": 1})), "unknown keys are errors in editors too"
