"""Receive webhooks with Django REST framework."""

from wsgiref.simple_server import make_server

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import path
from signature import PORT, status

settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["127.0.0.1"], REST_FRAMEWORK={"UNAUTHENTICATED_USER": None})
application = get_wsgi_application()

from rest_framework.decorators import api_view  # noqa: E402 - it reads the settings
from rest_framework.request import Request  # noqa: E402
from rest_framework.response import Response  # noqa: E402


@api_view(["POST"])
def hear(request: Request) -> Response:
    """Take a webhook."""
    return Response(status=status(request.body, request.headers.get("X-Content-Signature")))


urlpatterns = [path("webhooks", hear)]
make_server("127.0.0.1", PORT, application).serve_forever()
