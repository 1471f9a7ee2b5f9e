"""How windows are counted in Redis, by its own clock, so that all processes see one count.

Beside what is counted two sorted sets say where to look, for people: `lately` holds buckets by when
they last gave a token, or by the end of their block, `addresses` the addresses that calls left from
by when, or by the end of their ban. Nothing that is granted depends on either.
"""

from __future__ import annotations

# KEYS: slices of the address's counter are named from KEYS[1]; the rest comes in ARGV, since all
# keys live in one namespace of one Redis.
TAKE = """
local t = redis.call('time')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local root, address, budget = KEYS[1], ARGV[1], tonumber(ARGV[2])
local span, slice = tonumber(ARGV[3]), tonumber(ARGV[4])
local banned = redis.call('pttl', root .. ':ban:' .. address)
if banned > 0 then return {banned} end
local here = math.floor(now / slice)
local names = {}
for back = 0, math.ceil(span / slice) do
  names[#names + 1] = root .. ':ip:' .. address .. ':' .. (here - back)
end
local used = 0
for _, n in ipairs(redis.call('mget', unpack(names))) do used = used + (tonumber(n) or 0) end
local free, calls, wait, by_address = budget - used, 0, 0, 0
local answer, lately = {}, {}
for i = 5, #ARGV, 5 do
  local bucket, wanted = root .. ':rate:' .. ARGV[i], tonumber(ARGV[i + 1])
  local size = tonumber(redis.call('get', bucket .. ':size') or ARGV[i + 2])
  local per_call, hold = tonumber(ARGV[i + 3]), tonumber(ARGV[i + 4])
  local blocked = redis.call('pttl', bucket .. ':block')
  redis.call('zremrangebyscore', bucket, '-inf', now)
  local grant = 0
  if blocked > 0 then
    if wanted > 0 then wait = (wait == 0) and blocked or math.min(wait, blocked) end
  else
    grant = math.max(0, math.min(wanted, size - redis.call('zcard', bucket)))
    if grant < wanted then
      local oldest = redis.call('zrange', bucket, 0, 0, 'withscores')
      local reset = oldest[2] and math.max(1, tonumber(oldest[2]) - now) or 50
      wait = (wait == 0) and reset or math.min(wait, reset)
    end
    local affordable = math.max(0, free - calls) * per_call
    if grant > affordable then
      grant, by_address = affordable, 1
    end
  end
  local first = 0
  if grant > 0 then
    local last = redis.call('incrby', root .. ':tokens', grant)
    first = last - grant + 1
    local members = {}
    for n = first, last do
      members[#members + 1] = now + hold
      members[#members + 1] = n
    end
    redis.call('zadd', bucket, unpack(members))
    redis.call('pexpire', bucket, 60000)
    calls = calls + math.ceil(grant / per_call)
  end
  if grant > 0 or blocked > 0 then
    lately[#lately + 1] = now + math.max(0, blocked)
    lately[#lately + 1] = ARGV[i]
  end
  answer[#answer + 1] = grant
  answer[#answer + 1] = first
end
if by_address == 1 then wait = slice end
if #lately > 0 then redis.call('zadd', root .. ':lately', unpack(lately)) end
if calls > 0 then
  local counted = redis.call('incrby', names[1], calls)
  redis.call('pexpire', names[1], span + 2 * slice)
  if counted == calls then
    -- The first of its slice: a few times a second, however many calls there are.
    redis.call('zremrangebyscore', root .. ':lately', '-inf', now - 60000)
    redis.call('pexpire', root .. ':lately', 86400000)
    redis.call('zadd', root .. ':addresses', now, address)
    redis.call('zremrangebyscore', root .. ':addresses', '-inf', now - 86400000)
  end
end
answer[#answer + 1] = wait
return answer
"""

HEARD = """
local t = redis.call('time')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local bucket, window = KEYS[1] .. ':rate:' .. ARGV[1], tonumber(ARGV[2])
local first, count = tonumber(ARGV[3]), tonumber(ARGV[4])
local size, left = tonumber(ARGV[5]), tonumber(ARGV[6])
local members = {}
for n = first, first + count - 1 do
  members[#members + 1] = now + window
  members[#members + 1] = n
end
if count > 0 then redis.call('zadd', bucket, unpack(members)) end
if size > 0 then
  redis.call('set', bucket .. ':size', size, 'px', 86400000)
  if left >= 0 then
    redis.call('zremrangebyscore', bucket, '-inf', now)
    local missing = math.min(size, size - left) - redis.call('zcard', bucket)
    for n = 1, missing do redis.call('zadd', bucket, now + window, 'seen:' .. now .. ':' .. n) end
  end
end
redis.call('pexpire', bucket, 60000)
"""

BLOCK = """
local t = redis.call('time')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
redis.call('set', KEYS[1] .. ':rate:' .. ARGV[1] .. ':block', 1, 'px', ARGV[2])
redis.call('zadd', KEYS[1] .. ':lately', now + ARGV[2], ARGV[1])
redis.call('pexpire', KEYS[1] .. ':lately', 86400000)
"""

BAN = """
local t = redis.call('time')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
redis.call('set', KEYS[1] .. ':ban:' .. ARGV[1], 1, 'px', ARGV[2])
redis.call('zadd', KEYS[1] .. ':addresses', now + ARGV[2], ARGV[1])
"""
