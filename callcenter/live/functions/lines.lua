-- lines: how some queues stand.
--
-- KEYS   1  {cc}
-- ARGV   queues
-- gives  for each: {calls waiting, oldest score or '', agents on duty}
local function lines(keys, argv)
  local seen = {}
  for i, queue in ipairs(argv) do
    seen[i] = {call('ZCARD', queue_key(queue)), call('ZSCORE', HEADS, queue) or '', tonumber(call('ZSCORE', DUTY, queue) or 0)}
  end
  return seen
end

register('lines', lines, {'no-writes'})
