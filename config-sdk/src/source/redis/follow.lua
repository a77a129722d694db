-- Brings what is kept of one block up to an epoch. Yields the term and the epoch that it has then.
--
-- KEYS  the block's state; the copies that changed
-- ARGV  `join` or `step`; from which epoch; up to which; its mark; the term that is known; a token
--       that nobody had before; `all` if any copy may have changed; how long the state lives, in ms
local how, from, to, mark = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]
local known, token, all, life = ARGV[5], ARGV[6], ARGV[7] == 'all', ARGV[8]
local state = redis.call('HMGET', KEYS[1], 'generation', 'term', 'epoch', 'mark')
local generation, term, epoch = state[1], state[2], state[3]

if how == 'join' or not epoch then
    -- The same epoch of the same store, so nothing was missed; else what is there is of unknown worth.
    if not (epoch == to and state[4] == mark and mark ~= '') then generation = token end
    term, epoch = token, to
elseif term ~= known then
    -- Asked for before the last join: not to be trusted with anything. The caller learns the term.
    to = nil
elseif tonumber(epoch) >= tonumber(to) then
    to = nil -- another process was first
else
    if tonumber(epoch) < from or all then
        generation = token
    else
        for index = 2, #KEYS do redis.call('UNLINK', KEYS[index]) end
    end
    epoch = to
end
if to then
    redis.call('HSET', KEYS[1],
        'generation', generation, 'term', term, 'epoch', epoch, 'mark', mark)
end
redis.call('PEXPIRE', KEYS[1], life)
return {term, epoch}
