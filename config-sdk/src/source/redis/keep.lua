-- Keeps copies that were loaded from the store, unless they may be older than what is known of it.
-- Yields how many were kept.
--
-- KEYS  the block's state; the copies
-- ARGV  the term that was read before they were loaded; the epoch that they are as of; for each
--       copy how long it lives, in ms, and what it is
local state = redis.call('HMGET', KEYS[1], 'generation', 'term', 'epoch')
local generation, term, epoch = state[1], state[2], state[3]
if term ~= ARGV[1] or tonumber(ARGV[2]) < tonumber(epoch) then return 0 end
local kept = 0
for index = 2, #KEYS do
    -- A copy of this generation that is there is good, and stays.
    if redis.call('GETRANGE', KEYS[index], 0, #generation) ~= generation .. ' ' then
        local life, copy = ARGV[2 * index - 1], ARGV[2 * index]
        redis.call('SET', KEYS[index], generation .. ' ' .. ARGV[2] .. ' ' .. copy, 'PX', life)
        kept = kept + 1
    end
end
return kept
