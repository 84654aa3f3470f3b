-- The cheapest answer of the server: no token, no database, no audit row.
require "result"
