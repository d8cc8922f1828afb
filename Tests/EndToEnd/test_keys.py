"""Nothing but the two probes answers without a key, and a key opens only what its scope says."""

import pytest
import requests

from holdfast import fresh

READS = [
    "/api/v1/customers", "/api/v1/customers/x", "/api/v1/customers/x/explanation", "/api/v1/customers/x/history",
    "/api/v1/customers/x/timeline", "/api/v1/customers/x/events", "/api/v1/health", "/api/v1/alerts", "/api/v1/stats",
]


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_answer_anyone(server, path):
    assert requests.get(f"{server.url}{path}", timeout=10).status_code == 200


@pytest.mark.parametrize("path", READS)
def test_reading_needs_an_api_key(server, path):
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Bearer {server.key('api')}x"}):
        answer = requests.get(f"{server.url}{path}", headers=headers, timeout=10)
        assert answer.status_code == 401
        assert answer.headers["Content-Type"].startswith("application/problem+json")
        assert "WWW-Authenticate" in answer.headers


def test_importing_needs_an_api_key(server):
    assert requests.post(f"{server.url}/api/v1/import/customers", data="id\nx\n", timeout=10).status_code == 401


def test_a_key_opens_only_its_own_scope(server):
    assert server.api_answer("/api/v1/health", key=server.key("write")).status_code in (401, 403)
    event = {"userId": fresh(), "event": "Signed In"}
    answer = requests.post(f"{server.url}/v1/track", json=event, auth=(server.key("api"), ""), timeout=10)
    assert answer.status_code in (401, 403)


def test_a_key_made_while_the_server_runs_is_good_at_once(server):
    assert server.api("/api/v1/health", key=server.add_key("api", "late"))


def test_keys_are_stored_hashed_and_kept_out_of_the_log(own_server, database):
    keys = [own_server.key("write"), own_server.key("api")]
    own_server.track("x", "Signed In")
    own_server.api("/api/v1/health")
    own_server.stop()
    content = database.everything(own_server.database)
    assert b"Signed In" in content, "what is stored is seen"
    assert all(key.encode() not in content and key.encode().hex().encode() not in content for key in keys)
    assert all(key not in own_server.log_text() for key in keys)
