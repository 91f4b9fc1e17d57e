// All that this package uses of Node. Its real types would make Node's globals look as if they
// were there on every host.
declare module 'node:fs' {
  export function readFileSync(path: URL): Uint8Array<ArrayBuffer>
}
