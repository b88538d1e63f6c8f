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
  local held = call('HGETALL', HELD)
  for i = 1, #held, 2 do
    local _, held_since, freed = string.match(held[i + 1], '^(%S+) (%S+) ?(%S*)$')
    if held_since then since[held[i]] = freed ~= '' and freed or held_since end
  end
  local found = {}
  for _, agent in ipairs(call('HKEYS', AGENTS)) do
    found[#found + 1] = agent
    found[#found + 1] = since[agent] or ''
  end
  return found
end

register('present', present, {'no-writes'})
