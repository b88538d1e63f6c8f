-- leave: forgets a call wholly; a reservation that still holds it will find it gone.
--
-- KEYS   1  {cc}
-- ARGV   1  call
-- gives  1, or 0 when it was not there
local function leave(keys, argv)
  local call_id = argv[1]
  local text = call('HGET', CALLS, call_id)
  if not text then return 0 end
  if call('HDEL', HELD, call_id) == 0 then
    local record = read_record(text)
    local queue = queue_of(record)
    step_out(queue_key(queue), HEADS, queue, call_id)
  end
  forget_call(call_id)
  return 1
end

register('leave', leave, {'allow-oom'})
