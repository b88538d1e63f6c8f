-- note: which menu step each of many callers reached; the last of a caller stands.
--
-- KEYS   1  {cc}
-- ARGV   1  seconds a note is kept   2, 3  carrier id, step   4, 5  the next pair, and so on
-- gives  how many pairs
local function note(keys, argv)
  for n = 2, #argv, 2 do
    call('SET', step_key(argv[n]), argv[n + 1], 'EX', argv[1])
  end
  return (#argv - 1) / 2
end

register('note', note)
