-- Another certificate of a P-256 key that the server makes, and keeps the certificate.
require "result"
local targets = require "targets"
local requests

function init(args)
  requests = targets.orders(args, function(uri, headers, name)
    return wrk.format("POST", uri, headers, '{"common_name":"' .. name .. '.bench.test","ttl":"24h"}')
  end)
end

function request()
  return targets.any(requests)
end
