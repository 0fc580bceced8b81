"""HTTP by Django, `/ws/` by Channels: one ASGI application."""

import os

import django
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")
django.setup(set_prefix=False)

from acquisition.api.emergency import EmergencyGate  # noqa: E402  needs the apps that are set up
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
