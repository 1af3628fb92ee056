"""The WSGI application, as any server finds it."""

from wbtest import create_app

app = create_app()
