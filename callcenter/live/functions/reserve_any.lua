-- reserve_any: takes out of the index the best call that anybody free may serve, and the agent free longest for it.
--
-- KEYS   1  {cc}
-- ARGV   1  token   2  deadline
-- gives  {call, agent}, or nil when nobody free may serve anything that waits
local TRIED_FIRST = 16 -- queues asked one by one; if nobody free serves these, what the free do serve is gathered once

local function served_by_the_free()
  local served = {}
  for _, profile in ipairs(call('ZRANGE', IDLE, 0, -1)) do
    for _, queue in ipairs(call('SMEMBERS', profile_key(profile))) do served[queue] = true end
  end
  return served
end

local function reserve_any(keys, argv)
  if call('EXISTS', IDLE) == 0 then return nil end
  local served
  for i, queue in ipairs(call('ZRANGE', HEADS, 0, -1)) do
    if i > TRIED_FIRST then served = served or served_by_the_free() end
    if not served or served[queue] or is_own(queue) then
      local n = 0 -- past the first only where that was passed on by whoever is free for it
      local call_id = call('ZRANGE', queue_key(queue), 0, 0)[1]
      while call_id do
        local agent, profile, since = longest_free_for(call_id, queue)
        if agent then
          step_out(queue_key(queue), HEADS, queue, call_id)
          return reserve(argv[1], argv[2], call_id, agent, profile, since)
        end
        n = n + 1
        call_id = call('HEXISTS', SHUNNED, call_id) == 1 and call('ZRANGE', queue_key(queue), n, n)[1]
      end
    end
  end
  return nil
end

register('reserve_any', reserve_any)
