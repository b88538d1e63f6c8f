-- busy: an agent is not to be proposed anything; a reservation that holds them will not free them.
--
-- KEYS   1  {cc}
-- ARGV   1  agent   2  1 when they are paused
-- gives  1, or 0 when they are not on duty
local function busy(keys, argv)
  local agent = argv[1]
  local profile = call('HGET', AGENTS, agent)
  if not profile then return 0 end
  call('HDEL', HELD, agent)
  step_out(free_key(profile), IDLE, profile, agent)
  pause(agent, argv[2] == '1')
  return 1
end

register('busy', busy, {'allow-oom'})
