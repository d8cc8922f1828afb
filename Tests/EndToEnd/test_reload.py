"""SIGHUP: a good configuration takes over while the server runs, a bad one changes nothing."""

from holdfast import Holdfast, fresh, replace_config
from polling import eventually


def measures(server, customer):
    pillars = server.api(f"/api/v1/customers/{customer}/explanation")["pillars"]
    return {measure["name"] for pillar in pillars for measure in pillar["measures"]}


def known_customer(server):
    customer = fresh()
    server.track(customer, "Signed In")
    eventually(lambda: server.score(customer) == 70, "the customer has its score")
    return customer


def test_a_good_configuration_takes_over(own_server, tmp_path_factory):
    customer = known_customer(own_server)
    before = measures(own_server, customer)
    replace_config(own_server, Holdfast(tmp_path_factory.mktemp("full"), starter="full"))
    own_server.reload()
    eventually(lambda: len(measures(own_server, customer)) > len(before), "the full model explains the score")
    changes = own_server.api(f"/api/v1/customers/{customer}/history")["changes"]
    full = own_server.score(customer)
    if full != 70:
        eventually(
            lambda: own_server.api(f"/api/v1/customers/{customer}/history")["changes"][0]["cause"] == "model",
            f"the move from 70 to {full} is said to be the model's: {changes}")


def test_rule_9_a_bad_configuration_leaves_the_running_one_in_place_and_says_so(own_server):
    customer = known_customer(own_server)
    before = measures(own_server, customer)
    path = own_server.files()[0]
    path.write_text(path.read_text() + "\nno_such_key: 1\n")
    own_server.reload()
    eventually(lambda: "no_such_key" in own_server.log_text(), "the log names what is wrong")
    assert path.name in own_server.log_text()
    assert own_server.process.poll() is None
    assert measures(own_server, customer) == before
    later = known_customer(own_server)
    assert own_server.score(later) == 70
