-- What every verb below shares: the keys, and the one structure that stands twice in the index.
--
-- A *line* is a zset with a name; its *heads* zset keeps the lowest score of each line that is not empty. Calls stand in
-- lines named by queue, under `heads`; free agents sit in lines named by profile, under `idle`. "The best call for this
-- agent" and "the agent free longest for this call" are then one question: the first of a heads zset that is also in a set.
--
-- The keys are drawn in callcenter/live/__init__.py. They are computed here from ids, never by the client: a verb is given
-- the one hash tag as its only KEY, which is enough for a proxy to find the slot they all share.

local call -- redis.call, which exists only while a verb runs, not while the library is loaded

-- RELEASE is set by the loader, a hash of the whole library: old and new processes run side by side in a rolling deploy.
local function register(name, verb, flags)
  local function callback(keys, argv)
    call = redis.call
    return verb(keys, argv)
  end
  redis.register_function{function_name = name .. '_' .. RELEASE, callback = callback, flags = flags or {}}
end

local HEADS, IDLE = '{cc}heads', '{cc}idle'
local CALLS, WIDENING = '{cc}calls', '{cc}widening'
local AGENTS, PROFILES, DUTY, BEATS = '{cc}agents', '{cc}profiles', '{cc}duty', '{cc}beats'
local PAUSED, PAUSES = '{cc}paused', '{cc}pauses'
local RESERVED, HELD = '{cc}reserved', '{cc}held'
local DIAL, BEACON, SHUNNED = '{cc}dial', '{cc}beacon', '{cc}shunned'

local function queue_key(queue) return '{cc}queue:' .. queue end
local function picks_key(queue) return '{cc}picks:' .. queue end
local function serving_key(queue) return '{cc}serving:' .. queue end
local function free_key(profile) return '{cc}free:' .. profile end
local function profile_key(profile) return '{cc}profile:' .. profile end
local function step_key(carrier_id) return '{cc}step:' .. carrier_id end
local function own_queue(agent) return 'A:' .. agent end
local function is_own(queue) return string.sub(queue, 1, 2) == 'A:' end

-- The lowest score of a line is told to its heads, after anything but a plain arrival.
local function tell_head(line, heads, name)
  local first = call('ZRANGE', line, 0, 0, 'WITHSCORES')
  if first[1] then call('ZADD', heads, first[2], name) else call('ZREM', heads, name) end
end

local function stand(line, heads, name, member, score)
  if call('ZADD', line, score, member) == 1 then call('ZADD', heads, 'LT', score, name) else tell_head(line, heads, name) end
end

local function step_out(line, heads, name, member)
  if call('ZREM', line, member) == 1 then tell_head(line, heads, name) end
end

-- The name with the lowest score in a heads zset among those in a set, or nil.
--
-- The first few heads are tried one after the other: what has waited longest has widened furthest, so most sets have one
-- of them. Failing that, whichever of the two is small is walked whole.
local FEW, MANY = 6, 64

local function first_common(heads, set)
  local from, width = 0, FEW
  while true do
    local names = call('ZRANGE', heads, from, from + width - 1)
    if not names[1] then return nil end
    local common = call('SMISMEMBER', set, unpack(names))
    for i = 1, #names do
      if common[i] == 1 then return names[i] end
    end
    if #names < width then return nil end
    if from == 0 and (call('SCARD', set) <= MANY or call('ZCARD', heads) <= MANY) then
      return call('ZINTER', 2, heads, set, 'WEIGHTS', 1, 0)[1]
    end
    from, width = from + width, math.min(width * 4, 1024)
  end
end

-- A call's record is text, so that a person with a terminal can read it: ring|score|arrival|queues|times of
-- widening|topic|agent who passed it on|1 for whoever was heard before.
-- Queues and times stay joined by spaces, nearest ring first; each is looked at only when it is needed.
local function read_record(text)
  local ring, score, arrival, queues, widen_at, topic, not_for, heard =
    string.match(text, '^(%d+)|([^|]*)|([^|]*)|([^|]*)|([^|]*)|([^|]*)|([^|]*)|?(.*)$')
  return {
    ring = tonumber(ring), score = score, arrival = arrival, queues = queues, widen_at = widen_at, topic = topic,
    not_for = not_for, heard = heard,
  }
end

local function write_record(call_id, record)
  call('HSET', CALLS, call_id,
    table.concat({record.ring, record.score, record.arrival, record.queues, record.widen_at, record.topic,
      record.not_for, record.heard}, '|'))
end

local function word(text, n)
  for each in string.gmatch(text, '%S+') do
    if n == 1 then return each end
    n = n - 1
  end
end

local function queue_of(record) return word(record.queues, record.ring) end
local function widens_at(record) return word(record.widen_at, record.ring) end -- nil in the widest ring

-- Moves a record to the ring it belongs in at a time: of its age, or the next wider with somebody on duty, or the widest.
local function widen_record(record, at)
  local time = widens_at(record)
  while time and (tonumber(time) <= at or not call('ZSCORE', DUTY, queue_of(record))) do
    record.ring = record.ring + 1
    time = widens_at(record)
  end
end

local function expect_widening(call_id, record)
  local time = widens_at(record)
  if time then call('ZADD', WIDENING, time, call_id) else call('ZREM', WIDENING, call_id) end
end

