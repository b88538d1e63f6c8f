-- join: puts a call in the queue of its present ring; again and again gives the same.
--
-- KEYS   1  {cc}
-- ARGV   1  call   2  score   3  arrival   4  now   5  number n of its queues   then n queues, nearest first,
--        then n-1 times at which each widens to the next
-- gives  the queue
--
-- A call under a reservation stays out; what was asked is kept for when the reservation is settled.
local function join(keys, argv)
  local call_id, at, n = argv[1], tonumber(argv[4]), tonumber(argv[5])
  local record = {ring = 1, score = argv[2], arrival = argv[3], queues = {}, widen_at = {}}
  for i = 1, n do record.queues[i] = argv[5 + i] end
  for i = 1, n - 1 do record.widen_at[i] = argv[5 + n + i] end
  record.ring = ring_at(record, at)
  local queue = record.queues[record.ring]

  local before = call('HGET', CALLS, call_id)
  local token = before and held_call(call_id)
  if before and not token then
    before = read_record(before)
    local stood_in = before.queues[before.ring]
    if stood_in ~= queue then step_out(queue_key(stood_in), HEADS, stood_in, call_id) end
  end
  write_record(call_id, record)
  if before or record.ring < n then expect_widening(call_id, record) end
  if token then
    call('HSET', HELD, call_id, token .. ' ' .. argv[4])
  else
    stand(queue_key(queue), HEADS, queue, call_id, record.score)
  end
  return queue
end

register('join', join)
