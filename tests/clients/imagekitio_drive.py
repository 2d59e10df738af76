"""Drives the demo service through imagekitio, unchanged: list, details, bulk delete, tags, purge.

Arguments: base URL of the service's ImageKit, private key. Exits with 1 at the first mismatch.
"""

import sys

from imagekitio import APIStatusError, ImageKit

UNKNOWN = "0123456789abcdef01234567"


def check(holds, what):
    if not holds:
        sys.exit(f"imagekitio: {what}")


def raises(status, text, call):
    try:
        call()
    except APIStatusError as error:
        check(error.status_code == status, f"{error.status_code} instead of {status}")
        check(text in str(error), f"{error} does not say {text!r}")
        return error.body
    sys.exit(f"imagekitio: nothing said {text!r}")


def lists(client):
    rows = []
    while True:
        page = client.assets.list(skip=len(rows), limit=900, type="file")
        rows += page
        if len(page) < 900:
            break
    ids = {row.file_id for row in rows}
    check(len(rows) > 2500 and len(ids) == len(rows), "a crawl repeats or misses files")
    found = client.assets.list(search_query='type = "file" AND private = true')
    private = {row.file_id for row in rows if row.is_private_file}
    check({row.file_id for row in found} == private, "a search finds other files than the list")
    return rows


def details(client, row):
    check(client.files.get(row.file_id).file_path == row.file_path, "details are another file's")
    raises(404, "The requested file does not exist.", lambda: client.files.get(UNKNOWN))
    check(client.files.versions.list(row.file_id)[0].type == "file", "the current version is not first")


def tags(client, ids):
    added = client.files.bulk.add_tags(file_ids=ids, tags=["driven"])
    check(added.successfully_updated_file_ids == ids, "tags were not added to all")
    check(len(client.assets.list(search_query='tags IN ["driven"]')) == len(ids), "tags are not found")
    client.files.bulk.remove_tags(file_ids=ids, tags=["driven"])
    check(client.assets.list(search_query='tags IN ["driven"]') == [], "tags were not removed")


def deletes(client, ids):
    partly = [ids[0], UNKNOWN]
    body = raises(404, "does not exist", lambda: client.files.bulk.delete(file_ids=partly))
    check(body["missingFileIds"] == [UNKNOWN], "the missing id is not named")
    answer = client.files.bulk.delete(file_ids=ids)
    check(answer.successfully_deleted_file_ids == ids, "not all were deleted")
    raises(404, "does not exist", lambda: client.files.delete(ids[0]))


def purges(client, row):
    request = client.cache.invalidation.create(url=row.url).request_id
    states = [client.cache.invalidation.get(request).status for _ in range(4)]
    check(states[0] == "Pending" and states[-1] == "Completed", f"a purge went through {states}")


def main(base, private_key):
    stranger = ImageKit(base_url=base, private_key="private_other", max_retries=0)
    raises(403, "cannot be authenticated", stranger.assets.list)
    client = ImageKit(base_url=base, private_key=private_key, max_retries=0)
    rows = [row for row in lists(client) if row.file_type == "image"]
    details(client, rows[150])
    # None of the first hundred files is one on which the service fails.
    ids = [row.file_id for row in rows]
    tags(client, ids[40:80])
    deletes(client, ids[:40])
    purges(client, rows[0])
    print("imagekitio: all as expected")


main(*sys.argv[1:])
