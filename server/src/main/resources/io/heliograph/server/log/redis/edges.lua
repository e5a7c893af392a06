
-- Adds transitions of presence, in their order, all or none. KEYS[2] also holds the number of the latest one of each source.
-- Numbers of a source rise, and what was added before is left out: another node may have added it, and died before it said so.
-- ARGV: 9 the source, 10 the tag of the publisher, then for each: its number, the bytes of the block, the entry without its sequence.
-- Returns whether followers were told, and the lineage of this server.
local source, tag = ARGV[9], ARGV[10]
local latest = tonumber(redis.call('HGET', KEYS[2], source) or '0')
local messages = {}
local exists = load()
for i = 11, #ARGV, 3 do
  local number, length = tonumber(ARGV[i]), tonumber(ARGV[i + 1])
  if number > latest then
    if not exists then
      create()
      exists = true
    end
    latest, seq = number, seq + 1
    local entry = seq .. ' ' .. ARGV[i + 2]
    redis.call('RPUSH', KEY, entry)
    count, bytes, owner = count + 1, bytes + length, tag
    messages[#messages + 1] = 'K ' .. epoch .. ' ' .. step .. ' ' .. entry
  end
end
local told = 1
if #messages > 0 then
  redis.call('HSET', KEYS[2], source, string.format('%.0f', latest))
  redis.call('PEXPIRE', KEYS[2], EXPIRY)
  trim()
  save()
  for _, message in ipairs(messages) do told = math.min(told, publish(message)) end
elseif exists then
  save()
  -- The node that added them may have died before it told the followers.
  told = publish('P ' .. epoch .. ' ' .. step .. ' ' .. seq)
end
return { told, lineage }
