"""What gunicorn serves: ``gunicorn callsvc.wsgi:app``."""

from callsvc.app import create_app
from callsvc.assembly import make_runtime
from callsvc.core.logs import configure_logs
from callsvc.operations.beating import start_beating

_rt = make_runtime()
configure_logs(_rt.settings.callsvc_log_format)
start_beating(_rt, "web")
app = create_app(_rt)
