
-- ARGV: 9 all, head, or the sequence after which events are wanted, 10 the epoch of that sequence.
-- Creates the log, because the epoch of a reader at its head must stay.
-- Returns epoch, sequence, step, the epochs before, how many events are kept, then events.
local known = redis.call('LINDEX', KEY, 0)
if not load() then create() end
if state() == known then
  redis.pcall('PEXPIRE', KEY, EXPIRY) -- A server that refuses to write can still be read.
else
  redis.call('PEXPIRE', KEY, EXPIRY) -- A full Redis takes a write after one that needs no memory.
  save()
end
local from = ARGV[9]
local first
if count > 0 and from == 'all' then
  first = 1
elseif count > 0 and from ~= 'head' and epoch == ARGV[10] and tonumber(from) < seq then
  first = -math.min(count, seq - tonumber(from))
end
local answer = { epoch, seq, step, previous, count }
for _, entry in ipairs(first and redis.call('LRANGE', KEY, first, -1) or {}) do answer[#answer + 1] = entry end
return answer
