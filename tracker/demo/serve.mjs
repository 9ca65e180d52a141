// A small static server for the demo shop: clean addresses (/products is products.html), nothing cached, nothing outside DIR.
//   node tracker/demo/serve.mjs --dir DIR --port 8090
import { createReadStream, realpathSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, resolve, sep } from 'node:path'
import { parseArgs } from 'node:util'

const { dir, port, host } = parseArgs({
  options: {
    dir: { type: 'string' },
    port: { type: 'string', default: '8090' },
    host: { type: 'string', default: '127.0.0.1' },
  },
}).values
if (!dir) {
  console.error('usage: serve.mjs --dir DIR [--port 8090] [--host 127.0.0.1]')
  process.exit(2)
}

const root = resolve(dir)
const types = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** The file of an address; undefined where there is none inside the root. */
function fileOf(path) {
  const name = path === '/' ? '/index' : path.replace(/\/$/, '')
  for (const candidate of [name, `${name}.html`]) {
    const file = join(root, candidate)
    try {
      const real = realpathSync(file)
      if (real.startsWith(realpathSync(root) + sep) && statSync(real).isFile()) return real
    } catch {
      // not there
    }
  }
}

const server = createServer((request, response) => {
  let path
  try {
    path = decodeURIComponent(new URL(request.url, 'http://shop').pathname)
  } catch {
    return response.writeHead(400).end()
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') return response.writeHead(405, { allow: 'GET, HEAD' }).end()
  const found = path.includes('\0') ? undefined : fileOf(path)
  const file = found || fileOf('/404')
  response.writeHead(found ? 200 : 404, {
    'content-type': (file && types[extname(file)]) || 'application/octet-stream',
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
  })
  if (!file || request.method === 'HEAD') return response.end()
  createReadStream(file)
    .on('error', () => response.destroy())
    .pipe(response)
})
server.on('error', (error) => {
  console.error(error.code === 'EADDRINUSE' ? `port ${port} is in use` : error.message)
  process.exit(1)
})
server.listen(Number(port), host, () => console.log(`demo shop on http://localhost:${port}`))
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0))
