"""The sandbox as one WSGI application: every service's routes, the faults around them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import msgspec

from returnctl.sandbox import backmarket, control, fedex, ups, usps
from returnctl.sandbox.faults import Faults
from returnctl.sandbox.market import routes as market
from returnctl.sandbox.store import Store
from returnctl.sandbox.throttle import Throttle
from returnctl.sandbox.web import Answer, Context, Request, Route, Service, Stop, phrase

if TYPE_CHECKING:
    import sqlite3

    import flask
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_ROOMS = (market, backmarket, ups, usps, fedex, control)
LARGEST_BODY = 40_000_000
_SAFE = {"GET", "HEAD"}


def create_app(
    store: Store, *, latency_ms: int = 0, faults: str | Faults = "", token: str | None = None
) -> flask.Flask:
    """The sandbox over `store`. `latency_ms` delays every answer; `faults` is a specification or an object.

    The marketplace takes `token` alone where it is given, else nearly any. Raises Usage for a specification that
    can't be read.
    """
    import flask

    app = flask.Flask("returnctl.sandbox", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.url_map.merge_slashes = False
    misfortune = faults if isinstance(faults, Faults) else Faults(faults)
    throttle = Throttle()
    desk = _Desk(store=store, faults=misfortune, throttle=throttle, token=token, latency_s=latency_ms / 1000)
    for room in _ROOMS:
        for route in room.ROUTES:
            _add(app, desk, room.SERVICE, route)
    known = tuple(room.SERVICE for room in _ROOMS)
    app.register_error_handler(Exception, lambda error: _failed(error, known, misfortune))
    layer = _FaultLayer(app.wsgi_app, misfortune, throttle, known)
    app.wsgi_app = layer  # type: ignore[method-assign]  # Flask's own way
    return app


class _Desk(msgspec.Struct, frozen=True, kw_only=True):
    """Where a request becomes an answer: one transaction each."""

    store: Store
    faults: Faults
    throttle: Throttle
    token: str | None
    latency_s: float

    def answer(self, service: Service, route: Route, request: Request) -> Answer:
        once = service.once if route.method not in _SAFE else None
        try:
            with once.claim(self.store.instance, request) if once else nullcontext():
                if self.latency_s and service is not control.SERVICE:
                    time.sleep(self.latency_s)
                with self.store.transaction() as db:
                    context = self._context(db)
                    if not route.open:
                        service.authorize(context, request)
                    if once:
                        return once.run(context, request, route.handler)
                    return route.handler(context, request)
        except Stop as stop:
            return stop.answer

    def _context(self, db: sqlite3.Connection) -> Context:
        return Context(
            db=db,
            faults=self.faults,
            throttle=self.throttle,
            instance=self.store.instance,
            token=self.token,
        )


def _add(app: flask.Flask, desk: _Desk, service: Service, route: Route) -> None:
    def view(**args: str) -> flask.Response:
        request = _read(args)
        return _respond(_dressed(service, desk.faults, request.path, desk.answer(service, route, request)))

    app.add_url_rule(
        service.prefix + route.rule,
        endpoint=f"{route.method} {service.prefix}{route.rule}",
        view_func=view,
        methods=[route.method],
        provide_automatic_options=False,
    )


def _read(args: dict[str, str]) -> Request:
    import flask

    request = flask.request
    return Request(
        method=request.method,
        path=request.path,
        args=args,
        query={name: request.args.getlist(name) for name in request.args},
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.get_data(),
    )


def _respond(answer: Answer) -> flask.Response:
    import flask

    response = flask.Response(answer.body, answer.status, answer.headers)
    response.headers["Content-Type"] = answer.media_type
    return response


def _dressed(service: Service, faults: Faults, path: str, answer: Answer) -> Answer:
    return service.edge.dress(faults, path, answer) if service.edge else answer


def _failed(error: Exception, services: tuple[Service, ...], faults: Faults) -> flask.Response:
    import flask
    from werkzeug.exceptions import HTTPException

    path = flask.request.path
    service = _service_of(path, services)
    if not isinstance(error, HTTPException):
        flask.current_app.logger.exception("the sandbox failed at %s", path)
        answer = service.error(500, "The sandbox failed; its log has more.")
        return _respond(_dressed(service, faults, path, answer))
    answer = service.error(error.code or 500, error.description or error.name)
    response = _respond(_dressed(service, faults, path, answer))
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _service_of(path: str, services: tuple[Service, ...]) -> Service:
    behind = [service for service in services if service.prefix and path.startswith(service.prefix + "/")]
    return behind[0] if behind else next(service for service in services if not service.prefix)


class _FaultLayer:
    """Stands in front of the application. A connection that is to break is broken by an OSError: the server
    then closes it without an answer."""

    def __init__(
        self,
        application: WSGIApplication,
        faults: Faults,
        throttle: Throttle,
        services: tuple[Service, ...],
    ) -> None:
        self._application = application
        self._faults = faults
        self._throttle = throttle
        self._services = services

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path.startswith(control.SERVICE.prefix + "/"):
            return self._application(environ, start_response)
        outcome = self._faults.draw(environ.get("REQUEST_METHOD", ""), path)
        if outcome.delay_s:
            time.sleep(outcome.delay_s)
        service = _service_of(path, self._services)
        refusal = service.edge.refuse(self._faults, self._throttle, outcome.kind) if service.edge else None
        if refusal:
            return _send(refusal, start_response)
        match outcome.kind:
            case "drop":
                raise ConnectionAbortedError("drop")
            case "lost-answer":
                _carry_out(self._application, environ)
                raise ConnectionAbortedError("lost-answer")
            case kind if kind and kind.isdigit():
                return _send(self._failure(int(kind), service, path), start_response)
            case _:
                return self._application(environ, start_response)

    def _failure(self, status: int, service: Service, path: str) -> Answer:
        answer = service.error(status, "A fault that was asked for.")
        seconds = self._faults.setting("retry-after")
        seconds = service.retry_after if seconds is None else seconds
        if status in {429, 503} and seconds is not None:
            headers = {**answer.headers, "Retry-After": str(seconds)}
            answer = msgspec.structs.replace(answer, headers=headers)
        return _dressed(service, self._faults, path, answer)


def _send(answer: Answer, start_response: StartResponse) -> Iterable[bytes]:
    told = {"Content-Type": answer.media_type, "Content-Length": str(len(answer.body)), **answer.headers}
    start_response(f"{answer.status} {phrase(answer.status)}", list(told.items()))
    return [answer.body]


def _carry_out(application: WSGIApplication, environ: WSGIEnvironment) -> None:
    def start_response(status: str, headers: Any, error: Any = None) -> Callable[[bytes], object]:
        return lambda data: None

    result = application(environ, start_response)
    for _ in result:
        pass
    close = getattr(result, "close", None)
    if close:
        close()
