-- silent: agents on duty whose last heartbeat is too old.
--
-- KEYS   1  {cc}
-- ARGV   1  earlier than this
-- gives  agents, the longest silent first
local function silent(keys, argv)
  return call('ZRANGE', BEATS, '-inf', '(' .. argv[1], 'BYSCORE')
end

register('silent', silent, {'no-writes'})
