-- comes: an agent is on duty for a set of queues, in place of any set they had; free or reserved, they stay so.
--
-- KEYS   1  {cc}
-- ARGV   1  agent   2  profile (the name of the set)   3  now, their first heartbeat   then the queues of the set
-- gives  1 when they were not on duty before
local function comes(keys, argv)
  local agent, profile = argv[1], argv[2]
  call('ZADD', BEATS, 'GT', argv[3], agent)
  local before = call('HGET', AGENTS, agent)
  if before == profile then return 0 end
  local was_paused = before and call('SISMEMBER', PAUSED, agent) == 1
  if was_paused then pause(agent, false) end
  local queues = {}
  for i = 4, #argv do queues[i - 3] = argv[i] end
  serve(profile, queues)
  call('HSET', AGENTS, agent, profile)
  if not before then
    call('ZINCRBY', DUTY, 1, own_queue(agent))
    return 1
  end
  serve_no_more(before)
  if was_paused then pause(agent, true) end
  local since = call('ZSCORE', free_key(before), agent)
  if since then
    step_out(free_key(before), IDLE, before, agent)
    stand(free_key(profile), IDLE, profile, agent, since)
  end
  return 0
end

register('comes', comes)
