"""The page as a WSGI application: pictures go in, verdicts and thumbnails come out, nothing else."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from returnctl.capture import page
from returnctl.capture.gate import Gate
from returnctl.capture.session import Session
from returnctl.capture.uploads import MOST_BYTES, Uploads, Wrong

if TYPE_CHECKING:
    import flask

#: `data:` is the empty icon, without which a browser asks for one.
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_FILES: Final = {"page.css": "text/css; charset=utf-8", "page.js": "text/javascript; charset=utf-8"}
_UPLOAD: Final = re.compile(r"[0-9a-f]{32}")
_NUMBER: Final = re.compile(r"[0-9]{1,9}")


def create_app(session: Session, gate: Gate, *, kind: str) -> flask.Flask:
    """The page of `session`, for a device of this kind. Who does not know the gate's token gets 404."""
    import flask

    app = flask.Flask("returnctl.capture", static_folder=None, template_folder=str(page.FOLDER))
    app.request_class = _request_class()
    app.config.update(MAX_CONTENT_LENGTH=MOST_BYTES, MAX_FORM_PARTS=4, PROPAGATE_EXCEPTIONS=False)
    app.url_map.merge_slashes = False
    app.jinja_env.trim_blocks = True
    app.logger.disabled = True  # its lines would hold the address
    rooms = _Rooms(session, kind)
    for method, rule, view in rooms.routes():
        app.add_url_rule(
            f"/<token>/{rule}",
            endpoint=f"{method} {rule}",
            view_func=_behind(gate, view),
            methods=[method],
            provide_automatic_options=False,
        )
    app.after_request(_dressed)
    return app


def _behind(gate: Gate, view: Callable[..., Any]) -> Callable[..., Any]:
    def run(token: str, **args: str) -> Any:
        import flask

        if not gate.knows(token):
            flask.abort(404)
        return view(**args)

    return run


class _Rooms:
    """What each address does. `token` was looked at by then."""

    def __init__(self, session: Session, kind: str) -> None:
        self._session, self._kind = session, kind
        self._uploads = Uploads()

    def routes(self) -> list[tuple[str, str, Callable[..., Any]]]:
        return [
            ("GET", "", self.page),
            ("GET", "<any('page.css','page.js'):name>", self.file),
            ("GET", "picture/<slot>", self.picture),
            ("POST", "take/<slot>", self.take),
            ("GET", "take/<slot>/<upload>", self.offset),
            ("PUT", "take/<slot>/<upload>", self.piece),
            ("POST", "<any('keep','leave-out','take-in'):deed>/<slot>", self.decide),
            ("POST", "finish", self.finish),
        ]

    def page(self, status: int = 200) -> Any:
        import flask

        token = (flask.request.view_args or {})["token"]
        seen = page.Seen(
            base=f"/{token}/",
            kind=self._kind,
            language=flask.request.accept_languages.best_match(page.languages()) or page.DEFAULT,
            on_this=self._on_this(),
        )
        return flask.render_template("page.html", **page.context(self._session, seen)), status

    def file(self, name: str) -> Any:
        return (page.FOLDER / name).read_bytes(), 200, {"Content-Type": _FILES[name]}

    def picture(self, slot: str) -> Any:
        import flask

        content = self._session.picture(self._known(slot))
        if content is None:
            flask.abort(404)
        return content, 200, {"Content-Type": "image/png" if content.startswith(b"\x89") else "image/jpeg"}

    def take(self, slot: str) -> Any:
        """A form without the script: the whole picture at once."""
        import flask

        name = self._known(slot)
        if self._session.ended:
            return self.page(410)
        given = flask.request.files.get("picture")
        content = given.read() if given else b""
        if content:
            self._session.take(name, content)
        return self._back(name)

    def offset(self, slot: str, upload: str) -> Any:
        name = self._known(slot)
        return "", 202, {"Upload-Offset": str(self._uploads.offset(name, self._upload(upload)))}

    def piece(self, slot: str, upload: str) -> Any:
        """The script's way: 202 for more to come, 409 with the place to go on from, the page once it is judged."""
        import flask

        name, upload = self._known(slot), self._upload(upload)
        if self._session.ended:
            return self.page(410)
        if not self._uploads.is_done(name, upload):
            numbers = [flask.request.headers.get(f"Upload-{what}", "") for what in ("Offset", "Length")]
            if not all(map(_NUMBER.fullmatch, numbers)):
                flask.abort(400)
            offset, length = map(int, numbers)
            if not 0 < length <= MOST_BYTES:
                flask.abort(413)
            try:
                whole = self._uploads.add(
                    name, upload, flask.request.get_data(cache=False), offset=offset, length=length
                )
            except Wrong as wrong:
                return "", 409, {"Upload-Offset": str(wrong.offset)}
            if whole is None:
                return "", 202, {"Upload-Offset": str(self._uploads.offset(name, upload))}
            self._session.take(name, whole.content, whole.digest)
        return self.page()

    def decide(self, deed: str, slot: str) -> Any:
        name = self._known(slot)
        if self._session.ended:
            return self.page(410)
        if deed == "keep":
            self._session.keep(name)
        else:
            self._session.leave_out(name, really=deed == "leave-out")
        return self._back(name)

    def finish(self) -> Any:
        if self._session.ended:
            return self.page(410)
        self._session.finish()
        return self.page()

    def _known(self, slot: str) -> str:
        import flask

        if slot not in self._session.entries:
            flask.abort(404)
        return slot

    def _upload(self, name: str) -> str:
        import flask

        if not _UPLOAD.fullmatch(name):
            flask.abort(404)
        return name

    def _on_this(self) -> bool:
        import flask

        return flask.request.args.get("on") == "this"

    def _back(self, slot: str) -> Any:
        """To the page, at the slot: a reload does not send anything again."""
        import flask

        token = (flask.request.view_args or {})["token"]
        query = "?on=this" if self._on_this() else ""
        return "", 303, {"Location": f"/{token}/{query}#slot-{slot}"}


def _dressed(response: flask.Response) -> flask.Response:
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response


def _request_class() -> Any:
    import flask

    class Request(flask.Request):
        def _get_file_stream(self, *_: object, **__: object) -> Any:
            return io.BytesIO()  # never a file on the disk: what is in it has not been cut yet

    return Request
