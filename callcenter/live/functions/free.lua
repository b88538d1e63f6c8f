-- free: an agent on duty may be proposed a call.
--
-- KEYS   1  {cc}
-- ARGV   1  agent   2  free since
-- gives  1, or 0 when they are not on duty
--
-- An agent under a reservation stays out; since when they are free is kept for when the reservation is settled.
local function free(keys, argv)
  local agent, since = argv[1], argv[2]
  local profile = call('HGET', AGENTS, agent)
  if not profile then return 0 end
  pause(agent, false)
  local token, held_since = held_agent(agent)
  if token then
    call('HSET', HELD, agent, token .. ' ' .. held_since .. ' ' .. since)
  else
    stand(free_key(profile), IDLE, profile, agent, since)
  end
  return 1
end

register('free', free)
