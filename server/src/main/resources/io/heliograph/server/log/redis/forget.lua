
-- Returns epoch and sequence of the latest event, whether followers were told, and the lineage of this server.
if not load() then return { epoch, 0, 1, lineage } end
redis.call('DEL', KEYS[2])
redis.call('LTRIM', KEY, 0, 0)
count, bytes, owner = 0, 0, '-'
save()
return { epoch, seq, publish('F ' .. epoch .. ' ' .. step .. ' ' .. seq), lineage }
