-- Visitors as they come: from several places, with several devices, in two languages; one in 25 is a machine.
-- All are new, so each is given a variant and a cookie, and each comes through a network of its own: of one
-- network only the first would count. Floors are sent the very same.
local networks = 200 * 250 * 250
local phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1"
local desktop = "Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0"
local tablet = "Mozilla/5.0 (Linux; Android 15; SM-X710) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
local machine = "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"
local kinds = {
  { "?utm_source=newsletter", phone, "de-DE,de;q=0.9,en;q=0.8", "" },
  { "?utm_source=google&utm_medium=cpc", phone, "en-GB,en;q=0.9", "https://www.google.com/" },
  { "", desktop, "en-US,en;q=0.5", "https://news.ycombinator.com/" },
  { "", phone, "en-US,en;q=0.9", "" },
  { "?utm_source=x.com", tablet, "en-US,en;q=0.9", "https://t.co/abc" },
}

local before, after, number = {}, {}, 0

-- What stands before and after the address, which is all that differs between visitors of a kind.
local function make()
  for i = 1, 25 do
    local kind = kinds[i % #kinds + 1]
    local headers = {}
    for name, text in pairs(wrk.headers) do headers[name] = text end
    headers["User-Agent"] = i == 25 and machine or kind[2]
    headers["Accept"] = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    headers["Accept-Encoding"] = "gzip, deflate, br"
    headers["Accept-Language"] = kind[3]
    headers["Sec-Fetch-Mode"] = "navigate"
    headers["X-Forwarded-For"] = "@"
    if kind[4] ~= "" then headers["Referer"] = kind[4] end
    before[i], after[i] = wrk.format("GET", wrk.path .. kind[1], headers):match("^(.-)@(.*)$")
  end
  math.randomseed(os.time())
  number = math.random(networks)
end

function request()
  if number == 0 then make() end
  number = number + 1
  local i, n = number % 25 + 1, number % networks
  local address = (20 + math.floor(n / 62500)) .. "." .. math.floor(n / 250) % 250 .. "." .. n % 250 .. ".7"
  return before[i] .. address .. after[i]
end
