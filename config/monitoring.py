"""What monitors ask for: `/status` for everybody, `/metrics` for who holds a key with `audit:read`."""

import time
from collections.abc import Callable, Iterator

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.views import View
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.actor import Actor
from accounts.requests import actor_of
from acquisition.queue.health import gauges, health

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
REQUESTS = Counter("beamport_http_requests", "Requests of this process", ["method", "route", "status"])
SECONDS = Histogram(
    "beamport_http_request_seconds", "Time to the answer, in seconds", ["method", "route"], buckets=BUCKETS
)


class RequestMetricsMiddleware:
    """Count requests and their times by route; an address that is no route counts as one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request and count it."""
        began = time.perf_counter()
        response = self.get_response(request)
        found = request.resolver_match
        route = found.route if found is not None else "none"
        method = request.method or "none"
        SECONDS.labels(method, route).observe(time.perf_counter() - began)
        REQUESTS.labels(method, route, str(response.status_code)).inc()
        return response


class StatusView(View):
    """Whether the site is ready: 200 or 503, without names; a page for who asks for one, else JSON."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Look at the database, the broker and the workers."""
        found = health()
        status = 200 if found.is_ready else 503
        facts = found.as_dict()
        response: HttpResponse
        if request.get_preferred_type(["application/json", "text/html"]) == "text/html":
            page = {"found": facts, "is_ready": found.is_ready}
            response = render(request, "frontend/status.html", page, status=status)
        else:
            response = JsonResponse(facts, status=status)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Vary"] = "Accept"
        return response


class MetricsView(APIView):
    """Figures for Prometheus."""

    schema = None

    def get(self, request: Request) -> HttpResponse:
        """Give the beamlines' figures and this process's own in Prometheus' text format."""
        own = CollectorRegistry()
        own.register(_Beamlines(actor_of(request)))
        text = generate_latest(own) + generate_latest(REGISTRY)
        return HttpResponse(text, content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})


class _Beamlines:
    def __init__(self, actor: Actor) -> None:
        self._families: dict[str, Metric] = {}
        for gauge in gauges(actor):
            names = [name for name, _ in gauge.labels]
            family = self._families.setdefault(
                gauge.name, GaugeMetricFamily(f"beamport_{gauge.name}", gauge.help, labels=names)
            )
            family.add_sample(f"beamport_{gauge.name}", dict(gauge.labels), float(gauge.value))

    def collect(self) -> Iterator[Metric]:
        """Give what was asked for at the beginning."""
        yield from self._families.values()


urlpatterns = [
    path("status", StatusView.as_view(), name="site-status"),
    path("metrics", MetricsView.as_view(), name="metrics"),
]
