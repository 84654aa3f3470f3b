-- The ten secrets under one prefix of one tenant, metadata only.
require "result"
local targets = require "targets"
local requests

function init(args)
  requests = targets.requests(args, function(path, headers)
    return wrk.format("GET", "/v1/secrets?prefix=" .. path:match("^[^/]+/"), headers)
  end)
end

function request()
  return targets.any(requests)
end
