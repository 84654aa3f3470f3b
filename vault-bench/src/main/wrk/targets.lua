-- What was seeded: one token per tenant, the same paths in each. The file that holds it is the first argument behind "--".
-- Requests are formatted before the clock runs, so that the tool's own cost stays small and even.
local targets = {}

local threads = 0

-- Called by wrk once per thread, before init: gives each thread random numbers of its own.
function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end

-- One request per tenant and path; what they are is the caller's: format(path, headers).
function targets.requests(args, format)
  local tokens, paths = {}, {}
  for line in io.lines(args[1]) do
    local kind, value = line:match("^(%w+) (.+)$")
    table.insert(kind == "token" and tokens or paths, value)
  end
  local requests = {}
  for _, token in ipairs(tokens) do
    local headers = { Authorization = "Bearer " .. token, Host = wrk.headers["Host"] }
    for _, path in ipairs(paths) do
      requests[#requests + 1] = format(path, headers)
    end
  end
  math.randomseed(os.time() * 100 + number)
  return requests
end

-- One request per certificate: format(uri of a GET, uri of a POST, its body). They lie in a file of their own beside the other.
function targets.questions(args, format)
  local requests = {}
  for line in io.lines(args[1] .. "-ocsp") do
    local get, post, hex = line:match("^(%S+) (%S+) (%x+)$")
    local body = hex:gsub("%x%x", function(octet) return string.char(tonumber(octet, 16)) end)
    requests[#requests + 1] = format(get, post, body)
  end
  math.randomseed(os.time() * 100 + number)
  return requests
end

-- A thousand requests for certificates: format(uri, headers, name). Where to and by which token lies in a file of its own beside the other.
function targets.orders(args, format)
  local token, uri = io.lines(args[1] .. "-issue")():match("^(%S+) (%S+)$")
  local headers = { Authorization = "Bearer " .. token, ["Content-Type"] = "application/json", Host = wrk.headers["Host"] }
  local requests = {}
  for i = 1, 1000 do
    requests[i] = format(uri, headers, "n" .. i)
  end
  math.randomseed(os.time() * 100 + number)
  return requests
end

-- Any request, each as likely as any other.
function targets.any(requests)
  return requests[math.random(#requests)]
end

return targets
