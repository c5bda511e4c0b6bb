"""Heads of sealed audit blocks in an S3 bucket with object lock: until its day nobody can remove or replace one.

All of a head stands in its object's key, so that listing tells it. Versions are listed, not objects: a delete marker
hides an object and takes nothing away, and a later version of a key changes nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from starline.core import clock
from starline.core.audit.rules import Head
from starline.core.errors import Unavailable

PREFIX = "audit-heads/"
_KEY = re.compile(rf"{PREFIX}([0-9a-f-]{{36}})/(\d{{12}})\.(\d+)\.(\d+)\.(\d+)\.([0-9a-f]{{64}})\.(\d+)\.json")


class HeadBucket:
    """One bucket; `lock_days` is how long each head can't be removed."""

    def __init__(self, bucket: str, lock_days: int) -> None:
        self._bucket, self._lock_days = bucket, lock_days

    def append(self, head: Head) -> None:
        micros = int(head.sealed_at.timestamp() * 1_000_000)
        facts = f"{head.first_row}.{head.last_row}.{head.row_count}.{head.block_hash}.{micros}"
        key = f"{_of(head.organization_id)}{head.number:012d}.{facts}.json"
        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=json.dumps({"block": head.number, "hash": head.block_hash}).encode(),
                ContentType="application/json",
                ChecksumAlgorithm="SHA256",  # S3 takes no locked object without one
                ObjectLockMode="COMPLIANCE",
                ObjectLockRetainUntilDate=clock.now() + timedelta(days=self._lock_days),
            )
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("The heads of the audit can't be written.") from error

    def heads(self, organization_id: UUID, after: int = 0) -> list[Head]:
        marker = {"KeyMarker": f"{_of(organization_id)}{after:012d}"} if after else {}
        found = (_head(key) for key in self._keys(Prefix=_of(organization_id), **marker))
        return [head for head in dict.fromkeys(found) if head is not None and head.number > after]

    def organizations(self) -> list[UUID]:
        found = self._pages(Prefix=PREFIX, Delimiter="/")
        names = [one["Prefix"] for page in found for one in page.get("CommonPrefixes", ())]
        return [UUID(name.removeprefix(PREFIX).rstrip("/")) for name in names]

    def _keys(self, **parameters: Any) -> Iterator[str]:
        for page in self._pages(**parameters):
            yield from (version["Key"] for version in page.get("Versions", ()))

    def _pages(self, **parameters: Any) -> Iterator[dict[str, Any]]:
        try:
            yield from self._client.get_paginator("list_object_versions").paginate(Bucket=self._bucket, **parameters)
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("The heads of the audit can't be read.") from error

    @cached_property
    def _client(self) -> Any:
        patience = Config(
            signature_version="s3v4",
            connect_timeout=5,
            read_timeout=30,
            retries={"mode": "standard", "max_attempts": 3},
        )
        return boto3.client("s3", config=patience)


def _of(organization_id: UUID) -> str:
    return f"{PREFIX}{organization_id}/"


def _head(key: str) -> Head | None:
    found = _KEY.fullmatch(key)
    if found is None:
        return None
    organization_id, number, first_row, last_row, row_count, block_hash, micros = found.groups()
    sealed_at = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=int(micros))
    return Head(
        UUID(organization_id), int(number), int(first_row), int(last_row), int(row_count), block_hash, sealed_at
    )
