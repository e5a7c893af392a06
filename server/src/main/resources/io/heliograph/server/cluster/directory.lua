-- Reads the users of one bucket who are connected to a node that has its lease.
-- KEYS[1]: the bucket. ARGV: the lease in ms, then 'users', or 'page', an id ('' for the first page) and the most users,
-- or 'of' and ids, or 'kept' and a node.
-- 'users' returns their number, 'page' and 'of' return for each user the id and the connections to each node; 'kept'
-- returns the users of one node.
local bucket, lease, what = KEYS[1], tonumber(ARGV[1]), ARGV[2]
local here = bucket .. ':here'
if what == 'users' then return {redis.call('ZCARD', here)} end
if what == 'kept' then return redis.call('HKEYS', bucket .. ':at:' .. ARGV[3]) end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- Leases stand still while no node can renew its own, as in presence.lua.
local latest = redis.call('ZRANGE', bucket .. ':nodes', -1, -1, 'WITHSCORES')[2]
if latest and now - tonumber(latest) > 3000 then now = tonumber(latest) end
local nodes = redis.call('ZRANGEBYSCORE', bucket .. ':nodes', string.format('%.0f', now - lease), '+inf')
local found = {}

local function add(user)
  local parts = {user}
  for _, node in ipairs(nodes) do
    local connections = redis.call('HGET', bucket .. ':at:' .. node, user)
    if connections then parts[#parts + 1] = connections end
  end
  if #parts > 1 then found[#found + 1] = parts end
end

if what == 'of' then
  for i = 3, #ARGV do add(ARGV[i]) end
  return found
end
local most = tonumber(ARGV[4])
local from = ARGV[3] == '' and '-' or '(' .. ARGV[3]
while #found < most do
  local users = redis.call('ZRANGEBYLEX', here, from, '+', 'LIMIT', 0, most - #found)
  if #users == 0 then break end
  for _, user in ipairs(users) do add(user) end
  from = '(' .. users[#users]
end
return found
