-- Every instance compares the schema with what it was built for. Several may get here at once, and PostgreSQL refuses grants on one table that meet.
do $$
begin
    perform pg_advisory_xact_lock(hashtextextended('scaivault/flyway_schema_history', 0));
    if not has_table_privilege('scaivault_app', 'flyway_schema_history', 'select') then
        grant select on flyway_schema_history to scaivault_app;
    end if;
end
$$;
