-- Renews a node's lease in one bucket of users, writes which users are connected to it, and finds the transitions.
-- KEYS[1]: the bucket. ARGV: the node; its lease and the grace period in ms; the latest edge that is published
-- ('' for none since the last call); whether the node stops; the number of these changes; then for each changed user the id, whether a
-- connection was opened, and the connections to this node ('' for none).
-- Returns whether the node's lease had ended, so that its users may have been removed; whether there is more to do at once;
-- in how many ms the next user may be offline (-1: none); and the edges to publish.
if redis.replicate_commands then redis.replicate_commands() end
local bucket, node = KEYS[1], ARGV[1]
local lease, grace, published, stops, change = tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4], ARGV[5], ARGV[6]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local nodes, here, left, edges = bucket .. ':nodes', bucket .. ':here', bucket .. ':left', bucket .. ':edges'
local PART = 200
local MOST_SILENT = 3000
local more = 0

local function at(name)
  return bucket .. ':at:' .. name
end

-- Numbers rise by the clock, also after Redis has lost the latest ones.
local function edge(kind, user)
  local number = math.max(tonumber(redis.call('GET', bucket .. ':number') or '0') + 1, now * 1000)
  redis.call('SET', bucket .. ':number', string.format('%.0f', number))
  redis.call('RPUSH', edges, string.format('%.0f %.0f %s %s', number, now, kind, user))
end

-- The user has no connection to a node since a time, and perhaps to none.
local function gone(user, since)
  if not redis.call('ZSCORE', here, user) then return end
  for _, name in ipairs(redis.call('ZRANGE', nodes, 0, -1)) do
    if redis.call('HEXISTS', at(name), user) == 1 then return end
  end
  redis.call('ZREM', here, user)
  if since + grace <= now then
    edge('offline', user)
  else
    redis.call('ZADD', left, since + grace, user)
  end
end

local known = redis.call('ZSCORE', nodes, node)

-- A full Redis refuses a write that may need memory, unless one before it needed none. It is full at some moments only: a
-- node that happened to be refused must not lose its lease to one that was not.
local refused = redis.pcall('ZADD', nodes, known or 0, node)
local full = type(refused) == 'table'
if full then redis.call('ZREM', nodes, '') end

-- Leases stand still while Redis is away: then no node could renew its own. Every node does once a second.
local latest = redis.call('ZRANGE', nodes, -1, -1, 'WITHSCORES')[2]
local away = latest and now - tonumber(latest) or 0
if away <= MOST_SILENT then
  away = 0
else
  for _, name in ipairs(redis.call('ZRANGE', nodes, 0, -1)) do
    redis.call('ZADD', nodes, redis.call('ZSCORE', nodes, name) + away, name)
  end
end
local ended = not known or tonumber(known) + away < now - lease
if full and ended then return refused end -- Its users must be written again, for which there is no room.
redis.call('ZADD', nodes, now, node)
if full then return refused end

if published ~= '' then
  for i, text in ipairs(redis.call('LRANGE', edges, 0, PART - 1)) do
    if text == published then
      redis.call('LTRIM', edges, i, -1)
      break
    end
  end
end

-- Changes that were sent twice, because the first answer was lost, are made once.
if #ARGV > 6 and redis.call('HGET', bucket .. ':changes', node) ~= change then
  redis.call('HSET', bucket .. ':changes', node, change)
  for i = 7, #ARGV, 3 do
    local user, opened, connections = ARGV[i], ARGV[i + 1], ARGV[i + 2]
    if connections == '' then
      redis.call('HDEL', at(node), user)
    else
      redis.call('HSET', at(node), user, connections)
    end
    if opened == '1' or connections ~= '' then
      if redis.call('ZADD', here, 0, user) == 1 and redis.call('ZREM', left, user) == 0 then
        edge('online', user)
      end
    end
    if connections == '' then
      gone(user, now)
    end
  end
end

-- A node whose lease has ended: its connections do not count any more. After the changes: its users may have come here.
local dead = redis.call('ZRANGEBYSCORE', nodes, '-inf', '(' .. string.format('%.0f', now - lease), 'LIMIT', 0, 1)[1]
if dead then
  local since = tonumber(redis.call('ZSCORE', nodes, dead))
  for _, user in ipairs(redis.call('HRANDFIELD', at(dead), PART)) do
    redis.call('HDEL', at(dead), user)
    gone(user, since)
  end
  if redis.call('HLEN', at(dead)) == 0 then
    redis.call('ZREM', nodes, dead)
    redis.call('HDEL', bucket .. ':changes', dead)
  end
  more = 1
end

local due = redis.call('ZRANGEBYSCORE', left, '-inf', string.format('%.0f', now), 'LIMIT', 0, PART)
for _, user in ipairs(due) do
  redis.call('ZREM', left, user)
  edge('offline', user)
end
if #due == PART then more = 1 end
local wait = -1
local first = redis.call('ZRANGE', left, 0, 0, 'WITHSCORES')
if first[2] then wait = math.max(0, tonumber(first[2]) - now) end

if stops == '1' and redis.call('HLEN', at(node)) == 0 then
  redis.call('ZREM', nodes, node)
  redis.call('HDEL', bucket .. ':changes', node)
end

-- One node at a time publishes the edges, in their order. If it dies, another one goes on: an edge has a key, so that it
-- is published once.
local publisher = bucket .. ':publisher'
local head = {}
local holder = redis.call('GET', publisher)
if not holder or holder == node then
  head = stops == '1' and {} or redis.call('LRANGE', edges, 0, PART - 1)
  if #head > 0 then
    redis.call('SET', publisher, node, 'PX', lease)
  else
    redis.call('DEL', publisher)
  end
end
return {ended and 1 or 0, more, wait, head}
