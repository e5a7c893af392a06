
-- KEYS[3]: the idempotency key, if the event is ephemeral. ARGV: 9 whether it is, 10 the key or -, 11 a digest of the
-- event, 12 the tag of the publisher, 13 the bytes of the block, 14 the entry without its sequence.
-- Returns S for stored, D for a duplicate, K for a key of another event; epoch, sequence and step of the event; whether
-- followers were told; the lineage of this server; and for S the step of the latest ephemeral event.
local ephemeral, key, digest, tag, length = ARGV[9] == '1', ARGV[10], ARGV[11], ARGV[12], tonumber(ARGV[13])
if not load() then
  if ephemeral then return { 'S', epoch, 0, 1, 1, lineage } end -- Nobody is there to get it.
  create()
end
if key ~= '-' then
  trim()
  local first = redis.call('HGET', KEYS[2], key)
  local held = first
  if not first then
    first = redis.call('GET', KEYS[3])
    held = first and NOW - tonumber(string.match(first, '%d+$')) <= GRACE
  end
  if held then
    save()
    local firstDigest, e, s, t = string.match(first, '^(%S+) (%S+) (%d+) (%d+)')
    -- The node that appended it may have died before it told the followers.
    local told = publish('P ' .. epoch .. ' ' .. step .. ' ' .. seq)
    return { firstDigest == digest and 'D' or 'K', e, tonumber(s), tonumber(t), told, lineage }
  end
end
local kind, entry
if ephemeral then
  step = step + 1
  kind, entry = 'E', seq .. ' ' .. ARGV[14]
else
  seq = seq + 1
  kind, entry = 'K', seq .. ' ' .. ARGV[14]
  redis.call('RPUSH', KEY, entry)
  owner = (count == 0 or owner == tag) and tag or '*'
  count, bytes = count + 1, bytes + length
end
if key ~= '-' then
  local first = table.concat({ digest, epoch, seq, ephemeral and step or 0, NOW }, ' ')
  if ephemeral then
    redis.call('SET', KEYS[3], first, 'PX', GRACE)
  else
    redis.call('HSET', KEYS[2], key, first)
    redis.call('PEXPIRE', KEYS[2], EXPIRY)
  end
end
if not ephemeral then trim() end
save()
local told = publish(kind .. ' ' .. epoch .. ' ' .. step .. ' ' .. entry)
return { 'S', epoch, seq, ephemeral and step or 0, told, lineage, step }
