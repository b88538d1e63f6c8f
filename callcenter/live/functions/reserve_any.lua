-- reserve_any: takes out of the index the best call that anybody free may serve, and the agent free longest for it.
--
-- KEYS   1  {cc}
-- ARGV   1  token   2  deadline
-- gives  {call, agent}, or nil when nobody free may serve anything that waits
local function reserve_any(keys, argv)
  if call('EXISTS', IDLE) == 0 then return nil end
  for _, queue in ipairs(call('ZRANGE', HEADS, 0, -1)) do
    local agent, profile, since = longest_free(queue)
    if agent then
      local call_id = pop(queue_key(queue), HEADS, queue)
      return reserve(argv[1], argv[2], call_id, agent, profile, since)
    end
  end
  return nil
end

register('reserve_any', reserve_any)
