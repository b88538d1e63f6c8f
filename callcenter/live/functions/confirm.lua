-- confirm: the offer is written; call and agent stay out, and the queue counts one pick.
--
-- KEYS   1  {cc}
-- ARGV   1  token   2  call   3  agent   4  time of the decision   5  picks before this time are forgotten   6  seconds they are kept
-- gives  1, or 0 when the reservation was settled already
--
-- What was asked after the decision stands: the offer was refused, or the agent freed, before this message came.
local function confirm(keys, argv)
  local token, call_id, agent, at = argv[1], argv[2], argv[3], argv[4]
  if call('ZREM', RESERVED, token .. ' ' .. call_id .. ' ' .. agent) == 0 then return 0 end

  local call_token, joined_at = held_call(call_id)
  if call_token == token then
    local record = read_record(call('HGET', CALLS, call_id))
    local queue = queue_of(record)
    local picks = picks_key(queue)
    call('ZADD', picks, at, token)
    call('ZREMRANGEBYSCORE', picks, '-inf', '(' .. argv[5])
    call('EXPIRE', picks, argv[6])
    call('HDEL', HELD, call_id)
    if joined_at and joined_at > tonumber(at) then
      stand(queue_key(queue), HEADS, queue, call_id, record.score)
    else
      forget_call(call_id)
    end
  end

  local agent_token, _, freed = held_agent(agent)
  if agent_token == token then
    call('HDEL', HELD, agent)
    if freed and tonumber(freed) > tonumber(at) then
      local profile = call('HGET', AGENTS, agent)
      stand(free_key(profile), IDLE, profile, agent, freed)
    end
  end
  return 1
end

register('confirm', confirm)
