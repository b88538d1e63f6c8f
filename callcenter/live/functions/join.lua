-- join: puts a call in the queue of its present ring; again and again gives the same.
--
-- KEYS   1  {cc}
-- ARGV   1  call   2  score   3  arrival   4  now   5  its queues, nearest ring first   6  when each widens to the next
--        (5 and 6 joined by spaces)   7  its topic   8  the agent who passed it on, or ''   9  '1' for whoever was heard before, or ''
-- gives  the queue
--
-- A call under a reservation stays out; what was asked is kept for when the reservation is settled.
local function join(keys, argv)
  local call_id, now = argv[1], argv[4]
  local record = {ring = 1, score = argv[2], arrival = argv[3], queues = argv[5], widen_at = argv[6], topic = argv[7],
    not_for = argv[8], heard = argv[9]}
  widen_record(record, tonumber(now))
  local queue = queue_of(record)

  local before = call('HGET', CALLS, call_id)
  local token = before and held_call(call_id)
  if before and not token then
    local stood_in = queue_of(read_record(before))
    if stood_in ~= queue then step_out(queue_key(stood_in), HEADS, stood_in, call_id) end
  end
  write_record(call_id, record)
  note_shunned(call_id, record)
  if before or widens_at(record) then expect_widening(call_id, record) end
  if token then
    call('HSET', HELD, call_id, token .. ' ' .. now)
  else
    stand(queue_key(queue), HEADS, queue, call_id, record.score)
  end
  return queue
end

register('join', join)
