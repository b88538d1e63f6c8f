-- give_back: the offer was not written; each side goes back as it was, or stays out.
--
-- KEYS   1  {cc}
-- ARGV   1  token   2  call   3  agent   4  '1' when the call goes back   5  '1' when the agent does
-- gives  1, or 0 when the reservation was settled already
--
-- Whoever left meanwhile is not held any more and does not come back; whoever came again meanwhile does.
local function give_back(keys, argv)
  local token, call_id, agent = argv[1], argv[2], argv[3]
  if call('ZREM', RESERVED, token .. ' ' .. call_id .. ' ' .. agent) == 0 then return 0 end

  local call_token, joined_at = held_call(call_id)
  if call_token == token then
    call('HDEL', HELD, call_id)
    if argv[4] == '1' or joined_at then
      local record = read_record(call('HGET', CALLS, call_id))
      local queue = queue_of(record)
      stand(queue_key(queue), HEADS, queue, call_id, record.score)
    else
      forget_call(call_id)
    end
  end

  local agent_token, since, freed = held_agent(agent)
  if agent_token == token then
    call('HDEL', HELD, agent)
    if argv[5] == '1' or (freed and tonumber(freed) > tonumber(since)) then
      local profile = call('HGET', AGENTS, agent)
      stand(free_key(profile), IDLE, profile, agent, freed or since)
    end
  end
  return 1
end

register('give_back', give_back)
