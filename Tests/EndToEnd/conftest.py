"""Servers for the tests: one that all share, and fresh ones for those that stop, kill or reconfigure theirs."""

import pytest

from holdfast import BINARY, Holdfast


def pytest_collection_modifyitems(config, items):
    if not BINARY.exists() and not config.option.collectonly:
        raise pytest.UsageError(f"{BINARY} is not there: build it first (swift build), or set HOLDFAST_BINARY")


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """A running server under the `sop` starter, shared: use ids of your own (`fresh()`)."""
    holdfast = Holdfast(tmp_path_factory.mktemp("shared")).start()
    yield holdfast
    holdfast.stop()


@pytest.fixture
def installation(tmp_path):
    """A fresh installation under the `sop` starter; not started."""
    holdfast = Holdfast(tmp_path)
    yield holdfast
    holdfast.kill()


@pytest.fixture
def own_server(installation):
    """A running server of one's own."""
    return installation.start()
