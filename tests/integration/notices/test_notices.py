"""Who is told what, in the page and by mail; nobody sees the notices of others."""

import pytest
from django.core import mail
from django.test import Client

from accounts.actor import worker_actor
from accounts.errors import InvalidError
from accounts.models import User
from acquisition.queue import leases, running
from acquisition.queue.models import BeamlineQueue
from acquisition.queue.running import Outcome
from acquisition.queue.states import ItemEvent
from notices import mailing, selectors, services
from notices.models import Notice, NoticeKind
from tests.integration.acquisition.test_queue_services import submit

WORKER = worker_actor("alpha")


def end_an_item(facility, event):
    grant = leases.acquire(actor=WORKER, beamline="alpha", holder="one")
    item = submit(facility)
    BeamlineQueue.objects.update(is_held=False)
    running.claim_next(actor=WORKER, grant=grant)
    outcome = Outcome(event, reason="the shutter is closed", run_uids=("run-1",))
    running.finish_item(actor=WORKER, grant=grant, item=item, outcome=outcome)
    return item


def told(name):
    return list(Notice.objects.filter(user__username=name).values_list("kind", "title", "link"))


@pytest.fixture
def posted(settings):
    settings.EMAIL_HOST = "mail.example.org"
    settings.BEAMPORT_SITE_URL = "https://beamport.example.org"
    User.objects.filter(username="member").update(email="member@example.org")
    return mail


@pytest.mark.django_db
class TestEndsOfItems:
    def test_a_failed_item_is_told_to_who_queued_it_alone(self, facility):
        item = end_an_item(facility, ItemEvent.FAIL)
        assert told(item.submitted_by) == [("item_failed", f"{item.plan_name} failed", "/runs/run-1")]
        assert Notice.objects.count() == 1

    @pytest.mark.parametrize("event", [ItemEvent.COMPLETE, ItemEvent.STOP, ItemEvent.ABORT])
    def test_what_ended_as_somebody_wanted_is_no_news(self, facility, event):
        end_an_item(facility, event)
        assert Notice.objects.count() == 0

    def test_staff_are_told_when_somebody_has_to_look(self, facility):
        end_an_item(facility, ItemEvent.HALT)
        assert [kind for kind, _, _ in told("staff")] == ["attention"]
        assert told("other_staff") == []


@pytest.mark.django_db
class TestMail:
    def test_goes_to_who_chose_it_once(self, facility, posted, monkeypatch):
        monkeypatch.setattr(mailing, "wake", lambda: None)
        member = facility.actor("member")
        services.choose(actor=member, sound=False, browser=False, mail=["item_failed"])
        end_an_item(facility, ItemEvent.FAIL)
        assert mailing.send_due() == 1
        assert mailing.send_due() == 0
        [letter] = posted.outbox
        assert letter.to == ["member@example.org"]
        assert letter.subject.startswith("[alpha]")
        assert "https://beamport.example.org/runs/run-1" in letter.body

    def test_what_was_not_chosen_is_not_mailed(self, facility, posted):
        services.choose(actor=facility.actor("member"), sound=True, browser=True, mail=["mention"])
        end_an_item(facility, ItemEvent.FAIL)
        assert mailing.send_due() == 0

    def test_a_mail_server_that_is_away_is_tried_again(self, facility, posted, settings, monkeypatch):
        monkeypatch.setattr(mailing, "wake", lambda: None)
        services.choose(actor=facility.actor("member"), sound=False, browser=False, mail=["item_failed"])
        end_an_item(facility, ItemEvent.FAIL)

        def refuse(*args, **kwargs):
            raise ConnectionRefusedError

        with monkeypatch.context() as away:
            away.setattr(mailing, "send_mail", refuse)
            assert mailing.send_due() == 0
        assert mailing.send_due() == 1

    def test_a_title_over_two_lines_makes_no_further_header(self, facility, posted):
        services.choose(actor=facility.actor("member"), sound=False, browser=False, mail=["mention"])
        services.tell(["member"], NoticeKind.MENTION, title="one\nBcc: all@example.org")
        mailing.send_due()
        assert posted.outbox[0].subject == "[Beamport] one Bcc: all@example.org"


@pytest.mark.django_db
class TestOwnNotices:
    def test_each_sees_and_clears_their_own(self, facility):
        services.tell(["member", "pi", "nobody"], NoticeKind.MENTION, title="look")
        member, pi = facility.actor("member"), facility.actor("pi")
        assert selectors.unseen(member)["unseen"] == 1
        assert services.see(actor=member) == 1
        assert selectors.unseen(member)["unseen"] == 0
        assert selectors.unseen(pi)["unseen"] == 1
        assert selectors.notices(facility.actor("observer")).count() == 0

    def test_only_the_newest_are_kept(self, facility, monkeypatch):
        monkeypatch.setattr(services, "KEPT", 3)
        for number in range(5):
            services.tell(["member"], NoticeKind.MENTION, title=str(number))
        member = facility.actor("member")
        services.see(actor=member)
        kept = selectors.notices(member).order_by("-id").values_list("title", flat=True)
        assert list(kept) == ["4", "3", "2"]

    def test_an_unknown_kind_for_mail_is_refused(self, facility):
        with pytest.raises(InvalidError):
            services.choose(actor=facility.actor("member"), sound=False, browser=False, mail=["everything"])

    def test_choices_are_kept_over_rest(self, facility):
        client = Client()
        client.force_login(facility.users["member"])
        body = {"sound": True, "browser": True, "mail": ["attention"]}
        answer = client.put("/api/v1/notices/choices", body, content_type="application/json")
        assert answer.status_code == 200
        again = client.get("/api/v1/notices/choices").json()
        assert {key: again[key] for key in body} == body
        assert again["can_mail"] is False
