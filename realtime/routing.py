"""Where the socket is found."""

from django.urls import path

from realtime.consumers.socket import SocketConsumer

websocket_urlpatterns = [path("ws/", SocketConsumer.as_asgi())]
