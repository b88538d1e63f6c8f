-- on_duty: how many agents on duty serve each queue.
--
-- KEYS   1  {cc}
-- ARGV   queues
-- gives  a number for each
local function on_duty(keys, argv)
  local counts = call('ZMSCORE', DUTY, unpack(argv))
  for i = 1, #argv do counts[i] = tonumber(counts[i] or 0) end
  return counts
end

register('on_duty', on_duty, {'no-writes'})