-- Calls that an agent passed on are few, and kept apart by name: whoever chooses steps around them, and where there are
-- none nobody pays for it.
local function note_shunned(call_id, record)
  if record.not_for ~= '' then call('HSET', SHUNNED, call_id, record.not_for) else call('HDEL', SHUNNED, call_id) end
end

local function forget_call(call_id)
  call('HDEL', SHUNNED, call_id)
  call('HDEL', CALLS, call_id)
  call('ZREM', WIDENING, call_id)
end

-- The agent whose own queue this is, if they are free: agent, profile, free since.
local function free_owner(queue)
  if not is_own(queue) then return nil end
  local owner = string.sub(queue, 3)
  local profile = call('HGET', AGENTS, owner)
  local since = profile and call('ZSCORE', free_key(profile), owner)
  if since then return owner, profile, since end
end

-- The agent free longest among those who serve a queue: agent, profile, free since; nil when none is.
local function longest_free(queue)
  local owner, owner_profile, owner_since = free_owner(queue)
  local profile = first_common(IDLE, serving_key(queue))
  if not profile then return owner, owner_profile, owner_since end
  local first = call('ZRANGE', free_key(profile), 0, 0, 'WITHSCORES')
  if owner and tonumber(owner_since) < tonumber(first[2]) then return owner, owner_profile, owner_since end
  return first[1], profile, first[2]
end

-- The same, for one call: not whoever passed it on, who steps out for as long as it takes to look.
local function longest_free_for(call_id, queue)
  local shuns = call('HGET', SHUNNED, call_id)
  local profile = shuns and call('HGET', AGENTS, shuns)
  local since = profile and call('ZSCORE', free_key(profile), shuns)
  if not since then return longest_free(queue) end
  step_out(free_key(profile), IDLE, profile, shuns)
  local agent, their_profile, their_since = longest_free(queue)
  stand(free_key(profile), IDLE, profile, shuns, since)
  return agent, their_profile, their_since
end

-- Calls that an agent passed on stand aside while `find` looks for one that they may have.
local function without_shunned(agent, find)
  local aside = {}
  if call('EXISTS', SHUNNED) == 1 then
    local shunned = call('HGETALL', SHUNNED)
    for i = 1, #shunned, 2 do
      local call_id = shunned[i]
      local text = shunned[i + 1] == agent and call('HEXISTS', HELD, call_id) == 0 and call('HGET', CALLS, call_id)
      if text then
        local record = read_record(text)
        local queue = queue_of(record)
        step_out(queue_key(queue), HEADS, queue, call_id)
        aside[#aside + 1] = {call_id, queue, record.score}
      end
    end
  end
  local found = find()
  for _, one in ipairs(aside) do stand(queue_key(one[2]), HEADS, one[2], one[1], one[3]) end
  return found
end

-- Takes the first of a line out of it.
local function pop(line, heads, name)
  local member = call('ZPOPMIN', line)[1]
  tell_head(line, heads, name)
  return member
end

-- Holds a call, already out of its line, and takes out a free agent; each keeps what it needs to come back as it was.
local function reserve(token, deadline, call_id, agent, profile, since)
  step_out(free_key(profile), IDLE, profile, agent)
  call('HSET', HELD, call_id, token, agent, token .. ' ' .. since)
  call('ZADD', RESERVED, deadline, token .. ' ' .. call_id .. ' ' .. agent)
  return {call_id, agent}
end

-- What a held call or agent holds: token, and what was asked for it meanwhile.
local function held_call(call_id)
  local held = call('HGET', HELD, call_id)
  if not held then return nil end
  local token, joined_at = string.match(held, '^(%S+) ?(.*)$')
  return token, tonumber(joined_at)
end

local function held_agent(agent)
  local held = call('HGET', HELD, agent)
  if not held then return nil end
  local token, since, freed = string.match(held, '^(%S+) (%S+) ?(.*)$')
  return token, since, freed ~= '' and freed or nil
end

local function serve(profile, queues)
  if call('HINCRBY', PROFILES, profile, 1) == 1 then
    for _, queue in ipairs(queues) do
      call('SADD', profile_key(profile), queue)
      call('SADD', serving_key(queue), profile)
    end
  end
  for _, queue in ipairs(queues) do call('ZINCRBY', DUTY, 1, queue) end
end

local function off_duty(queue)
  if tonumber(call('ZINCRBY', DUTY, -1, queue)) <= 0 then call('ZREM', DUTY, queue) end
end

local function serve_no_more(profile)
  local queues = call('SMEMBERS', profile_key(profile))
  if call('HINCRBY', PROFILES, profile, -1) == 0 then
    call('HDEL', PROFILES, profile)
    call('DEL', profile_key(profile))
    for _, queue in ipairs(queues) do call('SREM', serving_key(queue), profile) end
  end
  for _, queue in ipairs(queues) do off_duty(queue) end
end

local function count_pause(agent, by)
  local queues = call('SMEMBERS', profile_key(call('HGET', AGENTS, agent)))
  queues[#queues + 1] = own_queue(agent)
  for _, queue in ipairs(queues) do
    if tonumber(call('ZINCRBY', PAUSES, by, queue)) <= 0 then call('ZREM', PAUSES, queue) end
  end
end

-- An agent on duty is paused from now on, or is not.
local function pause(agent, is_paused)
  if is_paused == (call('SISMEMBER', PAUSED, agent) == 1) then return end
  if is_paused then call('SADD', PAUSED, agent) else call('SREM', PAUSED, agent) end
  count_pause(agent, is_paused and 1 or -1)
end
