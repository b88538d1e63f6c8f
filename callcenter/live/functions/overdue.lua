-- overdue: reservations nobody settled in time.
--
-- KEYS   1  {cc}
-- ARGV   1  now
-- gives  'token call agent' of each, the longest overdue first
local function overdue(keys, argv)
  return call('ZRANGE', RESERVED, '-inf', argv[1], 'BYSCORE')
end

register('overdue', overdue, {'no-writes'})
