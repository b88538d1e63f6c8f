-- beat: a heartbeat of an agent on duty.
--
-- KEYS   1  {cc}
-- ARGV   1  agent   2  now
-- gives  1, or 0 when they are not on duty
local function beat(keys, argv)
  if not call('ZSCORE', BEATS, argv[1]) then return 0 end
  call('ZADD', BEATS, 'GT', argv[2], argv[1])
  return 1
end

register('beat', beat)
