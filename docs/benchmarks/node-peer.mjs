// A server for compare.sh: better-sse from npm, a channel for each user. It keeps no events, so no reader can resume.
import { createServer } from 'node:http';
import { createChannel, createSession } from 'better-sse';

const channels = new Map();

function channelOf(user) {
  if (!channels.has(user)) {
    channels.set(user, createChannel());
  }
  return channels.get(user);
}

const server = createServer(async (request, response) => {
  const [, action, user] = request.url.split('/');
  if (action === 'sub') {
    const session = await createSession(request, response, { keepAlive: null, serializer: (data) => data });
    channelOf(user).register(session);
  } else {
    let body = '';
    for await (const part of request.setEncoding('utf8')) {
      body += part;
    }
    channelOf(user).broadcast(body);
    response.writeHead(204).end();
  }
});
server.requestTimeout = 0;
server.keepAliveTimeout = 0;
server.listen(Number(process.argv[2]), '127.0.0.1', 4096);
