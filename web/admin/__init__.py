"""What operators of the platform see, switch and settle."""

from web.admin import audit, dead_letters, jobs, overview, sending, workers
from web.admin.area import blueprint
from web.admin.overview import register

__all__ = [
    "audit",
    "blueprint",
    "dead_letters",
    "jobs",
    "overview",
    "register",
    "sending",
    "workers",
]
