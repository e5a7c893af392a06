-- The nodes and their figures.
-- KEYS[1]: the prefix of the keys. ARGV: the node, the lease in ms, and its figures ('' to leave).
-- Returns the node and the figures of every node that has its lease.
if redis.replicate_commands then redis.replicate_commands() end
local nodes, figures = KEYS[1] .. ':nodes', KEYS[1] .. ':figures'
local node, lease, own = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREM', nodes, '') -- A full Redis takes a write after one that needs no memory.

-- Leases stand still while Redis is away, as in presence.lua: then no node could renew its own. Every node does once a second.
local latest = redis.call('ZRANGE', nodes, -1, -1, 'WITHSCORES')[2]
local away = latest and now - tonumber(latest) or 0
if away > 3000 then
  for _, name in ipairs(redis.call('ZRANGE', nodes, 0, -1)) do
    redis.call('ZADD', nodes, string.format('%.0f', redis.call('ZSCORE', nodes, name) + away), name)
  end
end

for _, dead in ipairs(redis.call('ZRANGEBYSCORE', nodes, '-inf', '(' .. string.format('%.0f', now - lease))) do
  redis.call('ZREM', nodes, dead)
  redis.call('HDEL', figures, dead)
end
if own == '' then
  redis.call('ZREM', nodes, node)
  redis.call('HDEL', figures, node)
else
  redis.call('ZADD', nodes, string.format('%.0f', now), node)
  redis.call('HSET', figures, node, own)
end
local all = {}
for _, name in ipairs(redis.call('ZRANGE', nodes, 0, -1)) do
  all[#all + 1] = {name, redis.call('HGET', figures, name)}
end
return all
