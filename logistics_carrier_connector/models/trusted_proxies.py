"""Who is between this server and the senders, and who really sends.

``logistics_trusted_proxies`` in the server's configuration file, or the environment variable
``LOGISTICS_TRUSTED_PROXIES``, names the networks of the proxies in front of Odoo. It is a fact of
the installation and not of a company, so it is not kept in the database.
"""

import functools
import os

from odoo.tools import config

from ..core.network import client_address, parse_networks, within
from ..core.presented import Presented


def presented(httprequest, body, base_url):
    """The request as ``core.presented.Presented``.

    :param bytes body: as read at the door
    :param str base_url: our own address, from the configuration
    :raises ConfigurationInvalid: if the configured proxies are no networks
    """
    environ = httprequest.environ
    # Odoo has put the proxy's word in place of the peer, where it trusts the proxy.
    peer = environ.get("werkzeug.proxy_fix.orig", environ).get("REMOTE_ADDR") or ""
    trusted = _trusted_proxies()
    query = httprequest.query_string.decode("ascii", "replace")
    client = httprequest.remote_addr or ""
    if config["proxy_mode"] and trusted:
        client = client_address(peer, environ.get("HTTP_X_FORWARDED_FOR", ""), trusted)
    return Presented(
        headers=httprequest.headers,
        body=body,
        query=httprequest.args,
        method=httprequest.method,
        url=base_url + httprequest.path + (f"?{query}" if query else ""),
        client=client,
        via_proxy=within(peer, trusted),
    )


def _trusted_proxies():
    return _parsed(
        config.get("logistics_trusted_proxies") or os.environ.get("LOGISTICS_TRUSTED_PROXIES") or ""
    )


@functools.lru_cache(maxsize=4)
def _parsed(configured):
    return parse_networks(configured)
