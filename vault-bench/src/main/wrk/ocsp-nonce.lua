-- The same with a nonce: a signature for every answer.
require "result"
local targets = require "targets"
local requests

function init(args)
  requests = targets.questions(args, function(_, uri, body)
    return wrk.format("POST", uri, { ["Content-Type"] = "application/ocsp-request", Host = wrk.headers["Host"] }, body)
  end)
end

function request()
  return targets.any(requests)
end
