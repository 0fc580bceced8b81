"""HTTP by Django, `/ws/` by Channels: one ASGI application."""

import gc
import os

import django
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")
django.setup(set_prefix=False)

from acquisition.api.emergency import EmergencyGate  # noqa: E402  needs the apps that are set up
from config.preparing import wait_until_prepared  # noqa: E402  beside its like
from config.request_threads import Application  # noqa: E402  needs the settings
from config.stall import DatabaseWatch, StallGate  # noqa: E402  needs the settings
from realtime.handshake import OriginGate  # noqa: E402  needs the apps that are set up
from realtime.routing import websocket_urlpatterns  # noqa: E402  as above

application = ProtocolTypeRouter(
    {
        "http": EmergencyGate(StallGate(Application(), DatabaseWatch())),
        "websocket": OriginGate(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))),
    }
)

# What is imported stays: to go over it with each full collection took 0.1 s of some request.
get_resolver().url_patterns  # noqa: B018  read for what it imports
gc.collect()
gc.freeze()
wait_until_prepared(settings.VAR_DIR)
