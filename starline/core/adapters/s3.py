"""Amazon S3, or what speaks its protocol. Objects are encrypted at rest: by KMS where a key is named, else by S3's own.

Credentials and region come from the machine's role or the usual AWS variables. moto stands in for it in tests.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import Any, BinaryIO

import boto3
from boto3.exceptions import S3UploadFailedError
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from config import settings
from starline.core.errors import NotFound, Unavailable

MISSING = frozenset({"404", "NoSuchKey", "NotFound"})


class S3Files:
    """One bucket."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    def put(self, key: str, content: bytes, content_type: str) -> None:
        self._call(
            "put_object",
            Key=key,
            Body=content,
            ContentType=content_type,
            **self._encryption,
        )

    def put_stream(self, key: str, content: BinaryIO, content_type: str) -> None:
        """In parts, so that it is never whole in memory."""
        options = {"ContentType": content_type, **self._encryption}
        try:
            self._client.upload_fileobj(content, self._bucket, key, ExtraArgs=options)
        except (ClientError, BotoCoreError, S3UploadFailedError):
            raise Unavailable("The file storage can't be reached.") from None

    def open(self, key: str) -> BinaryIO:
        body: BinaryIO = self._call("get_object", Key=key)["Body"]
        return body

    def get(self, key: str) -> bytes:
        answer = self._call("get_object", Key=key)
        try:
            content: bytes = answer["Body"].read()
        except (BotoCoreError, OSError):
            raise Unavailable("The file storage can't be reached.") from None
        return content

    def delete(self, key: str) -> None:
        self._call("delete_object", Key=key)

    def erase(self, key: str) -> None:
        """Remove the object in every version that the bucket keeps."""
        for page in self._pages("list_object_versions", key):
            for one in [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]:
                if one["Key"] == key:
                    self._call("delete_object", Key=key, VersionId=one["VersionId"])

    def list_keys(self, prefix: str) -> Iterator[str]:
        """Every key that starts with `prefix`, in order."""
        for page in self._pages("list_objects_v2", prefix):
            yield from (one["Key"] for one in page.get("Contents", ()))

    def exists(self, key: str) -> bool:
        try:
            self._call("head_object", Key=key)
        except NotFound:
            return False
        return True

    def signed_url(self, key: str, seconds: int) -> str:
        parameters = {
            "Bucket": self._bucket,
            "Key": key,
            "ResponseCacheControl": "private, no-store",
        }
        url: str = self._client.generate_presigned_url("get_object", Params=parameters, ExpiresIn=seconds)
        return url

    def _call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = getattr(self._client, operation)(Bucket=self._bucket, **parameters)
        except ClientError as error:
            if error.response["Error"]["Code"] in MISSING:
                raise NotFound("There is no such file.") from None
            raise Unavailable("The file storage refused the request.") from None
        except BotoCoreError:
            raise Unavailable("The file storage can't be reached.") from None
        return answer

    def _pages(self, operation: str, prefix: str) -> Iterator[dict[str, Any]]:
        try:
            yield from self._client.get_paginator(operation).paginate(Bucket=self._bucket, Prefix=prefix)
        except (ClientError, BotoCoreError):
            raise Unavailable("The file storage can't be reached.") from None

    @cached_property
    def _encryption(self) -> dict[str, str]:
        key = settings().kms_key
        if key is None:
            return {"ServerSideEncryption": "AES256"}
        return {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}

    @cached_property
    def _client(self) -> Any:
        patience = Config(
            signature_version="s3v4",
            connect_timeout=5,
            read_timeout=30,
            retries={"mode": "standard", "max_attempts": 3},
        )
        return boto3.client("s3", config=patience)
