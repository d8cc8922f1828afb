"""Critical entered: one message on Slack, whatever Slack answers."""

import copy

import pytest
import yaml

from holdfast import fresh
from polling import eventually, settles
from records import DAY, iso, now, tickets_csv
from slack import NO_SERVICE, SERVER_ERROR, Slack, rate_limited


@pytest.fixture
def alerting(installation, slack):
    """A running server whose Slack is ours."""
    installation.environment[installation.slack_variable()] = slack.url
    return installation.start()


def at_sixty(server, id=None):
    """A customer at 60: signed in two days ago (30), no tickets (30), no features."""
    customer = id or fresh("acme")
    server.track(customer, "Signed In", timestamp=iso(now() - 2 * DAY))
    settles(lambda: server.score(customer), 60, "the customer is at-risk")
    return customer


def turns_critical(server, customer, **ticket):
    """Three open tickets: 60 becomes 30."""
    report = server.import_records("tickets", tickets_csv(customer, 3, **ticket))
    assert report["accepted"] == 3, report
    settles(lambda: server.score(customer), 30, "the customer is critical")


def recovers(server, customer, **ticket):
    solved = now()
    server.import_records("tickets", tickets_csv(customer, 3, status="solved", solved=solved, updated=solved, **ticket))
    settles(lambda: server.score(customer), 60, "the customer has recovered")


def test_entering_critical_posts_one_message_with_blocks(alerting, slack):
    customer = at_sixty(alerting)
    alerting.write("/v1/group", {"userId": fresh("u"), "groupId": customer, "traits": {"name": "Acme & <Sons>"}})
    settles(lambda: (alerting.customer(customer) or {}).get("name"), "Acme & <Sons>", "the customer has its name")
    turns_critical(alerting, customer)
    (post,) = eventually(lambda: slack.about(customer), "Slack hears of it")
    body = post["body"]
    assert body["text"] and 1 <= len(body["blocks"]) <= 50
    shown = str(body)
    assert "30" in shown and "critical" in shown.lower()
    assert "http" in shown and customer in shown, "a link to the customer"
    assert "Acme &amp; &lt;Sons&gt;" in shown, "names are escaped for Slack"
    alerts = [alert for alert in alerting.api("/api/v1/alerts")["alerts"] if alert["customer"] == customer]
    assert len(alerts) == 1 and alerts[0]["kind"] == "critical" and alerts[0]["state"] == "open"


def test_what_happens_to_an_open_alert_posts_no_second_message(alerting, slack):
    customer = at_sixty(alerting)
    turns_critical(alerting, customer)
    eventually(lambda: slack.about(customer), "Slack hears of it")
    alerting.track(customer, "Report Created")
    settles(lambda: alerting.score(customer), 35, "still critical, a little better")
    witness = at_sixty(alerting)
    turns_critical(alerting, witness)
    eventually(lambda: slack.about(witness), "a later alert has gone out")
    assert len(slack.about(customer)) == 1


def test_within_the_cool_down_a_second_slide_posts_nothing(alerting, slack):
    customer = at_sixty(alerting)
    turns_critical(alerting, customer)
    eventually(lambda: slack.about(customer), "Slack hears of it")
    recovers(alerting, customer)
    turns_critical(alerting, customer, prefix="second")
    witness = at_sixty(alerting)
    turns_critical(alerting, witness)
    eventually(lambda: slack.about(witness), "a later alert has gone out")
    assert len(slack.about(customer)) == 1


def test_a_first_score_and_history_alert_nobody(alerting, slack):
    newcomer, past = fresh("new"), fresh("past")
    alerting.write("/v1/identify", {"userId": newcomer})
    settles(lambda: alerting.score(newcomer), 30, "its first score is critical")
    alerting.track(past, "Signed In", timestamp=iso(now() - 10 * DAY))
    settles(lambda: alerting.score(past), 50, "at-risk")
    opened = now() - 3 * DAY
    alerting.import_records("tickets", tickets_csv(past, 3, opened=opened, updated=opened))
    settles(lambda: alerting.score(past), 20, "critical by tickets of three days ago")
    witness = at_sixty(alerting)
    turns_critical(alerting, witness)
    eventually(lambda: slack.about(witness), "a later alert has gone out")
    assert slack.about(newcomer) == [] and slack.about(past) == []


