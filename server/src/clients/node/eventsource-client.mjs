// npm eventsource-client: the same author's other API.
import {createEventSource} from 'eventsource-client'
import {run} from './program.mjs'

run((url, fetch, report) => {
  const source = createEventSource({
    url,
    fetch,
    onMessage: ({id, event, data}) => report.event(id ?? '', event ?? 'message', data),
    onDisconnect: () => {
      // It closes itself only after a 204, and says nothing of it.
      setTimeout(() => source.readyState === 'closed' && report.ended('closed'), 0)
    },
  })
  return () => source.close()
})
