-- Tickets that any node accepts. Times are in ms, of the clock of the calling node, as those of tokens are.
-- KEYS[1]: the prefix of the keys. ARGV[1]: what to do, [2]: the hash of the ticket, [3]: now.
-- 'issue': the user, the caller, until when it must be opened, when it ends at the latest, the most tickets and the most
-- of one user. Returns 1, or 0 if there are too many.
-- 'open': whether the reader has a cursor, the node, its hold, the lease of nodes. Returns 'unknown', 'busy', 'used', or
-- 'open' and the caller. The ticket counts as used from now on.
-- 'close': the hold, whether the stream has begun, until when the ticket must be opened if not.
if redis.replicate_commands then redis.replicate_commands() end
local base, what, hash, now = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3])
local all, ticket = base .. ':tickets', base .. ':ticket:' .. hash

local function expire(at)
  redis.call('HSET', ticket, 'to', string.format('%.0f', at))
  redis.call('PEXPIRE', ticket, math.max(1, math.floor(at - now)))
  redis.call('ZADD', all, string.format('%.0f', at), hash)
end

if what == 'issue' then
  local user, caller, to, last, most, mostOfUser = ARGV[4], ARGV[5], tonumber(ARGV[6]), ARGV[7], tonumber(ARGV[8]), tonumber(ARGV[9])
  redis.call('ZREMRANGEBYSCORE', all, '-inf', ARGV[3])
  local own = base .. ':tickets:' .. user
  if redis.call('LLEN', own) >= mostOfUser then
    for _, old in ipairs(redis.call('LRANGE', own, 0, -1)) do
      local key = base .. ':ticket:' .. old
      local holder = redis.call('HGET', key, 'hold')
      if not holder or holder == '' then
        redis.call('LREM', own, 1, old)
        redis.call('DEL', key)
        redis.call('ZREM', all, old)
        break
      end
    end
  end
  if redis.call('LLEN', own) >= mostOfUser or redis.call('ZCARD', all) >= most then return {0} end
  redis.call('RPUSH', own, hash)
  redis.call('PEXPIRE', own, math.max(1, math.floor(tonumber(last) - now)))
  redis.call('HSET', ticket, 'caller', caller, 'last', last, 'used', '0', 'before', '0', 'hold', '', 'node', '')
  expire(to)
  return {1}
end

local found = redis.call('HMGET', ticket, 'caller', 'last', 'used', 'before', 'hold', 'node', 'to')
if not found[1] then return {'unknown'} end
redis.call('HDEL', ticket, '') -- A full Redis takes a write after one that needs no memory.
local caller, last, used, before, hold, node = found[1], tonumber(found[2]), found[3], found[4], found[5], found[6]
if what == 'open' then
  local resumes, lease = ARGV[4], tonumber(ARGV[7])
  local alive = false
  if hold ~= '' then
    local time = redis.call('TIME')
    local clock = time[1] * 1000 + math.floor(time[2] / 1000)
    -- Leases stand still while no node can renew its own, as in nodes.lua.
    local latest = redis.call('ZRANGE', base .. ':nodes', -1, -1, 'WITHSCORES')[2]
    if latest and clock - tonumber(latest) > 3000 then clock = tonumber(latest) end
    local seen = redis.call('ZSCORE', base .. ':nodes', node)
    alive = seen and tonumber(seen) >= clock - lease
  end
  if alive then return {'busy'} end
  if now >= tonumber(found[7]) then return {'unknown'} end
  if used == '1' and resumes ~= '1' then return {'used'} end
  redis.call('HSET', ticket, 'used', '1', 'before', used, 'hold', ARGV[6], 'node', ARGV[5])
  expire(last)
  return {'open', caller}
end
if hold ~= ARGV[4] then return {'unknown'} end -- Another node holds it meanwhile.
redis.call('HSET', ticket, 'hold', '', 'node', '')
if ARGV[5] ~= '1' and before ~= '1' then
  redis.call('HSET', ticket, 'used', '0')
  expire(tonumber(ARGV[6]))
end
return {'closed'}
