// npm eventsource; the argument is its major version.
import {run, TYPES} from './program.mjs'

const {EventSource} = await import(`eventsource-${process.argv[2]}`)

run((url, fetch, report) => {
  const source = new EventSource(url, {fetch})
  for (const type of TYPES) {
    source.addEventListener(type, event => report.event(event.lastEventId, event.type, event.data))
  }
  source.addEventListener('error', event => {
    if (source.readyState === EventSource.CLOSED) report.ended(String(event.message ?? event.code))
  })
  return () => source.close()
})