def test_a_failing_slack_is_tried_again_until_it_takes_the_message(alerting, slack):
    slack.answers += [SERVER_ERROR, SERVER_ERROR]
    customer = at_sixty(alerting)
    turns_critical(alerting, customer)
    eventually(lambda: slack.taken(customer), "the message got through", 90)
    assert len(slack.about(customer)) == 3


def test_retry_after_is_honoured(alerting, slack):
    slack.answers.append(rate_limited(4))
    customer = at_sixty(alerting)
    turns_critical(alerting, customer)
    eventually(lambda: slack.taken(customer), "the message got through", 60)
    first, second = slack.about(customer)
    assert second["at"] - first["at"] >= 4


def test_a_final_refusal_is_kept_and_shown(alerting, slack):
    slack.always = NO_SERVICE
    customer = at_sixty(alerting)
    turns_critical(alerting, customer)
    eventually(lambda: slack.about(customer), "it was tried")

    def shown():
        listed = alerting.run("outbox").stdout
        return all(word in listed for word in (customer, "failed", "no_service"))

    eventually(shown, "the outbox shows the failure with its reason", 15)
    assert len(slack.about(customer)) == 1, "a final refusal is not tried again"
    assert slack.url not in alerting.run("outbox").stdout, "the address is a secret"
    assert slack.url not in alerting.log_text()


def test_a_message_waits_out_a_restart(alerting, slack):
    slack.always = SERVER_ERROR
    customer = at_sixty(alerting)
    turns_critical(alerting, customer)
    # Killed before the answer is noted, the outcome would be unknown, and rightly not tried again.
    eventually(lambda: "rollup_error" in alerting.run("outbox").stdout, "the first attempt is noted")
    alerting.kill()
    slack.always = None
    alerting.start()
    eventually(lambda: slack.taken(customer), "the message got through", 90)
    assert len(slack.taken(customer)) == 1


def add_channel(holdfast, url):
    """Gives critical alerts a second Slack channel beside the starter's."""
    variable = holdfast.slack_variable()
    for path in holdfast.files():
        settings = yaml.safe_load(path.read_text()) or {}
        channels = settings.get("channels") or {}
        known = [name for name, channel in channels.items() if variable in str(channel)]
        if known:
            text = yaml.safe_dump(copy.deepcopy(channels[known[0]])).replace(f"${{{variable}}}", url)
            channels["second"] = yaml.safe_load(text)
            path.write_text(yaml.safe_dump(settings, sort_keys=False))
            return known[0]
    raise AssertionError("no Slack channel in the starter")


def alert_both(holdfast, known):
    for path in holdfast.files():
        settings = yaml.safe_load(path.read_text()) or {}
        critical = (settings.get("alerts") or {}).get("critical")
        if critical:
            assert critical["to"] == [known]
            critical["to"] = [known, "second"]
            path.write_text(yaml.safe_dump(settings, sort_keys=False))


def test_a_dead_endpoint_does_not_delay_another(installation, slack):
    dead = Slack()
    dead.always = "hang"
    installation.environment[installation.slack_variable()] = slack.url
    alert_both(installation, add_channel(installation, dead.url))
    installation.run("check")
    installation.start()
    try:
        customers = [at_sixty(installation) for _ in range(4)]
        for customer in customers:
            turns_critical(installation, customer)
        for customer in customers:
            eventually(lambda: slack.taken(customer), "the living channel has it", 8)
        assert dead.posts, "the dead one was tried"
    finally:
        installation.kill()
        dead.close()
