"""Where the socket is found."""

from django.urls import path

from realtime.consumers.queue_server import ConsoleSocket, InfoSocket
from realtime.consumers.socket import SocketConsumer

QUEUE_SERVER = "bl/<slug:beamline>/qserver/api/"

websocket_urlpatterns = [
    path("ws/", SocketConsumer.as_asgi()),
    path(QUEUE_SERVER + "info/ws", InfoSocket.as_asgi()),
    path(QUEUE_SERVER + "status/ws", InfoSocket.as_asgi()),
    path(QUEUE_SERVER + "console_output/ws", ConsoleSocket.as_asgi()),
]
