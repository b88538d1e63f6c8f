-- reached: the menu step last noted for a caller.
--
-- KEYS   1  {cc}
-- ARGV   1  carrier id
-- gives  the step, or nil
local function reached(keys, argv)
  return call('GET', step_key(argv[1]))
end

register('reached', reached, {'no-writes'})
