"""Times pyuploadcare, the official Python client, against the demo service.

Arguments: `list` or `delete`, base URL, public key, secret key. Prints files and seconds.
"""

import sys
from time import monotonic

from pyuploadcare import Uploadcare


def list_all(client):
    begun = monotonic()
    files = sum(1 for _ in client.list_files(ordering="-datetime_uploaded", request_limit=1000))
    return files, monotonic() - begun


def delete_ten_thousand(client):
    stored = (file.uuid for file in client.list_files(stored=True, request_limit=1000))
    ids = [uuid for _, uuid in zip(range(10_000), stored)]
    begun = monotonic()
    problems = 0
    for start in range(0, len(ids), 100):
        problems += len(client.files_api.batch_delete(ids[start : start + 100]).problems)
    return len(ids) - problems, monotonic() - begun


def main():
    what, base, public_key, secret_key = sys.argv[1:]
    client = Uploadcare(public_key, secret_key, api_base=base.rstrip("/") + "/")
    work = {"list": list_all, "delete": delete_ten_thousand}[what]
    print(*work(client))


main()
