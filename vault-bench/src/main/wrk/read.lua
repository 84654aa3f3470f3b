-- The current value of any secret, with its tenant's token.
require "result"
local targets = require "targets"
local requests

function init(args)
  requests = targets.requests(args, function(path, headers)
    return wrk.format("GET", "/v1/secrets/" .. path, headers)
  end)
end

function request()
  return targets.any(requests)
end
