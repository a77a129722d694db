-- Tells everybody of an epoch, once, whoever finds it first.
--
-- KEYS  the epoch that was told last
-- ARGV  the epoch; the channel; the names of what changed; whether it may be lower than before; how
--       long it is remembered, in ms
local told = tonumber(redis.call('GET', KEYS[1]) or '-1')
local epoch = tonumber(ARGV[1])
if epoch > told or (epoch < told and ARGV[4] == 'anew') then
    redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[5])
    redis.call('PUBLISH', ARGV[2], ARGV[1] .. ' ' .. ARGV[3])
end
return told
