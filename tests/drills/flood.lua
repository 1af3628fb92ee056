-- Views of visitors who are all new, from as many networks as asked for, and none that others use.
local networks, before, after, number = 1, "", "", 0

function init(arguments)
  networks = tonumber(arguments[1])
  local headers = {
    ["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0",
    ["Accept-Language"] = "en-US,en;q=0.5",
    ["Sec-Fetch-Mode"] = "navigate",
    ["X-Forwarded-For"] = "@",
  }
  for name, text in pairs(wrk.headers) do headers[name] = text end
  before, after = wrk.format("GET", wrk.path, headers):match("^(.-)@(.*)$")
end

function request()
  number = number + 1
  local network, host = number % networks, math.floor(number / networks) % 250
  local address = "98." .. math.floor(network / 250) .. "." .. network % 250 .. "." .. host
  return before .. address .. after
end
