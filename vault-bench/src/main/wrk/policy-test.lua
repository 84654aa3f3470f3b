-- Whether, and by which rule, the tenant's service may read a secret.
require "result"
local targets = require "targets"
local requests

function init(args)
  requests = targets.requests(args, function(path, headers)
    headers["Content-Type"] = "application/json"
    return wrk.format("POST", "/v1/policies/test", headers,
      '{"identity_id":"sa:bench","permission":"read","path":"' .. path .. '"}')
  end)
end

function request()
  return targets.any(requests)
end
