/** Stands where `@neondatabase/serverless` has its WebSocket side, so that imports still link. */
class WebSocketSide {
  constructor() {
    throw new Error(`ballast has no ${new.target.name} yet: it speaks HTTP only. Use neon() and ` +
      'sql.transaction(), or import this class from @neondatabase/serverless itself.')
  }
}

/** Not there yet. Making one throws; `sql.transaction()` runs several queries as one. */
export class Pool extends WebSocketSide {}

/** Not there yet. Making one throws; `sql.transaction()` runs several queries as one. */
export class Client extends WebSocketSide {}
