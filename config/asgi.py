"""HTTP by Django, `/ws/` by Channels: one ASGI application."""

import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")
django_application = get_asgi_application()

from realtime.handshake import OriginGate  # noqa: E402  needs the apps that get_asgi_application loads
from realtime.routing import websocket_urlpatterns  # noqa: E402  as above

application = ProtocolTypeRouter(
    {
        "http": django_application,
        "websocket": OriginGate(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))),
    }
)
