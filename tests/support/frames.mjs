// Tasks of a WebAssembly module, stepped by hand: for tests that look beneath the bindings.

/** What a test needs of the module that `exports` are of. */
export function stepper(exports) {
  const encoder = new TextEncoder()
  const decoder = new TextDecoder()
  function pass(head, body, call) {
    const [first, second] = [encoder.encode(head), encoder.encode(body)]
    const at = exports.alloc(first.length + second.length + 1)
    const memory = new Uint8Array(exports.memory.buffer)
    memory.set(first, at)
    memory.set(second, at + first.length)
    const out = call(at, first.length, at + first.length, second.length)
    exports.free(at)
    return out
  }
  function step(task, head, body) {
    const out = pass(head, body, (...where) => exports.step(task, ...where))
    const [at, size, from, length] = new Uint32Array(exports.memory.buffer, out, 4)
    const bytes = (start, count) => decoder.decode(
      new Uint8Array(exports.memory.buffer, start, count))
    return { head: JSON.parse(bytes(at, size)), body: bytes(from, length) }
  }
  return {
    step,
    start: head => pass(JSON.stringify(head), '', (at, size) => exports.start(at, size)),
    stop: task => exports.stop(task),
    /** A task of one step. */
    once(head, body) {
      const task = this.start(head)
      const out = step(task, '{"start":{}}', body)
      exports.stop(task)
      return out
    },
  }
}
