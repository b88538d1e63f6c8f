-- clear: empties the index at one stroke, so that no verb ever sees half of it.
--
-- KEYS   1  {cc}
-- ARGV   none
-- gives  the number of keys unlinked
local function clear(keys, argv)
  local found = call('KEYS', '{cc}*')
  for _, key in ipairs(found) do call('UNLINK', key) end
  return #found
end

register('clear', clear, {'allow-oom'})
