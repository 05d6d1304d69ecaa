"""Receive webhooks with Django."""

from wsgiref.simple_server import make_server

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from signature import PORT, status

settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["127.0.0.1"])


@csrf_exempt
def hear(request: HttpRequest) -> HttpResponse:
    """Take a webhook."""
    return HttpResponse(status=status(request.body, request.headers.get("X-Content-Signature")))


urlpatterns = [path("webhooks", hear)]
make_server("127.0.0.1", PORT, get_wsgi_application()).serve_forever()
