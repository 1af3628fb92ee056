-- People who leave their address: each line of the file is one, with the cookie that the page gave them.
-- The form's token and the cookie's name are the same for all; each comes from a network of their own.
local people, token, cookie, number = {}, "", "", 0

function init(args)
  cookie, token = args[2], args[3]
  for line in io.lines(args[1]) do people[#people + 1] = line end
end

function request()
  number = number % #people + 1
  local id, value = people[number]:match("^(%d+) (.*)$")
  id = tonumber(id)
  local headers = {}
  for name, text in pairs(wrk.headers) do headers[name] = text end
  headers["Content-Type"] = "application/x-www-form-urlencoded"
  headers["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0"
  headers["Accept-Language"] = "en-GB,en;q=0.9"
  headers["Cookie"] = cookie .. "=" .. value
  headers["X-Forwarded-For"] = string.format("%d.%d.%d.7", 20 + math.floor(id / 62500) % 80, math.floor(id / 250) % 250, id % 250)
  local body = "email=visitor-" .. id .. "%40example.com&website=&token=" .. token
  return wrk.format("POST", wrk.path, headers, body)
end
