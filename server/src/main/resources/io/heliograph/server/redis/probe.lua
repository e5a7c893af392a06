-- A message to the node itself, and the lineage that the data belongs to: another one after a failover, after a restart,
-- and when the mark is gone, because then the data is gone, too.
-- KEYS[1]: the node's channel and mark. ARGV[1]: PUBLISH or SPUBLISH.
if redis.replicate_commands then redis.replicate_commands() end
-- Before the write: messages arrive from a server that refuses to write, such as a full one, too.
redis.call(ARGV[1], KEYS[1], 'probe')
local mark = redis.call('GET', KEYS[1]) or table.concat(redis.call('TIME'), '.')
redis.call('SET', KEYS[1], mark, 'EX', 3600)
local lineage = string.match(redis.call('INFO', 'replication'), 'master_replid:(%w+)') or '-'
return {lineage .. ' ' .. mark}
