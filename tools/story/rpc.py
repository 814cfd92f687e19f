"""One person signed in to Odoo over HTTP, as the web client does it."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

_SECONDS = 180


class OdooRefused(Exception):
    """Odoo understood and said no; the text is what a person would see."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class OdooUnreachable(Exception):
    """Odoo did not answer, or not with what was expected."""


class OdooSession:
    """A signed-in user; every call is one ``call_kw`` request.

    :param url: e.g. ``http://localhost:8069``
    :raises OdooUnreachable: if nobody answers
    :raises OdooRefused: if the login is wrong
    """

    def __init__(self, url: str, database: str, login: str, password: str) -> None:
        self._parts = urlsplit(url)
        self._cookie = ""
        self.login = login
        answer = self._post(
            "/web/session/authenticate", {"db": database, "login": login, "password": password}
        )
        self.uid: int = answer["uid"]

    def call(self, model: str, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call a public method; ids go first in ``args``.

        :raises OdooRefused: with Odoo's own words
        """
        return self._post(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": list(args), "kwargs": kwargs},
        )

    def search_read(
        self, model: str, domain: list[Any], fields: list[str], **kwargs: Any
    ) -> list[dict[str, Any]]:
        """Rows of a model."""
        rows: list[dict[str, Any]] = self.call(model, "search_read", domain, fields, **kwargs)
        return rows

    def count(self, model: str, domain: list[Any]) -> int:
        """How many records match."""
        return int(self.call(model, "search_count", domain))

    def groups(self, model: str, domain: list[Any], by: str, *sums: str) -> list[list[Any]]:
        """Rows of ``[value, count, sum…]``, as Odoo's own lists group them."""
        rows = self.call(
            model,
            "formatted_read_group",
            domain,
            groupby=[by],
            aggregates=["__count", *(f"{name}:sum" for name in sums)],
        )
        return [
            [_plain(row[by]), row["__count"], *(row[f"{name}:sum"] or 0 for name in sums)]
            for row in rows
        ]

    def _post(self, path: str, params: dict[str, Any]) -> Any:
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params, "id": 1})
        headers = {"Content-Type": "application/json"}
        if self._cookie:
            headers["Cookie"] = self._cookie
        connection = http.client.HTTPConnection(
            self._parts.hostname or "", self._parts.port, timeout=_SECONDS
        )
        try:
            connection.request("POST", path, body, headers)
            response = connection.getresponse()
            raw = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise OdooUnreachable(f"Odoo does not answer at {path}: {error}") from error
        finally:
            connection.close()
        self._keep_cookie(response)
        return _result(path, response.status, raw)

    def _keep_cookie(self, response: http.client.HTTPResponse) -> None:
        for value in response.headers.get_all("Set-Cookie", []):
            if value.startswith("session_id="):
                self._cookie = value.split(";", 1)[0]


def _result(path: str, status: int, raw: bytes) -> Any:
    try:
        answer = json.loads(raw)
    except ValueError:
        raise OdooUnreachable(f"{path} answered {status} without JSON") from None
    error = answer.get("error")
    if error:
        data = error.get("data", {})
        raise OdooRefused(data.get("name", ""), data.get("message") or error.get("message", ""))
    return answer.get("result")


def _plain(value: Any) -> Any:
    """A many2one group is ``(id, label)``; the label is what people read."""
    return value[1] if isinstance(value, list | tuple) else value
