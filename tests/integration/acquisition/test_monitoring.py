"""What monitors are told: ready or not, figures for who holds a key, logs as JSON."""

import json
import logging
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from acquisition.queue.models import EngineSnapshot, Environment, Lease
from acquisition.worker.log_context import AT_WORK, WorkFilter
from config.json_logs import JSONFormatter
from tests.integration.acquisition.test_queue_services import submit

pytestmark = pytest.mark.django_db


def serve(seconds):
    environment = Environment.objects.get()
    EngineSnapshot.objects.get_or_create(beamline_id=environment.beamline_id)
    Lease.objects.update_or_create(
        beamline_id=environment.beamline_id,
        defaults={"holder": "w", "fencing": 1, "expires_at": timezone.now() + timedelta(seconds=seconds)},
    )
    Environment.objects.update(is_open=True, fencing=1)


def test_readiness_looks_at_the_worker_and_names_nobody(facility):
    serve(60)
    answer = Client().get("/status")
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")
    assert answer.json()["workers"] == {"ready": 1, "expected": 1}
    serve(-1)
    answer = Client().get("/status")
    assert (answer.status_code, answer.json()["workers"]["ready"]) == (503, 0)
    assert "alpha" not in answer.content.decode()


def test_metrics_are_for_who_may_look_into_the_books(facility):
    serve(60)
    submit(facility)
    assert Client().get("/metrics").status_code == 401
    member, _ = facility.key("member", "queue:read")
    assert Client().get("/metrics", headers={"Authorization": f"ApiKey {member}"}).status_code == 403
    key, _ = facility.key("staff", "audit:read")
    text = Client().get("/metrics", headers={"Authorization": f"ApiKey {key}"}).content.decode()
    assert 'beamport_queue_waiting{beamline="alpha"} 1.0' in text
    assert 'beamport_worker_ready{beamline="alpha"} 1.0' in text
    assert 'route="metrics"' in text, "the refused requests before were counted by their route"


def test_a_log_line_is_one_json_object_with_item_and_run():
    record = logging.makeLogRecord({"name": "a", "levelname": "INFO", "msg": "said %s", "args": ("it\n",)})
    AT_WORK.item, AT_WORK.run = "i-1", "r-1"
    try:
        assert WorkFilter().filter(record)
    finally:
        AT_WORK.item = AT_WORK.run = ""
    line = JSONFormatter().format(record)
    assert "\n" not in line
    told = json.loads(line)
    assert (told["message"], told["item"], told["run"]) == ("said it\n", "i-1", "r-1")
    assert "beamline" not in told


@pytest.mark.django_db
def test_a_browser_is_told_the_same_in_words():
    answer = Client().get("/status", headers={"Accept": "text/html,*/*;q=0.8"})
    assert answer["Content-Type"].startswith("text/html")
    assert "can run plans" in answer.content.decode()
    assert Client().get("/status", headers={"Accept": "*/*"})["Content-Type"] == "application/json"
