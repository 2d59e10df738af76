// Drives the demo service through @uploadcare/rest-client, unchanged: list, info, store, delete, groups.
// It has no call for the project. Arguments: base URL, public key, secret key. Exits with 1 at a mismatch.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

// The library lies in the folder where this is run, not beside this file.
const here = createRequire(pathToFileURL(join(process.cwd(), 'drive.mjs')))
const {
  Paginator,
  RestClientError,
  RestClientValidationError,
  UploadcareAuthSchema,
  UploadcareSimpleAuthSchema,
  copyFileToLocalStorage,
  deleteFile,
  deleteFiles,
  deleteGroup,
  fileInfo,
  getMetadataValue,
  groupInfo,
  listOfFiles,
  listOfGroups,
  paginate,
  replaceTags,
  searchFiles,
  storeFile,
  storeFiles,
  updateMetadata
} = here('@uploadcare/rest-client')

const [apiBaseURL, publicKey, secretKey] = process.argv.slice(2)
const authSchema = new UploadcareAuthSchema({ publicKey, secretKey })
const settings = { apiBaseURL, authSchema, retryNetworkErrorMaxTimes: 0 }

async function fails(promise, status, text) {
  const error = await promise.then(
    () => assert.fail(`nothing said ${text}`),
    (error) => error
  )
  assert.ok(error instanceof RestClientError, String(error))
  assert.equal(error.status, status)
  assert.ok(error.message.includes(text), `${error.message} does not say ${text}`)
}

async function all(list, options) {
  const results = []
  for await (const page of paginate(list)(options, settings)) {
    results.push(...page.results)
  }
  return results
}

async function keys() {
  const other = (schema) => listOfFiles({}, { ...settings, authSchema: schema })
  const unknown = new UploadcareAuthSchema({ publicKey: 'unknown', secretKey })
  await fails(other(unknown), 401, 'Public key unknown not found.')
  const wrong = new UploadcareAuthSchema({ publicKey, secretKey: 'wrong' })
  await fails(other(wrong), 401, 'Invalid signature.')
  const simple = new UploadcareSimpleAuthSchema({ publicKey, secretKey })
  await fails(other(simple), 400, 'Simple authentication over HTTP is forbidden.')
}

async function lists() {
  const files = await all(listOfFiles, { ordering: '-datetime_uploaded', limit: 70 })
  const uuids = files.map((file) => file.uuid)
  assert.ok(uuids.length > 400)
  assert.equal(new Set(uuids).size, uuids.length)
  const oldestFirst = await all(listOfFiles, { limit: 1000 })
  assert.deepEqual(oldestFirst.map((file) => file.uuid).reverse(), uuids)
  const page = await listOfFiles({}, settings)
  assert.equal(page.total, uuids.length)
  assert.equal(page.totals.stored + page.totals.unstored, uuids.length)
  assert.equal(page.perPage, 100)
  const removed = await all(listOfFiles, { removed: true })
  assert.equal(removed.length, page.totals.removed)
  assert.ok(removed.every((file) => file.datetimeRemoved && file.originalFileUrl === null))
  const after = await listOfFiles(
    { ordering: '-datetime_uploaded', from: new Date(files[100].datetimeUploaded), limit: 3 },
    settings
  )
  assert.ok(after.previous)
  return files
}

async function oneFile(files) {
  const listed = files.find((file) => file.isImage && file.isReady)
  const { uuid } = listed
  assert.deepEqual(await fileInfo({ uuid }, settings), listed)
  assert.ok('appdata' in (await fileInfo({ uuid, include: 'appdata' }, settings)))
  await fails(fileInfo({ uuid: randomUUID() }, settings), 404, 'Not found.')
  const gone = await deleteFile({ uuid }, settings)
  assert.ok(gone.datetimeRemoved && gone.datetimeStored === null)
  const back = await storeFile({ uuid }, settings)
  assert.ok(back.datetimeRemoved === null && back.datetimeStored)
}

