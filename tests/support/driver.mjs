// The official driver, pointed at a local endpoint.
import { neon, neonConfig, Client, Pool } from '@neondatabase/serverless'
import ws from 'ws'

/** Sets the lines that `ballast dev` prints; the driver keeps them globally. */
export function pointDriver(dev) {
  neonConfig.fetchEndpoint = () => dev.url
  neonConfig.wsProxy = () => dev.wsProxy
  neonConfig.useSecureWebSocket = false
  neonConfig.webSocketConstructor = ws
}

export { neon, neonConfig, Client, Pool }
