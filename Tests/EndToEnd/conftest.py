"""Every test on every database; servers for them: one that all share, and fresh ones for those that stop, kill or reconfigure theirs."""

import os

import pytest

from databases import PostgreSQL, SQLite
from holdfast import BINARY, installed
from slack import Slack

DATABASES = {"sqlite": SQLite, "postgres": lambda: PostgreSQL(os.environ["HOLDFAST_POSTGRES"])}
ONLY_SQLITE = os.environ.get("HOLDFAST_SQLITE_ONLY") == "1"


def pytest_configure(config):
    config.addinivalue_line("markers", "sqlite_only: about files, or about no database at all")
    config.addinivalue_line("markers", "postgres_only: about what PostgreSQL does and SQLite does not")
    config.addinivalue_line("markers", "early: sets something going that takes its time, and so runs first")
    config.addinivalue_line("markers", "late: waits for that, and so runs when all others have")
    if not ONLY_SQLITE and not os.environ.get("HOLDFAST_POSTGRES") and not config.option.collectonly:
        raise pytest.UsageError(
            "HOLDFAST_POSTGRES names no PostgreSQL for the tests: run them as `make test` does, by `scripts/postgres run …`, "
            "or set HOLDFAST_SQLITE_ONLY=1 to leave PostgreSQL out")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    if not BINARY.exists() and not config.option.collectonly:
        raise pytest.UsageError(f"{BINARY} is not there: build it first (swift build), or set HOLDFAST_BINARY")
    if ONLY_SQLITE:
        left_out = [item for item in items if item.get_closest_marker("postgres_only")]
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)
    items.sort(key=lambda item: bool(item.get_closest_marker("late")) - bool(item.get_closest_marker("early")))


def pytest_generate_tests(metafunc):
    """A test that uses a database, by whatever fixture, is one test on each."""
    if "database" in metafunc.fixturenames:
        marks = {name for name in DATABASES if metafunc.definition.get_closest_marker(f"{name}_only")}
        names = [name for name in marks or DATABASES if name == "sqlite" or not ONLY_SQLITE]
        metafunc.parametrize("database", names, indirect=True, scope="session")


@pytest.fixture(scope="session")
def database(request):
    """The kind of database that a test runs on."""
    return DATABASES[request.param]()


@pytest.fixture(scope="session")
def server(tmp_path_factory, database):
    """A running server under the `sop` starter, shared: use ids of your own (`fresh()`)."""
    with installed(tmp_path_factory.mktemp(f"shared-{database.name}"), database) as holdfast:
        yield holdfast.start()
        holdfast.stop()


@pytest.fixture
def installation(tmp_path, database):
    """A fresh installation under the `sop` starter; not started."""
    with installed(tmp_path, database) as holdfast:
        yield holdfast


@pytest.fixture
def own_server(installation):
    """A running server of one's own."""
    return installation.start()


@pytest.fixture
def slack():
    """A stand-in for Slack."""
    slack = Slack()
    yield slack
    slack.close()
