-- on_duty: how many agents on duty serve each queue.
--
-- KEYS   1  {cc}
-- ARGV   queues
-- gives  a number for each
local function on_duty(keys, argv)
  local counts = {}
  for i, queue in ipairs(argv) do counts[i] = tonumber(call('ZSCORE', DUTY, queue) or 0) end
  return counts
end

register('on_duty', on_duty, {'no-writes'})
