"""Certificates of an encrypted Dask cluster, checked before Dask reads them."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ..errors import UserError, reason_of

if TYPE_CHECKING:
    from distributed import Security

ENCRYPTED = "tls://"
"""Beginning of the addresses at which Dask encrypts."""


class Certificates(Protocol):
    """Three files in PEM format; [engine] has them as `tls`."""

    @property
    def ca(self) -> str:
        """Return the certificate of the authority whose certificates the cluster accepts."""
        ...

    @property
    def cert(self) -> str:
        """Return the certificate that this process shows."""
        ...

    @property
    def key(self) -> str:
        """Return the private key of `cert`, without a passphrase."""
        ...


def address_problem(address: str | None, tls: object) -> str | None:
    """Return why certificates cannot be used at an address, None if they can or if there are none."""
    if tls is None or address is None or address.startswith(ENCRYPTED):
        return None
    return f"engine.address = {address!r} is not encrypted; allowed with engine.tls: an address with {ENCRYPTED}"


def security(tls: Certificates | None, address: str | None) -> Security:
    """Return Dask's settings for these certificates; without any, those of Dask's own configuration.

    One certificate serves client, scheduler and workers of a local cluster. Raises UserError if a file cannot be read,
    if certificate and key do not fit, or if an encrypted address is given and there is no certificate.
    """
    from distributed import Security

    if tls is None:
        configured = Security()
        if address is not None and address.startswith(ENCRYPTED) and not configured.tls_client_cert:
            raise UserError(f"{address} needs certificates; give engine.tls = {{ ca, cert, key }} in the study file")
        return configured
    _refuse_unusable(tls)
    return Security(
        require_encryption=True,
        tls_ca_file=tls.ca,
        **{f"tls_{role}_cert": tls.cert for role in ("client", "scheduler", "worker")},
        **{f"tls_{role}_key": tls.key for role in ("client", "scheduler", "worker")},
    )


def _refuse_unusable(tls: Certificates) -> None:
    for name, file in (("ca", tls.ca), ("cert", tls.cert), ("key", tls.key)):
        try:
            with Path(file).open("rb"):
                pass
        except OSError as error:
            raise UserError(f"engine.tls.{name}: {file} cannot be read: {reason_of(error)}") from error
    try:
        ssl.create_default_context(cafile=tls.ca)
    except OSError as error:  # ssl.SSLError is one
        raise UserError(f"engine.tls.ca: {tls.ca} is no certificate in PEM format") from error
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(tls.cert, tls.key, password=_no_passphrase)
    except OSError as error:
        raise UserError(
            f"engine.tls: {tls.cert} and {tls.key} are no certificate and its private key in PEM format"
        ) from error


def _no_passphrase() -> str:
    """Raise UserError: OpenSSL would ask at the terminal, in every process."""
    raise UserError("engine.tls.key: the private key has a passphrase; allowed: a key without, readable by you alone")
