-- What was done and by whom. No runtime role may change or remove a row.

create table audit_log (
    tenant_id        text collate "C" not null,
    occurred_at      timestamptz not null,
    log_id           uuid not null,
    action           text collate "C" not null,
    identity_type    text collate "C",
    identity_id      text collate "C",
    -- whose identity acted, when it was not the tenant's own
    acting_tenant_id text collate "C",
    secret_path      text collate "C",
    source_ip        text collate "C",
    user_agent       text,
    success          boolean not null,
    error_code       text collate "C",
    duration_ms      integer not null,
    request_id       text collate "C" not null,
    extra_data       jsonb,
    primary key (tenant_id, occurred_at, log_id)
) partition by range (occurred_at);

alter table audit_log enable row level security;
alter table audit_log force row level security;
create policy tenant_reads on audit_log for select to scaivault_app
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
create policy tenant_appends on audit_log for insert to scaivault_app
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
-- The group committer writes the rows of many tenants in one statement and can read none.
create policy committer_appends on audit_log for insert to scaivault_audit with check (true);
create policy worker_appends on audit_log for insert to scaivault_worker with check (true);

grant select, insert on audit_log to scaivault_app;
grant insert on audit_log to scaivault_audit, scaivault_worker;

-- Makes the partitions from this month on that do not exist yet. Nobody has rights on a partition itself.
create function audit_create_partitions(months_ahead integer) returns integer
    language plpgsql
    security definer
    set search_path = pg_catalog, public
as $$
declare
    first_day date;
    partition_name text;
    made integer := 0;
begin
    for offset_months in 0 .. least(greatest(months_ahead, 0), 36) loop
        first_day := date_trunc('month', now() at time zone 'UTC')::date + make_interval(months => offset_months);
        partition_name := 'audit_log_' || to_char(first_day, 'YYYY_MM');
        if to_regclass('public.' || partition_name) is null then
            execute format(
                'create table public.%I partition of public.audit_log for values from (%L) to (%L)',
                partition_name,
                first_day::text || ' 00:00:00+00',
                (first_day + interval '1 month')::date::text || ' 00:00:00+00');
            execute format('alter table public.%I enable row level security', partition_name);
            execute format('alter table public.%I force row level security', partition_name);
            made := made + 1;
        end if;
    end loop;
    return made;
end
$$;
revoke execute on function audit_create_partitions(integer) from public;
grant execute on function audit_create_partitions(integer) to scaivault_worker;

select audit_create_partitions(12);
