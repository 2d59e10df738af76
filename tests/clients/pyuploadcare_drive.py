"""Drives the demo service through pyuploadcare, unchanged: list, info, store, delete, groups, project.

Arguments: base URL, public key, secret key. Exits with 1 at the first mismatch.
"""

import sys
from uuid import uuid4

from pyuploadcare import Uploadcare
from pyuploadcare.exceptions import AuthenticationError, InvalidRequestError

LOCKED = "File is locked by a running conversion"


def check(holds, what):
    if not holds:
        sys.exit(f"pyuploadcare: {what}")


def raises(kind, text, call):
    try:
        call()
    except kind as error:
        check(text in str(error), f"{error} does not say {text!r}")
    else:
        sys.exit(f"pyuploadcare: no {kind.__name__} saying {text!r}")


def project(client, public_key):
    info = client.get_project_info()
    check(info.pub_key == public_key, "the project names another key")
    check(info.name and info.collaborators, "the project has no name or nobody in it")


def keys(base, public_key, secret_key):
    stranger = Uploadcare("unknown", secret_key, api_base=base)
    raises(AuthenticationError, "Public key unknown not found.", stranger.get_project_info)
    guesser = Uploadcare(public_key, "wrong", api_base=base)
    raises(AuthenticationError, "Invalid signature", guesser.get_project_info)


def lists(client):
    newest_first = [
        file for file in client.list_files(ordering="-datetime_uploaded", request_limit=70)
    ]
    ids = [file.uuid for file in newest_first]
    check(len(ids) > 400 and len(set(ids)) == len(ids), "a crawl repeats or misses files")
    times = [file.datetime_uploaded for file in newest_first]
    check(times == sorted(times, reverse=True), "newest first is not")
    oldest_first = [file.uuid for file in client.list_files(request_limit=1000)]
    check(oldest_first == ids[::-1], "the other way round is another list")
    check(client.list_files().count() == len(ids), "the total is wrong")

    stored = {file.uuid for file in client.list_files(stored=True)}
    unstored = {file.uuid for file in client.list_files(stored=False)}
    check(stored and unstored and stored | unstored == set(ids), "stored and not is not all")
    removed = list(client.list_files(removed=True))
    check(removed and all(file.is_removed for file in removed), "no file was removed")

    pivot = newest_first[100]
    older = client.list_files(
        ordering="-datetime_uploaded", starting_point=pivot.datetime_uploaded, limit=5
    )
    check([file.uuid for file in older] == ids[101:106], "`from` is not exclusive")
    return newest_first


def one_file(client, files):
    listed = next(file for file in files if file.is_image and file.is_ready)
    file = client.file(listed.uuid)
    check(file.info == listed.info, "info differs from the list")
    check(file.info["content_info"]["image"]["width"] > 0, "an image has no width")
    check(file.filename == listed.filename and file.size == listed.size, "names differ")
    file.update_info(include_appdata=True)
    raises(InvalidRequestError, "Not found.", lambda: client.file(str(uuid4())).info)

    file.delete()
    check(client.file(listed.uuid).is_removed, "a deleted file is not removed")
    file.store()
    restored = client.file(listed.uuid)
    check(restored.is_stored and not restored.is_removed, "storing does not restore")


def batches(client, files):
    unstored = [file.uuid for file in files if not file.is_stored]
    answer = client.files_api.batch_store(unstored)
    check(answer.status == "ok" and answer.problems == {}, "storing has problems")
    check(sorted(str(file.uuid) for file in answer.result) == sorted(unstored), "some are not stored")
    check(all(file.datetime_stored for file in answer.result), "stored at no time")

    problems = {}
    done = {}
    ids = [file.uuid for file in files]
    missing = str(uuid4())
    for start in range(0, len(ids), 98):
        chunk = ids[start : start + 98] + [missing, "not-an-id"]
        answer = client.files_api.batch_delete(chunk)
        problems.update(answer.problems)
        done.update({str(file.uuid): file.datetime_removed for file in answer.result})
    check(problems.pop(missing) == "Missing in the project", "a missing file is no problem")
    check(problems.pop("not-an-id") == "Invalid", "a malformed id is no problem")
    check(problems and set(problems.values()) == {LOCKED}, f"other problems: {problems}")
    check(set(done) | set(problems) == set(ids), "some files have no outcome")
    check(not set(done) & set(problems), "some files have two outcomes")
    left = {file.uuid for file in client.list_files()}
    check(left == set(problems), "what is left is not what was refused")

    first = ids[0] if ids[0] in done else ids[1]
    again = client.files_api.batch_delete([first])
    check(again.result[0].datetime_removed == done[first], "a repeat has another time")
    raises(InvalidRequestError, "The limit is 100", lambda: client.files_api.batch_delete(ids[:101]))
    raises(InvalidRequestError, "can not be empty", lambda: client.files_api.batch_delete([]))

    client.store_files(done)
    check({file.uuid for file in client.list_files()} == set(ids), "not all were restored")


def groups(client):
    listed = list(client.list_file_groups(request_limit=40))
    check(len({group.id for group in listed}) == len(listed) > 100, "groups repeat or are missing")
    for group in listed[:20]:
        fresh = client.file_group(group.id)
        check(len(fresh.info["files"]) == len(group), "a group has another count")
    group = client.file_group(next(group.id for group in listed if len(group) > 3))
    members = [file.uuid for file in group]
    group.delete()
    raises(InvalidRequestError, "Not found.", lambda: client.file_group(group.id).info)
    check(client.file(members[0]).info["uuid"], "a member is gone with its group")
    check(client.list_file_groups().count() == len(listed) - 1, "the group is still listed")


def extras(client, files):
    file = client.file(files[0].uuid)
    file.set_tags(["Harbour", "print"])
    check(file.get_tags() == ["harbour", "print"], "tags are not kept")
    client.metadata_api.update_or_create_key(file.uuid, "pet", "côte")
    check(client.metadata_api.get_key(file.uuid, "pet") == "côte", "metadata is not kept")
    client.metadata_api.delete_key(file.uuid, "pet")
    found = list(client.iterate_search_files({"is_image": True, "sort": ["-size"]}, limit=30))
    check(len(found) == 30, "the search finds nothing")


def main():
    base, public_key, secret_key = sys.argv[1:]
    base = base.rstrip("/") + "/"
    client = Uploadcare(public_key, secret_key, api_base=base)
    project(client, public_key)
    keys(base, public_key, secret_key)
    files = lists(client)
    one_file(client, files)
    batches(client, files)
    groups(client)
    extras(client, files)
    print("pyuploadcare: all as expected")


main()
