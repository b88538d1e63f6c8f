-- stranded: waiting calls for which nobody of any ring is on duty.
--
-- KEYS   1  {cc}
-- ARGV   none
-- gives  the calls
local function stranded(keys, argv)
  local found = {}
  for _, queue in ipairs(call('ZDIFF', 2, HEADS, DUTY)) do
    for _, call_id in ipairs(call('ZRANGE', queue_key(queue), 0, -1)) do
      local nobody = true
      for ring in string.gmatch(read_record(call('HGET', CALLS, call_id)).queues, '%S+') do
        if call('ZSCORE', DUTY, ring) then nobody = false end
      end
      if nobody then found[#found + 1] = call_id end
    end
  end
  return found
end

register('stranded', stranded, {'no-writes'})
