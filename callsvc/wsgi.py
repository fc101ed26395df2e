"""What gunicorn serves: ``gunicorn callsvc.wsgi:app``."""

from callsvc.app import create_app, make_runtime

app = create_app(make_runtime())
