
-- ARGV: 9 the epoch in which positions were assigned twice, 10 the last sequence that surely was not.
if not load() then return { NEW } end
if epoch == ARGV[9] then change(math.min(seq, tonumber(ARGV[10]))) end
save()
publish('R ' .. epoch .. ' ' .. step .. ' ' .. seq)
return { epoch }
