-- The log of orders that every node follows, and the revocations in force.
-- KEYS[1]: the prefix of the keys. ARGV[1]: what to do.
-- 'add': PUBLISH or SPUBLISH, the node, the order; of a revocation also its name, its time and its end in ms.
-- 'after': the history and the number up to which the caller knows it. Returns the history, the latest number, and for
-- each later order its number, its age in ms, the node and the order; nothing but the first two if some are missing.
-- 'all': what is in force: the history, the latest number, and the orders of the last minute as above. The revocations
-- follow in pages, because Redis does nothing else while a script runs.
-- 'page': the end and the name of the latest revocation of the page before, '' for the first page. Returns the history and
-- the next revocations in force by their ends: of each its name, its time and its end.
if redis.replicate_commands then redis.replicate_commands() end
local base, what = KEYS[1], ARGV[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local MOST, MINUTE, PAGE = 10000, 60000, 500
local orders, ends, revoked = base .. ':orders', base .. ':ends', base .. ':revoked'

local function ms(number)
  return string.format('%.0f', number)
end

-- Changes when the orders are lost.
local history = redis.call('GET', base .. ':history')
if not history then
  history = time[1] .. '.' .. time[2]
  redis.call('SET', base .. ':history', history)
end

local function found(entries)
  local list = {}
  for _, entry in ipairs(entries) do
    local fields = entry[2]
    list[#list + 1] = {tonumber(string.match(entry[1], '^%d+')), math.max(0, now - tonumber(fields[2])), fields[4], fields[6]}
  end
  return list
end

if what == 'add' then
  redis.call('ZREM', ends, '') -- A full Redis takes a write after one that needs no memory.
  if ARGV[5] then
    local name, at, to = ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7])
    for _, over in ipairs(redis.call('ZRANGEBYSCORE', ends, '-inf', ms(now), 'LIMIT', 0, 100)) do
      redis.call('ZREM', ends, over)
      redis.call('HDEL', revoked, over)
    end
    at = math.max(at, tonumber(redis.call('HGET', revoked, name) or 0))
    to = math.max(to, tonumber(redis.call('ZSCORE', ends, name) or 0))
    redis.call('HSET', revoked, name, ms(at))
    redis.call('ZADD', ends, ms(to), name)
  end
  local number = redis.call('INCR', base .. ':number')
  redis.call('XADD', orders, 'MAXLEN', '~', MOST, ms(number) .. '-0', 'time', ms(now), 'node', ARGV[3], 'order', ARGV[4])
  redis.pcall(ARGV[2], base, ms(number)) -- A Cluster may refuse it; each node looks once a second.
  return {number}
end

if what == 'page' then
  local to, name = ARGV[2], ARGV[3]
  if to == '' then to = '(' .. ms(now) end
  local first
  if redis.call('ZSCORE', ends, name) == to then
    first = redis.call('ZRANK', ends, name) + 1
  else
    -- The first page, or that one ends later by now: then the caller gets others with its former end again.
    local there = redis.call('ZRANGEBYSCORE', ends, to, '+inf', 'LIMIT', 0, 1)[1]
    first = there and redis.call('ZRANK', ends, there)
  end
  local members = first and redis.call('ZRANGE', ends, first, first + PAGE - 1, 'WITHSCORES') or {}
  local names, page = {}, {}
  for i = 1, #members, 2 do names[#names + 1] = members[i] end
  local times = #names > 0 and redis.call('HMGET', revoked, unpack(names)) or {}
  for i, each in ipairs(names) do page[i] = {each, times[i], members[2 * i]} end
  return {history, page}
end

local latest = tonumber(redis.call('GET', base .. ':number') or 0)
if what == 'after' then
  local after = tonumber(ARGV[3])
  if history ~= ARGV[2] or after > latest then return {history, latest} end
  local entries = found(redis.call('XRANGE', orders, ms(after + 1) .. '-0', '+', 'COUNT', 500))
  if after < latest and (#entries == 0 or entries[1][1] ~= after + 1) then return {history, latest} end
  return {history, latest, entries}
end
local recent = {}
for _, entry in ipairs(found(redis.call('XREVRANGE', orders, '+', '-', 'COUNT', 1000))) do
  if entry[2] > MINUTE then break end
  table.insert(recent, 1, entry)
end
return {history, latest, recent}
