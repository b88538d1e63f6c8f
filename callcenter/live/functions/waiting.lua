-- waiting: some of the calls that wait, reserved or not, and where to go on from.
--
-- KEYS   1  {cc}
-- ARGV   1  cursor, '0' at first   2  about how many
-- gives  {cursor, '0' at the end; call, score, call, score, …}
local function waiting(keys, argv)
  local page = call('HSCAN', CALLS, argv[1], 'COUNT', argv[2])
  local found = {page[1]}
  for i = 1, #page[2], 2 do
    found[#found + 1] = page[2][i]
    found[#found + 1] = read_record(page[2][i + 1]).score
  end
  return found
end

register('waiting', waiting, {'no-writes'})
