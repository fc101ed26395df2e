"""The ``stream`` process: tells open pages and desks what changed; they fetch what they show.

    python -m callsvc.stream --port 8001

A process of its own with one event loop, so that an open page costs some memory and nothing else, and the
carrier's webhooks never wait for a wallboard. ``feed`` reads what is published, ``hub`` knows who listens to
what, ``listener`` what each has not been told yet, ``admission`` who may hear what, ``checking`` who still
may, ``looking`` repairs what was lost on its way. Behind a proxy ``/stream/`` goes to this process; without
one, ``CALLSVC_STREAM_URL`` tells the pages its address.
"""

from callsvc.stream.addresses import DESK_PATH, PATH, stream_address, stream_origin, stream_since

__all__ = ["DESK_PATH", "PATH", "stream_address", "stream_origin", "stream_since"]
