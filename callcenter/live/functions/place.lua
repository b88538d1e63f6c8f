-- place: where a waiting call stands, counted in all the queues of its rings.
--
-- KEYS   1  {cc}
-- ARGV   1  call   2  picks are counted from this time   3  to this time
-- gives  {calls before it, its queue, agents on duty there, those paused, picks there, arrival, topic, heard}, or nil when it does not wait
local function place(keys, argv)
  local text = call('HGET', CALLS, argv[1])
  if not text then return nil end
  local record = read_record(text)
  local before = 0
  for queue in string.gmatch(record.queues, '%S+') do
    before = before + call('ZCOUNT', queue_key(queue), '-inf', '(' .. record.score)
  end
  local queue = queue_of(record)
  local picked = call('ZCOUNT', picks_key(queue), argv[2], argv[3])
  local on_duty, paused = tonumber(call('ZSCORE', DUTY, queue) or 0), tonumber(call('ZSCORE', PAUSES, queue) or 0)
  return {before, queue, on_duty, paused, picked, record.arrival, record.topic, record.heard}
end

register('place', place, {'no-writes'})
