-- A further version of any secret, some 100 bytes of data.
require "result"
local targets = require "targets"
local requests

function init(args)
  requests = targets.requests(args, function(path, headers)
    headers["Content-Type"] = "application/json"
    return wrk.format("PUT", "/v1/secrets/" .. path, headers,
      '{"data":{"username":"' .. path .. '","password":"' .. string.rep("0123456789abcdef", 4) .. '"}}')
  end)
end

function request()
  return targets.any(requests)
end
