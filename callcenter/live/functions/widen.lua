-- widen: moves calls whose time has come, or whose queue has nobody on duty, to the ring they should stand in.
--
-- KEYS   1  {cc}
-- ARGV   1  now   2  at most this many by time, and as many for each queue with nobody
-- gives  the calls moved
--
-- A call under a reservation is moved too: it comes back, if it does, to the wider queue.
local function widen(keys, argv)
  local at, most = tonumber(argv[1]), tonumber(argv[2])
  local moved = {}

  local function move(call_id)
    local record = read_record(call('HGET', CALLS, call_id))
    local narrow = queue_of(record)
    widen_record(record, at)
    local wide = queue_of(record)
    if wide == narrow then return end
    write_record(call_id, record)
    expect_widening(call_id, record)
    if call('HEXISTS', HELD, call_id) == 0 then
      step_out(queue_key(narrow), HEADS, narrow, call_id)
      stand(queue_key(wide), HEADS, wide, call_id, record.score)
    end
    moved[#moved + 1] = call_id
  end

  for _, call_id in ipairs(call('ZRANGE', WIDENING, '-inf', argv[1], 'BYSCORE', 'LIMIT', 0, most)) do move(call_id) end
  for _, queue in ipairs(call('ZDIFF', 2, HEADS, DUTY)) do
    local calls = call('ZINTER', 2, queue_key(queue), WIDENING)
    for i = 1, math.min(#calls, most) do move(calls[i]) end
  end
  return moved
end

register('widen', widen)
