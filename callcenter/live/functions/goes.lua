-- goes: an agent is no longer on duty, whatever they were doing.
--
-- KEYS   1  {cc}
-- ARGV   1  agent
-- gives  1, or 0 when they were not on duty
local function goes(keys, argv)
  local agent = argv[1]
  local profile = call('HGET', AGENTS, agent)
  if not profile then return 0 end
  call('HDEL', HELD, agent)
  pause(agent, false)
  step_out(free_key(profile), IDLE, profile, agent)
  call('HDEL', AGENTS, agent)
  call('ZREM', BEATS, agent)
  serve_no_more(profile)
  off_duty(own_queue(agent))
  return 1
end

register('goes', goes, {'allow-oom'})
