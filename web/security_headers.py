"""Headers that tell the browser what this site never does."""

from __future__ import annotations

from flask import Flask, Response, request

from core.settings import Settings

_POLICY = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    # Telegram's web clients show Mini Apps in a frame.
    "frame-ancestors": "'self' https://web.telegram.org https://*.telegram.org",
}
# Swagger's page starts itself with an inline script and style; everything is still our own.
_DOCS_POLICY = _POLICY | {
    "script-src": "'self' 'unsafe-inline'",
    "style-src": "'self' 'unsafe-inline'",
}


def _text(policy: dict[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in policy.items())


def register(app: Flask, settings: Settings) -> None:
    """Set them on every answer."""

    @app.after_request
    def _headers(answer: Response) -> Response:
        docs = request.path.startswith("/docs")
        answer.headers.setdefault(
            "Content-Security-Policy", _text(_DOCS_POLICY if docs else _POLICY)
        )
        answer.headers.setdefault("X-Content-Type-Options", "nosniff")
        answer.headers.setdefault("Referrer-Policy", "no-referrer")
        answer.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin-allow-popups")
        answer.headers.setdefault("Permissions-Policy", "geolocation=(), payment=(), usb=()")
        if not settings.is_sandbox:
            answer.headers.setdefault(
                "Strict-Transport-Security", "max-age=31536000; includeSubDomains"
            )
        if request.path.startswith("/api/"):
            answer.headers.setdefault("Cache-Control", "no-store")
        return answer
