-- raise_beacon: writes the sweep's count, unless the index was lost or rolled back since it stood at the count before.
--
-- KEYS   1  {cc}
-- ARGV   1  the count before   2  how far the index may lag behind it   3  the count   4  now
-- gives  how far the index lagged behind the count before, 0 if not at all; false when it had none, or lagged too far,
--        and nothing is written. One look and one write at once: between two of them the index may be rolled back.
local function raise_beacon(keys, argv)
  local before, number = tonumber(argv[1]), tonumber(argv[3])
  local seen = tonumber(string.match(call('GET', BEACON) or '', '^%d+'))
  local lag = math.max(0, before - (seen or 0))
  if before > 0 and (not seen or lag > tonumber(argv[2])) then return false end
  if number > (seen or 0) then call('SET', BEACON, argv[3] .. ' ' .. argv[4]) end
  return lag
end

register('raise_beacon', raise_beacon, {'allow-oom'})
