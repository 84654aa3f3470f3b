-- Whether any certificate still counts, as caches ask: what is signed was signed before.
require "result"
local targets = require "targets"
local requests

function init(args)
  requests = targets.questions(args, function(uri)
    return wrk.format("GET", uri)
  end)
end

function request()
  return targets.any(requests)
end
