// What all Node programs share: commands on standard input, reports on standard output, fields separated by tabs.
//   open NAME URL | token VALUE | close NAME
//   NAME event ID TYPE DATA | NAME ended REASON        (DATA is encoded as in a URL)
import {createInterface} from 'node:readline'

export const TYPES = ['message', 'note', 'stream.open', 'stream.gap', 'stream.live', 'stream.position',
  'stream.expiring', 'stream.closing']

/** Runs the program; `open(url, fetch, report)` opens a stream and returns what closes it. */
export function run(open) {
  const streams = new Map()
  let token = ''
  const authorized = (url, init) =>
    fetch(url, token ? {...init, headers: {...init.headers, Authorization: `Bearer ${token}`}} : init)
  createInterface({input: process.stdin}).on('line', line => {
    const [command, name, url] = line.split('\t')
    if (command === 'token') token = name
    if (command === 'open') {
      const say = (...fields) => console.log([name, ...fields].join('\t'))
      streams.set(name, open(url, authorized, {
        event: (id, type, data) => say('event', id, type, encodeURIComponent(data)),
        ended: reason => say('ended', reason),
      }))
    }
    if (command === 'close') {
      streams.get(name)?.()
      streams.delete(name)
    }
  }).on('close', () => process.exit())
  console.log('ready')
}
