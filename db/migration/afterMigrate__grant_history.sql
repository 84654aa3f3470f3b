-- Every instance compares the schema with what it was built for.
grant select on flyway_schema_history to scaivault_app;
