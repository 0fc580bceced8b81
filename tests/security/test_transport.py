"""What goes over an open line, odd methods, and headers that every answer has."""

import logging

import pytest
from django.test import Client
from django.utils.module_loading import import_string

from config.headers import ContentSecurityPolicyMiddleware
from config.log_lines import RequestFilter
from realtime.handshake import is_private
from tests.support.people import PASSWORD, make_facility


@pytest.fixture
def facility(db):
    return make_facility()


@pytest.fixture
def tls(settings):
    """Let the site stand behind a proxy that ends TLS."""
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    return Client()


@pytest.mark.parametrize(
    "path", ["/api/v1/me", "/api/v1/runs", "/tiled/api/v1/", "/bl/alpha/qserver/api/status", "/metrics"]
)
def test_a_program_without_tls_is_refused_and_not_sent_on(facility, tls, path):
    key = facility.key("pi", "run:read")[0]
    answer = tls.get(path, HTTP_AUTHORIZATION=f"ApiKey {key}")
    assert (answer.status_code, answer.json()["code"]) == (403, "tls_required")
    assert "Location" not in answer
    assert answer["X-Content-Type-Options"] == "nosniff"
    answer = tls.get(path, HTTP_AUTHORIZATION=f"ApiKey {key}", HTTP_X_FORWARDED_PROTO="https")
    assert b"tls_required" not in answer.content


@pytest.mark.parametrize("path", ["/", "/login", "/account"])
def test_a_browser_without_tls_is_sent_to_it(db, tls, path):
    answer = tls.get(path)
    assert answer.status_code == 301
    assert answer["Location"].startswith("https://")
    secure = tls.get("/login", HTTP_X_FORWARDED_PROTO="https")
    assert secure["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def scope(scheme, forwarded=None):
    headers = [(b"x-forwarded-proto", forwarded)] if forwarded else []
    return {"type": "websocket", "scheme": scheme, "headers": headers}


def test_a_socket_without_tls_is_refused_where_the_site_has_it(tls):
    assert is_private(scope("wss"))
    assert is_private(scope("ws", b"https"))
    assert not is_private(scope("ws"))
    assert not is_private(scope("ws", b"http"))


def test_a_site_without_tls_takes_plain_sockets(settings):
    settings.SECURE_SSL_REDIRECT = False
    assert is_private(scope("ws"))


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "TRACK", "PROPFIND", "BREW"])
@pytest.mark.parametrize("path", ["/", "/login", "/api/v1/me", "/admin/", "/static/x"])
def test_odd_methods_are_answered_nowhere(db, method, path):
    answer = Client().generic(method, path, HTTP_X_SECRET="echo-me")
    assert answer.status_code == 405
    assert b"echo-me" not in answer.content


@pytest.mark.parametrize("path", ["/", "/login", "/account", "/api/v1/me", "/api/v1/nothing", "/nothing"])
def test_every_answer_has_the_headers(facility, path):
    client = Client()
    client.post("/login", {"username": "pi", "password": PASSWORD})
    answer = client.get(path)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


def test_a_page_with_a_policy_of_its_own_is_framed_no_more_than_the_others(rf):
    from django.http import HttpResponse

    policy = "default-src 'none'; sandbox"
    answer = ContentSecurityPolicyMiddleware(
        lambda request: HttpResponse(headers={"Content-Security-Policy": policy})
    )(rf.get("/"))
    assert answer["Content-Security-Policy"] == f"{policy}; frame-ancestors 'none'"


def test_built_files_are_framed_by_nobody(db, settings, tmp_path):
    (tmp_path / "x.js").write_text("let x = 1;")
    settings.STATIC_ROOT, settings.WHITENOISE_USE_FINDERS = tmp_path, False
    answer = Client().get("/static/x.js")
    assert b"".join(answer.streaming_content) == b"let x = 1;"
    assert answer["Content-Security-Policy"] == "frame-ancestors 'none'"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_refusal_is_logged_with_who_asked(facility, caplog):
    client = Client(REMOTE_ADDR="192.0.2.9")
    client.post("/login", {"username": "outsider", "password": PASSWORD})
    caplog.clear()
    with caplog.at_level(logging.WARNING, "django.request"):
        assert client.get("/api/v1/proposals/P-1").status_code == 404
        assert client.get("/api/v1/audit").status_code in (403, 404)
    assert len(caplog.records) == 2
    for record in caplog.records:
        RequestFilter().filter(record)
        assert (record.username, record.address) == ("outsider", "192.0.2.9")


def test_the_filter_is_part_of_the_logging(settings):
    assert "asked" in settings.LOGGING["handlers"]["stderr"]["filters"]
    assert import_string(settings.LOGGING["filters"]["asked"]["()"]) is RequestFilter


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/.git/config",
            "/.env",
            "/manage.py",
            "/config/settings/base.py",
            "/requirements.txt",
            "/var/secret_key",
        ),
        *(
            "/static/",
            "/static/assets/",
            "/static/../manage.py",
            "/static/%2e%2e/manage.py",
            "/static//etc/passwd",
        ),
    ],
)
def test_no_source_or_folder_is_served(db, path):
    assert Client().get(path).status_code == 404
