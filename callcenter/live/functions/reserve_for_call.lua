-- reserve_for_call: takes out of the index a waiting call and the agent free longest among those who may serve it.
--
-- KEYS   1  {cc}
-- ARGV   1  call   2  token   3  deadline
-- gives  {call, agent}, or nil when nobody is free or it does not wait
local function reserve_for_call(keys, argv)
  local call_id = argv[1]
  local text = call('HGET', CALLS, call_id)
  if not text or call('HEXISTS', HELD, call_id) == 1 then return nil end
  local record = read_record(text)
  local queue = queue_of(record)
  local agent, profile, since = longest_free_for(call_id, queue)
  if not agent then return nil end
  step_out(queue_key(queue), HEADS, queue, call_id)
  return reserve(argv[2], argv[3], call_id, agent, profile, since)
end

register('reserve_for_call', reserve_for_call)
