-- reserve_for_agent: takes out of the index the best call that a free agent may serve, and the agent.
--
-- KEYS   1  {cc}
-- ARGV   1  agent   2  token   3  deadline
-- gives  {call, agent}, or nil when nothing waits for them or they are not free
local function reserve_for_agent(keys, argv)
  local agent = argv[1]
  local profile = call('HGET', AGENTS, agent)
  local since = profile and call('ZSCORE', free_key(profile), agent)
  if not since then return nil end
  local call_id = without_shunned(agent, function()
    local queue, own = first_common(HEADS, profile_key(profile)), own_queue(agent)
    local own_score = call('ZSCORE', HEADS, own)
    if own_score and (not queue or tonumber(own_score) < tonumber(call('ZSCORE', HEADS, queue))) then queue = own end
    return queue and pop(queue_key(queue), HEADS, queue)
  end)
  if not call_id then return nil end
  return reserve(argv[2], argv[3], call_id, agent, profile, since)
end

register('reserve_for_agent', reserve_for_agent)
