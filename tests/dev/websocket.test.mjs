// The WebSocket side as bytes: what a driver other than the official one would see.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import WebSocket from 'ws'

import { onBoth, rows } from '../support/endpoint.mjs'

const int32 = value => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}
const packet = (type, body) =>
  Buffer.concat([Buffer.from(type), int32(body.length + 4), Buffer.from(body)])
const startup = values => {
  const body = Object.entries(values)
    .flat()
    .map(word => `${word}\0`)
    .join('')
  return packet('', Buffer.concat([int32(196608), Buffer.from(`${body}\0`)]))
}
const password = text => packet('p', `${text}\0`)
const query = text => packet('Q', `${text}\0`)
const account = { user: 'ballast', database: 'ballast' }

/** A WebSocket whose received bytes can be waited for. */
async function open(dev, path = '/v2', headers = {}) {
  const socket = new WebSocket(`ws://127.0.0.1:${dev.port}${path}`, { headers })
  const link = { socket, bytes: Buffer.alloc(0), upgrade: undefined }
  socket.on('upgrade', response => (link.upgrade = response))
  const changed = []
  const change = () => changed.splice(0).forEach(resolve => resolve())
  socket.on('message', data => {
    link.bytes = Buffer.concat([link.bytes, data])
    change()
  })
  link.closed = new Promise(resolve => socket.on('close', code => resolve(code)))
  void link.closed.then(change)
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject))
  /** Waits until what has come satisfies `test`, or the socket is closed. */
  link.until = async test => {
    while (!test(link.bytes) && socket.readyState === WebSocket.OPEN) {
      await new Promise(resolve => changed.push(resolve))
    }
    return link.bytes
  }
  link.types = () => {
    let types = ''
    for (let at = 0; at + 5 <= link.bytes.length; at += 1 + link.bytes.readInt32BE(at + 1)) {
      types += String.fromCharCode(link.bytes[at])
    }
    return types
  }
  return link
}

const ends = text => bytes => bytes.includes(text)
const ready = count => bytes => bytes.toString('latin1').split('Z\0\0\0\x05').length > count

onBoth('the WebSocket side', endpoint => {
  test('any path will do, and the upgrade has a request id', async () => {
    for (const path of ['/', '/v2', '/sql', '/a/b?address=x:5432']) {
      const link = await open(endpoint(), path)
      assert.match(link.upgrade.headers['neon-request-id'], /^[0-9a-f-]{36}$/)
      link.socket.close()
      await link.closed
    }
  })
  test('SSLRequest gets N, then the startup goes on', async () => {
    const link = await open(endpoint())
    link.socket.send(packet('', int32(80877103)))
    assert.equal((await link.until(bytes => bytes.length >= 1)).toString(), 'N')
    link.bytes = Buffer.alloc(0)
    link.socket.send(startup(account))
    await link.until(bytes => bytes.length >= 9)
    assert.deepEqual(link.bytes, packet('R', int32(3)))
    link.socket.close()
  })
  test('cleartext password, greeting, query, goodbye', async () => {
    const link = await open(endpoint())
    link.socket.send(startup(account))
    link.socket.send(password('ballast'))
    await link.until(ready(1))
    assert.match(link.types(), /^RRS+KZ$/)
    for (const name of ['server_version', 'client_encoding', 'standard_conforming_strings']) {
      assert.ok(link.bytes.includes(`${name}\0`), name)
    }
    link.bytes = Buffer.alloc(0)
    link.socket.send(query('select 7 as n'))
    await link.until(ready(1))
    assert.equal(link.types(), 'TDCZ')
    link.socket.send(packet('X', ''))
    await link.closed
  })
  test('all in one frame, and byte by byte', async () => {
    const all = Buffer.concat([startup(account), password('ballast'), query('select 7 as n')])
    const whole = await open(endpoint())
    whole.socket.send(all)
    await whole.until(ready(2))
    assert.match(whole.types(), /^RRS+KZTDCZ$/)
    whole.socket.close()
    const pieces = await open(endpoint())
    for (const byte of all) pieces.socket.send(Buffer.from([byte]))
    await pieces.until(ready(2))
    assert.equal(pieces.types(), whole.types())
    pieces.socket.close()
  })
  test('a wrong password, an unknown user and an unknown host', async () => {
    for (const [user, secret, headers] of [
      ['ballast', 'wrong', {}],
      ['someone', 'ballast', {}],
      ['ballast', 'ballast', { host: 'ep-other.us-east-2.aws.neon.tech' }],
    ]) {
      const link = await open(endpoint(), '/v2', headers)
      link.socket.send(startup({ user, database: 'ballast' }))
      link.socket.send(password(secret))
      await link.closed
      const text = link.bytes.toString()
      assert.ok(text.includes(`C28P01\0Mpassword authentication failed for user '${user}'\0`), text)
    }
  })
  test('the endpoint by host name, and before the password', async () => {
    for (const [secret, host] of [
      ['ballast', 'ballast.us-east-2.aws.neon.tech'],
      ['endpoint=ballast;ballast', 'api.us-east-2.aws.neon.tech'],
      ['endpoint=ballast$ballast', 'elsewhere.example'],
    ]) {
      const link = await open(endpoint(), '/v2', { host })
      link.socket.send(startup(account))
      link.socket.send(password(secret))
      await link.until(ready(1))
      assert.match(link.types(), /Z$/)
      link.socket.close()
    }
  })
  test('an unknown database', async () => {
    const link = await open(endpoint())
    link.socket.send(startup({ user: 'ballast', database: 'other' }))
    link.socket.send(password('ballast'))
    await link.until(ends('3D000'))
    assert.ok(link.bytes.includes('database "other" does not exist'))
    await link.closed
  })
  test('a text frame, a broken packet and another protocol end the connection', async () => {
    for (const frame of ['hello', packet('', Buffer.alloc(20_000)), packet('', int32(2 << 16))]) {
      const link = await open(endpoint())
      link.socket.send(frame)
      await link.closed
    }
    const link = await open(endpoint())
    link.socket.send(Buffer.concat([startup(account), password('ballast')]))
    await link.until(ready(1))
    link.socket.send(Buffer.from([0x51, 0, 0, 0, 1]))
    await link.closed
    assert.deepEqual(await rows(endpoint(), 'select 1'), [['1']])
  })
})
