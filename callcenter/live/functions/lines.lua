-- lines: how some queues stand.
--
-- KEYS   1  {cc}
-- ARGV   queues
-- gives  for each: {calls waiting, lowest score or '', agents on duty, arrival of whoever is next or ''}
local function lines(keys, argv)
  local seen = {}
  for i, queue in ipairs(argv) do
    local score, duty = call('ZSCORE', HEADS, queue) or '', tonumber(call('ZSCORE', DUTY, queue) or 0)
    local first = score ~= '' and call('ZRANGE', queue_key(queue), 0, 0)[1]
    local arrival = first and read_record(call('HGET', CALLS, first)).arrival or ''
    seen[i] = {call('ZCARD', queue_key(queue)), score, duty, arrival}
  end
  return seen
end

register('lines', lines, {'no-writes'})
