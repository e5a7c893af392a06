-- What all scripts of a log share. A log is one list: first its state, then its events, oldest first.
--
-- KEYS[1]: the log, and the channel of its messages. KEYS[2]: the hash of the idempotency keys of its events.
-- ARGV: 1 PUBLISH or SPUBLISH, 2 the time, 3 the epoch if another one begins now, 4 after how long without use the log is
-- deleted, 5 to 7 how many events and bytes are kept for how long, 8 how long an event is safe from 5. All times in ms.
if redis.replicate_commands then redis.replicate_commands() end

local KEY, PUB, NOW, NEW, EXPIRY = KEYS[1], ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]
local EVENTS, BYTES, AGE, GRACE = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local MAX_PREVIOUS = 4

-- The state: the epoch, the sequence of the latest event, the lineage of the server that wrote it, how many events and
-- bytes are kept, the step of the latest ephemeral event, whose events these are (- none, * several publishers'), and the
-- epochs before, each with the last sequence that is valid in it.
local epoch, seq, lineage, count, bytes, step, owner, previous

local function change(untilSeq)
  local list = { epoch .. ':' .. untilSeq }
  for each in string.gmatch(previous, '%d+:%d+') do
    if #list < MAX_PREVIOUS then list[#list + 1] = each end
  end
  previous = table.concat(list, ',')
  epoch = NEW
end

-- Redis replicates and writes to disk after it has answered, so a failover or a restart may have lost the latest events,
-- and would assign their positions again. Both begin another lineage: positions get another epoch, and those up to the
-- latest event that is left stay valid.
local function load()
  local here = string.sub(string.match(redis.call('INFO', 'replication'), 'master_replid:(%w+)') or '-', 1, 16)
  local state = redis.call('LINDEX', KEY, 0)
  if not state then
    epoch, seq, lineage, count, bytes, step, owner, previous = NEW, 0, here, 0, 0, 0, '-', '-'
    return false
  end
  local s, c, b, e
  epoch, s, lineage, c, b, e, owner, previous = string.match(state, '^(%d+) (%d+) (%S+) (%d+) (%d+) (%d+) (%S+) (%S+)$')
  seq, count, bytes, step = tonumber(s), tonumber(c), tonumber(b), tonumber(e)
  if lineage ~= here then
    lineage = here
    change(seq)
  end
  return true
end

local function create()
  redis.call('RPUSH', KEY, '')
  redis.call('DEL', KEYS[2])
end

local function state()
  return table.concat({ epoch, seq, lineage, count, bytes, step, owner, previous }, ' ')
end

local function save()
  redis.call('LSET', KEY, 0, state())
  redis.call('PEXPIRE', KEY, EXPIRY)
end

-- Followers that get no message, because the slot is on its way to another primary, are told by the node.
local function publish(message)
  return type(redis.pcall(PUB, KEY, message)) == 'number' and 1 or 0
end

-- An entry begins with: sequence, time, time to live in ns or -, bytes of the block, key or -, tag of the publisher.
local function header(entry)
  local _, time, ttl, length, key, tag = string.match(entry, '^(%d+) (%d+) (%S+) (%d+) (%S+) (%S+)')
  return tonumber(time), ttl, tonumber(length), key, tag
end

local function release(length, key)
  count = count - 1
  bytes = bytes - length
  if key ~= '-' then redis.call('HDEL', KEYS[2], key) end
end

-- The publisher that has most loses its oldest event, never the newest of all. Reads all events, and therefore is due
-- with every sixteenth part of them only: in a burst, each append finds too many, and none that may go.
local function trimShares()
  local all = redis.call('LRANGE', KEY, 1, -1)
  local shares = {}
  for i, entry in ipairs(all) do
    local time, ttl, length, key, tag = header(entry)
    local share = shares[tag] or { events = 0, bytes = 0, first = 1 }
    shares[tag] = share
    if i < #all then share[#share + 1] = { entry, time, length, key } end
    share.events = share.events + 1
    share.bytes = share.bytes + length
  end
  local function largest(by)
    local found
    for _, share in pairs(shares) do
      if share[share.first] and (not found or share[by] > found[by]) then found = share end
    end
    return found
  end
  local function drop(share)
    local entry, _, length, key = unpack(share[share.first])
    redis.call('LREM', KEY, 1, entry)
    release(length, key)
    share.first, share.events, share.bytes = share.first + 1, share.events - 1, share.bytes - length
  end
  while count > EVENTS do
    local share = largest('events')
    if not share or NOW - share[share.first][2] <= GRACE then break end
    drop(share)
  end
  while bytes > BYTES and count > 1 do
    local share = largest('bytes')
    if not share then break end
    drop(share)
  end
  local tags, tag = 0, '-'
  for each, share in pairs(shares) do
    if share.events > 0 then tags, tag = tags + 1, each end
  end
  owner = tags > 1 and '*' or tag
end

local PART = math.max(1, math.floor(EVENTS / 16))

local function trim()
  local total, n = count, 0
  while n < total do
    local time, ttl, length, key = header(redis.call('LINDEX', KEY, n + 1))
    local gone = NOW - time > AGE or (ttl ~= '-' and NOW - time > tonumber(ttl) / 1000000)
    local left = total - n
    local over = owner ~= '*' and ((left > EVENTS and NOW - time > GRACE) or (bytes > BYTES and left > 1))
    if not gone and not over then break end
    if n == 0 then redis.call('LSET', KEY, 0, '') end -- Refused if memory is short, before anything is changed.
    release(length, key)
    n = n + 1
  end
  if n > 0 then
    redis.call('LSET', KEY, n, '')
    redis.call('LTRIM', KEY, n, -1)
  end
  if count == 0 then owner = '-' end
  if owner == '*' and ((count > EVENTS and seq % PART == 0) or bytes > BYTES + math.floor(BYTES / 16)) then
    redis.call('LSET', KEY, 0, '')
    trimShares()
  end
end
