-- present: everybody on duty. Who is under a reservation is still free: nothing is decided yet.
--
-- KEYS   1  {cc}
-- ARGV   none
-- gives  agent, free since or '', agent, free since or '', …
local function present(keys, argv)
  local since = {}
  for _, profile in ipairs(call('ZRANGE', IDLE, 0, -1)) do
    local free = call('ZRANGE', free_key(profile), 0, -1, 'WITHSCORES')
    for i = 1, #free, 2 do since[free[i]] = free[i + 1] end
  end
  local found = {}
  for _, agent in ipairs(call('HKEYS', AGENTS)) do
    local _, held_since, freed = held_agent(agent)
    found[#found + 1] = agent
    found[#found + 1] = since[agent] or freed or held_since or ''
  end
  return found
end

register('present', present, {'no-writes'})
