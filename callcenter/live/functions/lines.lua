-- lines: what a supervisor sees of some queues.
--
-- KEYS   1  {cc}
-- ARGV   queues
-- gives  for each: {calls waiting, oldest score or '', agents on duty, agents free}
local function lines(keys, argv)
  local seen = {}
  for i, queue in ipairs(argv) do
    local free = free_owner(queue) and 1 or 0
    for _, profile in ipairs(call('ZINTER', 2, IDLE, serving_key(queue))) do
      free = free + call('ZCARD', free_key(profile))
    end
    seen[i] = {call('ZCARD', queue_key(queue)), call('ZSCORE', HEADS, queue) or '',
      tonumber(call('ZSCORE', DUTY, queue) or 0), free}
  end
  return seen
end

register('lines', lines, {'no-writes'})
