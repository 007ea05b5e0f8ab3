"""The way to an object store: who opens it, with what credentials, and what its errors mean."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from augcli.addresses import Address
from augcli.errors import StorageError, UsageError

_MISSING = "augment reads and writes {} by obstore: pip install 'augcli[cloud]'"
_ENVIRONMENT = {
    "s3": "see what AWS_ENDPOINT_URL, AWS_REGION and the like say",
    "gs": "see what GOOGLE_APPLICATION_CREDENTIALS leads to",
    "az": "AZURE_STORAGE_ACCOUNT_NAME must name its account",
}
_SENTENCES = {
    "PermissionDeniedError": "the credentials that were found may not do this",
    "UnauthenticatedError": "no credentials were found that it takes; put them into the "
    "environment or a profile",
    "NotSupportedError": "this store cannot do what is needed",
}
_NOWHERE = ("404", "NoSuchBucket")
_NO_ANSWER = (
    "it does not answer as it should, or there are no credentials for it; mend that and run the "
    "same command again, it goes on"
)
_ODD = re.compile(r'[Pp]ath "([^"]*)"')
_CODE = re.compile(r"\b(?:<Code>|status[^0-9]{0,12})(\w+)")


def backend_of(address: Address) -> Any:
    """Return the store of obstore's that has all of a bucket; StorageError without the extra."""
    try:
        from obstore import store
        from obstore.exceptions import BaseError
    except ImportError:
        raise StorageError(_MISSING.format(address)) from None
    try:
        return _opened(store, address)
    except BaseError:
        raise UsageError(f"{address} cannot be opened: {_ENVIRONMENT[address.scheme]}") from None


def _opened(store: Any, address: Address) -> Any:
    match address.scheme:
        case "s3":
            return _s3(store, address.bucket, os.environ)
        case "gs":
            return store.GCSStore(address.bucket)
    return store.AzureStore(address.bucket)


def _s3(store: Any, bucket: str, environment: Mapping[str, str]) -> Any:
    endpoint = environment.get("AWS_ENDPOINT_URL_S3") or environment.get("AWS_ENDPOINT_URL")
    config: dict[str, Any] = {"endpoint": endpoint} if endpoint else {}
    if endpoint and endpoint.startswith("http:"):
        config["client_options"] = {"allow_http": True}
    if _wants_profile(environment):
        config["credential_provider"] = _profile()
    return store.S3Store(bucket, **config)


def _wants_profile(environment: Mapping[str, str]) -> bool:
    """Return whether credentials are in a file, and none in the environment."""
    if "AWS_ACCESS_KEY_ID" in environment:
        return False
    told = environment.get("AWS_SHARED_CREDENTIALS_FILE") or environment.get("AWS_CONFIG_FILE")
    folder = Path.home() / ".aws"
    files = (folder / "credentials", folder / "config", *([Path(told)] if told else []))
    return "AWS_PROFILE" in environment or any(each.is_file() for each in files)


def _profile() -> Any:
    try:
        from obstore.auth.boto3 import Boto3CredentialProvider
    except ImportError:
        text = "profiles of AWS are read by boto3: pip install 'augcli[cloud]'"
        raise StorageError(text) from None
    failed = import_module("botocore.exceptions").BotoCoreError
    try:
        return Boto3CredentialProvider()
    except (failed, ValueError) as error:
        raise StorageError(f"the AWS profile gives no credentials: {error}") from None


@contextmanager
def storing(address: Address, what: str) -> Iterator[None]:
    """Turn what a store says into a StorageError; its own words may hold keys, and are not told."""
    from obstore.exceptions import BaseError

    try:
        yield
    except BaseError as error:
        raise StorageError(f"cannot {what} {address}: {_meaning(error)}") from None


def _meaning(error: Exception) -> str:
    """Return what an error of a store means to a person."""
    code = _CODE.search(str(error))
    told = code[1] if code else ""
    if told in _NOWHERE:
        return "there is no such bucket"
    if type(error).__name__ == "InvalidPathError" and (odd := _ODD.search(str(error))):
        return f"it has an object {odd[1]!r}, which is no name of a file; rename or remove it"
    return _SENTENCES.get(type(error).__name__, _NO_ANSWER + (f" ({told})" if told else ""))


def bare(told: Mapping[str, Any]) -> str:
    """Return the mark of what a store tells of an object, without what servers put around it."""
    mark = told["e_tag"] or told["version"] or ""
    return str(mark).removeprefix("W/").strip('"')
