"""The table of rights for what is not REST: pages, and topics of the socket.

A new page or topic fails the tests until it has a row here. Downloads are routes of the REST interface, so
they are in `access_table`; pages only carry the browser part, which asks there.
"""

from __future__ import annotations

from typing import Final

PAGE_COLUMNS: Final = (
    *("anonymous", "stranger", "outsider", "observer", "member", "pi", "staff", "admin"),
    *("key", "expired"),
)
"""A key opens no page: it is sent to the door as who has not signed in."""

TOPIC_COLUMNS: Final = (
    *("anonymous", "stranger", "outsider", "observer", "member", "pi", "staff", "contact", "other_staff"),
    *("admin", "key", "expired", "revoked"),
)

NOBODY: Final = frozenset[str]()
WATCHERS: Final = frozenset({"observer", "member", "pi", "staff", "contact", "admin", "key"})

TOPICS: Final = {
    "run": WATCHERS,
    "live": WATCHERS,
    "queue": WATCHERS,
    "engine": WATCHERS,
    "pv": WATCHERS,
    "console": WATCHERS,
    "notices": WATCHERS,
    "log": WATCHERS,
    "presence": WATCHERS,
}
"""Who may follow each kind of topic, of beamline alpha or of a run of P-1; `key` is the investigator's."""

SIGNED_IN: Final = "302 200 200 200 200 200 200 200 302 302"
"""Everybody who is signed in; what the page then shows it asks of the REST interface, with their rights."""
FORM: Final = "405 405 405 405 405 405 405 405 405 405"
"""Takes POST only."""

# Pages of published data ask as nobody, whoever looks; the run of the stage is not published.
# A page that asks for a scope at a beamline says to somebody without any beamline that there is none.
# fmt: off
#                                                  ano str out obs mem pi  sta adm key exp
PAGES: Final = {
    "":                                           SIGNED_IN,
    "account":                                    SIGNED_IN,
    "account/notices":                            FORM,
    "account/password":                           SIGNED_IN,
    "account/password/done":                      SIGNED_IN,
    "account/second-factor":                      SIGNED_IN,
    "account/sessions/<handle>/end":              FORM,
    "account/sessions/end-others":                FORM,
    "account/tokens":                             SIGNED_IN,
    "account/tokens/<prefix>/revoke":             FORM,
    "accounts/<username>/password/code":          "302 404 404 404 404 404 404 200 302 302",
    "accounts/<username>/second-factor/reset":    "302 404 404 404 404 404 404 200 302 302",
    "accounts/<username>/sessions/end":           "302 404 404 404 404 404 404 200 302 302",
    "acquire":                                    SIGNED_IN,
    "acquire/<plan>":                             SIGNED_IN,
    "api/":                                       SIGNED_IN,
    "console":                                    SIGNED_IN,
    "control":                                    "302 200 403 403 403 403 200 200 302 302",
    "dashboards":                                 SIGNED_IN,
    "dashboards/<slug>":                          SIGNED_IN,
    "dashboards/new":                             "302 200 403 403 403 403 200 200 302 302",
    "devices":                                    SIGNED_IN,
    "devices/<name>":                             "302 200 404 200 200 200 200 200 302 302",
    "exports":                                    SIGNED_IN,
    "facility":                                   "302 403 403 403 403 403 200 200 302 302",
    "facility/audit":                             "302 403 403 403 403 403 200 200 302 302",
    "facility/beamlines":                         "302 403 403 403 403 403 200 200 302 302",
    "facility/import":                            "302 403 403 403 403 403 403 200 302 302",
    "facility/people":                            "302 403 403 403 403 403 403 200 302 302",
    "facility/proposals":                         "302 403 403 403 403 403 403 200 302 302",
    "facility/proposals/<number>":                "302 403 403 403 403 403 403 200 302 302",
    "facility/visits":                            "302 403 403 403 403 403 200 200 302 302",
    "facility/visits/<visit>":                    "302 404 404 200 200 200 200 200 302 302",
    "facility/visits/new":                        "302 403 403 403 403 403 403 200 302 302",
    "facility/why":                               "302 403 403 403 403 403 200 200 302 302",
    "favicon.ico":                                "302 302 302 302 302 302 302 302 302 302",
    "help":                                       SIGNED_IN,
    "kiosk/<slug>":                               "200 200 200 200 200 200 200 200 200 200",
    "live":                                       SIGNED_IN,
    "log":                                        SIGNED_IN,
    "login":                                      "200 302 302 302 302 302 302 302 200 200",
    "login/code":                                 "302 302 302 302 302 302 302 302 302 302",
    "login/enrol":                                "302 302 302 302 302 302 302 302 302 302",
    "login/password":                             "200 200 200 200 200 200 200 200 200 200",
    "login/provider":                             "302 302 302 302 302 302 302 302 302 302",
    "login/provider/answer":                      "302 302 302 302 302 302 302 302 302 302",
    "logout":                                     FORM,
    "metrics":                                    "401 403 403 403 403 403 200 200 403 401",
    "published":                                  "200 200 200 200 200 200 200 200 200 200",
    "published/<uid>":                            "404 404 404 404 404 404 404 404 404 404",
    "queue":                                      SIGNED_IN,
    "runs":                                       SIGNED_IN,
    "runs/<uid>":                                 "302 404 404 200 200 200 200 200 302 302",
    "runs/compare":                               SIGNED_IN,
    "samples":                                    SIGNED_IN,
    "samples/<uid>":                              "302 404 404 200 200 200 200 200 302 302",
    "samples/labels":                             SIGNED_IN,
    "status":                                     "200 200 200 200 200 200 200 200 200 200",
}
# fmt: on
