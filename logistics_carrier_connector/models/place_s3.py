"""Exchange through an object store that speaks S3: Amazon's, or one of its many relatives."""

from contextlib import contextmanager
from importlib.util import find_spec

import fsspec

from ..core.errors import ConfigurationInvalid
from .outbound_http import judged_addresses
from .place_files import Files, NotLetIn, PlaceError, explained

_PATIENCE = {"connect_timeout": 20, "read_timeout": 60, "retries": {"max_attempts": 2}}
_BLOCK = 5 * 1024 * 1024


@contextmanager
def explained_s3():
    """What the library raises beside what is explained elsewhere, mostly without any answer."""
    from botocore.exceptions import BotoCoreError, NoCredentialsError  # the package is optional

    try:
        with explained():
            yield
    except NoCredentialsError as error:
        raise NotLetIn("the store wants a key, and none is set") from error
    except BotoCoreError as error:
        raise PlaceError(f"the store does not answer ({type(error).__name__})") from error


class S3Files(Files):
    """What begins with one prefix in a bucket."""

    _explained = staticmethod(explained_s3)


def open_s3(place, secret, server_url, policy):
    """The files of a bucket.

    :param str secret: of the key that the place names; empty for a bucket that is open to everybody
    :param str server_url: of a store that is not Amazon's
    :param policy: ``core.outbound.OutboundPolicy``, which judges that one
    :raises ConfigurationInvalid: if this server cannot open it as it is described
    """
    check_s3(place, secret, server_url, policy)
    client = {}
    if server_url:
        judged_addresses(policy, policy.judge(server_url))
        client["endpoint_url"] = server_url
    fs = fsspec.filesystem(
        "s3",
        # Never the rights that this server itself may have in its cloud.
        anon=not secret,
        key=place.username or None,
        secret=secret or None,
        client_kwargs=client,
        config_kwargs=_PATIENCE,
        default_block_size=_BLOCK,
        use_listings_cache=False,
        skip_instance_cache=True,
    )
    return S3Files(fs, place.path.lstrip("/"))


def check_s3(place, secret, server_url, policy):
    """:raises ConfigurationInvalid: as ``open_s3``, without asking the store"""
    if not find_spec("s3fs"):
        raise ConfigurationInvalid("this server cannot open S3: its Python lacks the package s3fs")
    if bool(secret) != bool(place.username):
        raise ConfigurationInvalid(
            "a key has an id, in the address (s3://id@bucket/folder), and a secret, set below"
        )
    if server_url:
        policy.judge(server_url)
