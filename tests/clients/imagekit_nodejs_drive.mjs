// Drives the demo service through @imagekit/nodejs, unchanged: list, details, bulk delete, tags, purge, folders.
// Arguments: base URL of the service's ImageKit, private key. Exits with 1 at a mismatch.

import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

// The library lies in the folder where this is run, not beside this file.
const here = createRequire(pathToFileURL(join(process.cwd(), 'drive.mjs')))
const { ImageKit } = here('@imagekit/nodejs')

const [baseURL, privateKey] = process.argv.slice(2)
const client = new ImageKit({ baseURL, privateKey, maxRetries: 0 })
const unknown = '0123456789abcdef01234567'

async function fails(promise, status, text) {
  const error = await promise.then(
    () => assert.fail(`nothing said ${text}`),
    (error) => error
  )
  assert.equal(error.status, status, String(error))
  assert.ok(error.message.includes(text), `${error.message} does not say ${text}`)
  return error.error
}

async function keys() {
  const stranger = new ImageKit({ baseURL, privateKey: 'private_other', maxRetries: 0 })
  await fails(stranger.assets.list(), 403, 'cannot be authenticated')
}

async function lists() {
  const rows = []
  for (;;) {
    const page = await client.assets.list({ skip: rows.length, limit: 700 })
    rows.push(...page)
    if (page.length < 700) break
  }
  const ids = new Set(rows.map((row) => row.fileId))
  assert.ok(rows.length > 2500 && ids.size === rows.length, 'a crawl repeats or misses files')
  const found = await client.assets.list({ searchQuery: 'type = "file" AND size > "1mb"' })
  const wanted = rows.filter((row) => row.size > 1024 * 1024)
  assert.deepEqual(new Set(found.map((row) => row.fileId)), new Set(wanted.map((row) => row.fileId)))
  const folders = await client.assets.list({ type: 'folder', path: '/' })
  assert.ok(folders.length > 3 && folders.every((row) => row.folderPath.startsWith('/')))
  return rows
}

async function details(row) {
  const file = await client.files.get(row.fileId)
  assert.equal(file.filePath, row.filePath)
  await fails(client.files.get(unknown), 404, 'The requested file does not exist.')
  await fails(client.files.get('fake'), 400, 'invalid fileId parameter')
  const versions = await client.files.versions.list(row.fileId)
  assert.equal(versions[0].type, 'file')
  const edited = await client.files.update(row.fileId, { tags: ['one'], customMetadata: { price: 7 } })
  assert.deepEqual([edited.tags, edited.customMetadata.price], [['one'], 7])
}

async function tags(ids) {
  const some = ids.slice(0, 50)
  const added = await client.files.bulk.addTags({ fileIds: some, tags: ['driven'] })
  assert.deepEqual(added.successfullyUpdatedFileIds, some)
  assert.equal((await client.assets.list({ searchQuery: 'tags IN ["driven"]' })).length, 50)
  await client.files.bulk.removeTags({ fileIds: some, tags: ['driven'] })
  assert.equal((await client.assets.list({ searchQuery: 'tags IN ["driven"]' })).length, 0)
  const many = client.files.bulk.addTags({ fileIds: ids.slice(0, 51), tags: ['x'] })
  await fails(many, 400, 'A maximum of 50 files')
}

async function deletes(rows) {
  const ids = rows.map((row) => row.fileId)
  const [one, ...others] = ids.slice(0, 31)
  const body = await fails(
    client.files.bulk.delete({ fileIds: [one, unknown] }),
    404,
    'The requested file(s) does not exist.'
  )
  assert.deepEqual(body.missingFileIds, [unknown])
  assert.equal((await client.files.get(one)).fileId, one)
  const answer = await client.files.bulk.delete({ fileIds: others })
  assert.deepEqual(answer.successfullyDeletedFileIds, others)
  await client.files.delete(one)
  await fails(client.files.delete(one), 404, 'The requested file does not exist.')
  const left = await client.assets.list({ searchQuery: `id IN ${JSON.stringify(ids.slice(0, 31))}` })
  assert.equal(left.length, 0)
}

async function purges(row) {
  const { requestId } = await client.cache.invalidation.create({ url: row.url })
  const states = []
  while (states.at(-1) !== 'Completed' && states.length < 9) {
    states.push((await client.cache.invalidation.get(requestId)).status)
  }
  assert.deepEqual([states[0], states.at(-1)], ['Pending', 'Completed'])
  await fails(client.cache.invalidation.create({ url: 'https://example.com/a.jpg' }), 400, 'not valid')
}

async function places(row) {
  await client.folders.create({ folderName: 'driven', parentFolderPath: '/' })
  await client.files.copy({ sourceFilePath: row.filePath, destinationPath: '/driven' })
  const [copy] = await client.assets.list({ path: '/driven' })
  await client.files.rename({ filePath: copy.filePath, newFileName: 'renamed.jpg' })
  const { jobId } = await client.folders.move({ sourceFolderPath: '/driven', destinationPath: '/press' })
  for (let polls = 0; polls < 5; polls++) await client.folders.job.get(jobId)
  const [moved] = await client.assets.list({ path: '/press/driven' })
  assert.deepEqual([moved.fileId, moved.name], [copy.fileId, 'renamed.jpg'])
  await client.folders.delete({ folderPath: '/press/driven/' })
  await fails(client.files.get(copy.fileId), 404, 'does not exist')
  const file = await ImageKit.toFile(Buffer.from('hello'), 'hello.txt')
  const made = await client.files.upload({ file, fileName: 'hello.txt', tags: ['a', 'b'] })
  assert.equal(made.size, 5)
  assert.deepEqual((await client.files.get(made.fileId)).tags, ['a', 'b'])
}

await keys()
const rows = await lists()
const sound = rows.filter((row) => row.fileType === 'image').slice(5, 205)
await details(sound[199])
await tags(sound.map((row) => row.fileId).slice(100, 160))
await deletes(sound)
await purges(sound[0])
await places(sound[199])
const usage = await client.accounts.usage.get({ startDate: '2026-01-01', endDate: '2026-02-01' })
assert.ok(usage.mediaLibraryStorageBytes > 0)
console.log('@imagekit/nodejs: all as expected')
