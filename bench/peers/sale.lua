-- One sale in Redis: at most once by its receipt, then points, spend and level of the customer.
-- KEYS[1]: "r:" and the receipt's number, fresh for every sale. ARGV[1]: the amount. ARGV[2]: how many customers.
-- Answers with the customer's points.
local number = tonumber(KEYS[1]:sub(3))
local who = 'c:' .. number % tonumber(ARGV[2])
if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'EX', 86400) then
  return redis.call('HGET', who, 'points')
end
local spend = redis.call('HINCRBY', who, 'spend', ARGV[1])
local level = 0
if spend >= 3000000 then level = 1 end
if spend >= 10000000 then level = 2 end
redis.call('HSET', who, 'level', level)
return redis.call('HINCRBY', who, 'points', math.floor(ARGV[1] / 10000))