async function batches(files) {
  const uuids = files.map((file) => file.uuid)
  const unstored = files.filter((file) => !file.datetimeStored).map((file) => file.uuid)
  if (unstored.length > 0) {
    const stored = await storeFiles({ uuids: unstored }, settings)
    assert.deepEqual(stored.problems, {})
    assert.deepEqual(stored.result.map((file) => file.uuid).sort(), unstored.sort())
  }
  const missing = randomUUID()
  const problems = {}
  const done = new Map()
  for (let start = 0; start < uuids.length; start += 98) {
    const chunk = [...uuids.slice(start, start + 98), missing, 'not-an-id']
    const answer = await deleteFiles({ uuids: chunk }, settings)
    assert.equal(answer.status, 'ok')
    Object.assign(problems, answer.problems)
    answer.result.forEach((file) => done.set(file.uuid, file.datetimeRemoved))
  }
  assert.equal(problems[missing], 'Missing in the project')
  assert.equal(problems['not-an-id'], 'Invalid')
  delete problems[missing]
  delete problems['not-an-id']
  const locked = Object.keys(problems)
  assert.ok(locked.length > 0)
  assert.ok(Object.values(problems).every((text) => text === 'File is locked by a running conversion'))
  assert.deepEqual([...done.keys(), ...locked].sort(), [...uuids].sort())
  const left = await all(listOfFiles, {})
  assert.deepEqual(left.map((file) => file.uuid).sort(), locked.sort())

  const [first] = done.keys()
  const again = await deleteFiles({ uuids: [first, first] }, settings)
  assert.equal(again.result.length, 1)
  assert.equal(again.result[0].datetimeRemoved, done.get(first))
  await fails(deleteFiles({ uuids: uuids.slice(0, 101) }, settings), 400, 'The limit is 100')
  await fails(deleteFiles({ uuids: [] }, settings), 400, 'can not be empty')

  const restore = [...done.keys()]
  for (let start = 0; start < restore.length; start += 100) {
    await storeFiles({ uuids: restore.slice(start, start + 100) }, settings)
  }
  assert.equal((await all(listOfFiles, {})).length, uuids.length)
}

async function groups() {
  const pages = new Paginator(listOfGroups, { limit: 40, ordering: '-datetime_created' }, settings)
  const listed = []
  while (pages.hasNextPage()) {
    listed.push(...(await pages.next()).results)
  }
  assert.ok(listed.length > 100)
  assert.equal(new Set(listed.map((group) => group.id)).size, listed.length)
  const group = await groupInfo({ uuid: listed.find((group) => group.filesCount > 3).id }, settings)
  assert.equal(group.files.length, group.filesCount)
  const member = group.files.find((file) => file !== null)
  assert.equal(typeof member.defaultEffects, 'string')
  await deleteGroup({ uuid: group.id }, settings)
  await fails(groupInfo({ uuid: group.id }, settings), 404, 'Not found.')
  assert.equal((await fileInfo({ uuid: member.uuid }, settings)).uuid, member.uuid)
}

async function extras(files) {
  const { uuid } = files.find((file) => file.isReady && file.size > 0)
  assert.equal(await updateMetadata({ uuid, key: 'pet', value: 'côte' }, settings), 'côte')
  assert.equal(await getMetadataValue({ uuid, key: 'pet' }, settings), 'côte')
  const { tags } = await replaceTags({ uuid, tags: ['Harbour', 'print'] }, settings)
  assert.deepEqual(tags, ['harbour', 'print'])
  const found = await searchFiles({ isImage: true, limit: 30 }, settings)
  assert.equal(found.results.length, 30)
  const refused = await searchFiles({ query: 'abc' }, settings).catch((error) => error)
  assert.ok(refused instanceof RestClientValidationError)
  const copy = await copyFileToLocalStorage({ source: uuid, store: true }, settings)
  assert.equal(copy.result.size, 0)
}

await keys()
const files = await lists()
await oneFile(files)
await batches(files)
await groups()
await extras(files)
console.log('@uploadcare/rest-client: all as expected')
