// The request body: its shape, and how JSON becomes parameters.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'

import { onBoth, post } from '../support/endpoint.mjs'

const prefix = 'could not parse the HTTP request body: '
const noVariant = `${prefix}data did not match any variant of untagged enum Payload`

onBoth('bodies', endpoint => {
  describe('that do not have the shape of a request', () => {
    for (const body of [
      '{}',
      '[]',
      '"select 1"',
      '7',
      'null',
      '{"query":null}',
      '{"query":1}',
      '{"query":"select 1","params":null}',
      '{"query":"select 1","params":{}}',
      '{"query":"select 1","params":"x"}',
      '{"query":"select 1","arrayMode":1}',
      '{"query":"select 1","query":"select 2"}',
      '{"queries":{}}',
      '{"queries":[1]}',
      '{"queries":[{"query":"select 1"},{}]}',
    ]) {
      test(body, async () => {
        const reply = await post(endpoint(), body)
        assert.equal(reply.status, 400)
        assert.equal(reply.json.message, noVariant)
        assert.equal(reply.json.code, '')
      })
    }
  })

  describe('that are not JSON', () => {
    for (const [body, message] of [
      ['', 'EOF while parsing a value at line 1 column 0'],
      ['   ', 'EOF while parsing a value at line 1 column 3'],
      ['hello', 'expected value at line 1 column 1'],
      ['{"query"', 'EOF while parsing an object at line 1 column 8'],
      ['{"query":"a', 'EOF while parsing a string at line 1 column 11'],
      ['[1,2', 'EOF while parsing a list at line 1 column 4'],
      ['{"query":"select 1"} x', 'trailing characters at line 1 column 22'],
      ['{"query" "a"}', 'expected `:` at line 1 column 10'],
      ['{"a":1 "b":2}', 'expected `,` or `}` at line 1 column 8'],
      ['{"a":1,}', 'trailing comma at line 1 column 8'],
      ['[1,]', 'trailing comma at line 1 column 4'],
      ['[1 2]', 'expected `,` or `]` at line 1 column 4'],
      ['{a:1}', 'key must be a string at line 1 column 2'],
      ['[tru]', 'expected ident at line 1 column 5'],
      ['[01]', 'invalid number at line 1 column 3'],
      ['[1e999]', 'number out of range at line 1 column 7'],
      ['"\\x"', 'invalid escape at line 1 column 3'],
      [
        '"a\nb"',
        'control character (\\u0000-\\u001F) found while parsing a string at line 2 column 0',
      ],
      ['{\n\n"query":?}', 'expected value at line 3 column 9'],
    ]) {
      test(JSON.stringify(body), async () => {
        const reply = await post(endpoint(), body)
        assert.equal(reply.status, 400)
        assert.equal(reply.json.message, prefix + message)
      })
    }
    test('bytes that are not UTF-8', async () => {
      const reply = await post(endpoint(), new Uint8Array([0x22, 0xff, 0x22]))
      assert.equal(reply.status, 400)
      assert.match(reply.json.message, /invalid unicode code point/)
    })
    test('nesting without end', async () => {
      const reply = await post(endpoint(), '['.repeat(100_000))
      assert.equal(reply.status, 400)
      assert.match(reply.json.message, /recursion limit exceeded/)
    })
  })

  test('unknown keys are ignored, and params may be missing', async () => {
    const reply = await post(endpoint(), '{"x":[{}],"query":"select 1 as a","params":[],"y":null}')
    assert.deepEqual(reply.json.rows, [{ a: 1 }])
    assert.equal((await post(endpoint(), '{"query":"select 1"}')).status, 200)
  })
  test('query goes before queries', async () => {
    const reply = await post(endpoint(), {
      queries: [{ query: 'select 2' }],
      query: 'select 1 as a',
    })
    assert.deepEqual(reply.json.rows, [{ a: 1 }])
  })
  test('a body with a bad query and good queries is a batch', async () => {
    const reply = await post(endpoint(), { query: 1, queries: [{ query: 'select 1 as a' }] })
    assert.deepEqual(reply.json.results[0].rows, [{ a: 1 }])
  })
  test('an empty batch is legal', async () => {
    const reply = await post(endpoint(), { queries: [] })
    assert.equal(reply.status, 200)
    assert.equal(reply.text, '{"results":[]}')
  })
})

onBoth('parameters', endpoint => {
  // The JSON of a parameter, and the text that PostgreSQL gets.
  const cells = [
    ['null', null],
    ['true', 'true'],
    ['false', 'false'],
    ['42', '42'],
    ['-7', '-7'],
    ['1.5', '1.5'],
    ['1.0', '1.0'],
    ['1e2', '100.0'],
    ['0.1', '0.1'],
    ['-0', '-0.0'],
    ['-0.0', '-0.0'],
    ['0.00001', '0.00001'],
    ['0.000001', '1e-6'],
    ['1.25e-7', '1.25e-7'],
    ['1e15', '1000000000000000.0'],
    ['1e16', '1e16'],
    ['123456789012345680000.0', '1.2345678901234568e20'],
    ['9223372036854775807', '9223372036854775807'],
    ['-9223372036854775808', '-9223372036854775808'],
    ['18446744073709551615', '18446744073709551615'],
    ['18446744073709551616', '1.8446744073709552e19'],
    ['-9223372036854775809', '-9.223372036854776e18'],
    ['"text"', 'text'],
    ['""', ''],
    ['"a\\"b\\\\c\\nd\\u0001\\u00e9\\ud83d\\ude00"', 'a"b\\c\nd\u0001é😀'],
    ['{}', '{}'],
    ['{"b":1,"a":2}', '{"a":2,"b":1}'],
    ['{"a":1,"a":2}', '{"a":2}'],
    ['{"é":1,"z":[1,{"y":1,"x":null}],"Z":1.0}', '{"Z":1.0,"z":[1,{"x":null,"y":1}],"é":1}'],
    ['{"a": "\\u0007\\n/"}', '{"a":"\\u0007\\n/"}'],
    ['[]', '{}'],
    ['[1,2.0,true,null]', '{1,2.0,true,NULL}'],
    ['["a","b c","NULL",""]', '{"a","b c","NULL",""}'],
    ['["q\\"","\\\\"]', '{"q\\"","\\\\"}'],
    ['[[1,2],[]]', '{{1,2},{}}'],
    ['[{"b":1,"a":"x"}]', '{"{\\"a\\":\\"x\\",\\"b\\":1}"}'],
    // Neon's own loss, kept: a newline in an array's string arrives as backslash and n.
    ['["a\\nb"]', '{"a\\nb"}'],
  ]
  for (const [json, text] of cells) {
    test(json, async () => {
      const reply = await post(endpoint(), `{"query":"select $1 as p","params":[${json}]}`)
      assert.equal(reply.status, 200, reply.text)
      assert.deepEqual(reply.json.rows, [{ p: text }])
      assert.equal(reply.json.fields[0].dataTypeID, 25)
    })
  }
  test('the types come from the casts', async () => {
    const query = 'select $1::int + 1 as i, $2::int[] as a, $3::jsonb as j, $4::bool as b'
    const reply = await post(endpoint(), { query, params: [41, [1, null], { k: [1] }, true] })
    assert.deepEqual(reply.json.rows, [{ i: 42, a: [1, null], j: { k: [1] }, b: true }])
  })
  test('a newline in the string of an array is lost, as on Neon', async () => {
    const reply = await post(endpoint(), { query: 'select $1::text[] as a', params: [['a\nb']] })
    assert.deepEqual(reply.json.rows, [{ a: ['anb'] }])
  })
})
