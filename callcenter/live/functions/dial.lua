-- dial: takes the next turn to dial at the carrier, so many a second for the whole service.
--
-- KEYS   1  {cc}
-- ARGV   1  now   2  seconds between two dials   3  the longest wait worth taking a turn for
-- gives  how long to wait for this turn, as text, and whether it is taken: 1, or 0 when the wait would be longer
--
-- {cc}dial holds when the next turn is. A clock that runs behind takes no turn twice.
local function dial(keys, argv)
  local at, apart = tonumber(argv[1]), tonumber(argv[2])
  local turn = math.max(at, tonumber(call('GET', DIAL) or at))
  local wait = string.format('%.6f', turn - at)
  if turn - at > tonumber(argv[3]) then return {wait, 0} end
  call('SET', DIAL, string.format('%.6f', turn + apart), 'EX', math.ceil(turn - at) + 60)
  return {wait, 1}
end

register('dial', dial)
