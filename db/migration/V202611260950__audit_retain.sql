-- How long the entries of each tenant are kept, and how those end that are kept no longer: by whole partitions, never row by row.

create table audit_retention (
    tenant_id      text collate "C" primary key,
    retention_days integer not null check (retention_days between 365 and 36525),
    -- nothing ends while it lasts
    legal_hold     boolean not null,
    -- nothing ends that does not lie in an archive that was read back
    needs_archive  boolean not null,
    updated_at     timestamptz not null,
    updated_by     text collate "C" not null
);

-- Which leaves lie in a bucket, as an export whose objects were read back and had the hashes that its manifest says.
create table audit_archive (
    tenant_id   text collate "C" not null,
    export_id   text collate "C" not null,
    first_index bigint not null,
    end_index   bigint not null check (end_index > first_index),
    verified_at timestamptz not null,
    primary key (tenant_id, export_id, first_index)
);

alter table audit_retention enable row level security;
alter table audit_retention force row level security;
create policy tenant_isolation on audit_retention
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
create policy worker_reads on audit_retention for select to scaivault_worker using (true);
create policy owner_reads on audit_retention for select to scaivault_owner using (true);
grant select, insert, update (retention_days, legal_hold, needs_archive, updated_at, updated_by) on audit_retention to scaivault_app;
grant select on audit_retention to scaivault_worker;

alter table audit_archive enable row level security;
alter table audit_archive force row level security;
create policy tenant_isolation on audit_archive for select
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
create policy worker_reads on audit_archive for select to scaivault_worker using (true);
create policy worker_appends on audit_archive for insert to scaivault_worker with check (true);
create policy owner_reads on audit_archive for select to scaivault_owner using (true);
grant select on audit_archive to scaivault_app;
grant select, insert on audit_archive to scaivault_worker;

create policy owner_reads on audit_log for select to scaivault_owner using (true);
create policy owner_reads on audit_leaves for select to scaivault_owner using (true);
create policy owner_reads on audit_node for select to scaivault_owner using (true);

-- Whether a tenant's entries of a month may end.
create function audit_is_over(tenant text, month date, default_days integer) returns boolean
    language sql
    stable
    set search_path = pg_catalog, public
as $$
    select month + interval '1 month' + make_interval(days => greatest(coalesce(r.retention_days, default_days), 365)) <= now()
        and not coalesce(r.legal_hold, false)
        and (not coalesce(r.needs_archive, false)
            or not exists (
                select from audit_leaves l
                where l.tenant_id = tenant and l.sequenced_at >= month - interval '1 day' and l.sequenced_at < month + interval '1 month 1 day')
            or coalesce((
                select range_agg(int8range(a.first_index, a.end_index)) from audit_archive a where a.tenant_id = tenant
            ) @> (
                select int8range(min(l.first_index), max(l.first_index + l.leaf_count)) from audit_leaves l
                where l.tenant_id = tenant and l.sequenced_at >= month - interval '1 day' and l.sequenced_at < month + interval '1 month 1 day'
            ), false))
    from (select 1) one left join audit_retention r on r.tenant_id = tenant
$$;

-- Ends the entries of a month of all tenants for whom they are over, and tells whose and how many. Where others keep theirs, these are written to a new partition that takes the place of the old; only then is the
-- table locked, for a moment. The leaves of the month end when nobody keeps entries of it, if what proofs of later leaves need of them lies in audit_node.
create function audit_retire(month date, default_days integer) returns table (retired_tenant text, retired_entries bigint)
    language plpgsql
    security definer
    set search_path = pg_catalog, public
    set lock_timeout = '5s'
as $$
declare
    entries text := 'audit_log_' || to_char(month, 'YYYY_MM');
    leaves text := 'audit_leaves_' || to_char(month, 'YYYY_MM');
    starts timestamptz := month::text || ' 00:00:00+00';
    ends timestamptz := (month + interval '1 month')::date::text || ' 00:00:00+00';
    keepers text[];
    fresh text := entries || '_kept';
begin
    if month <> date_trunc('month', month)::date or to_regclass('public.' || entries) is null then
        return;
    end if;
    create temporary table retired on commit drop as
        select a.tenant_id, count(*) as entry_count, audit_is_over(a.tenant_id, month, default_days) as over
        from public.audit_log a where a.occurred_at >= starts and a.occurred_at < ends group by a.tenant_id;
    select array_agg(r.tenant_id) into keepers from retired r where not r.over;
    if keepers is null and audit_is_over('', month, default_days) then
        if to_regclass('public.' || leaves) is not null then
            if exists (
                select from (
                    select l.tenant_id, max(l.first_index + l.leaf_count) as cut from public.audit_leaves l
                    where l.sequenced_at >= starts and l.sequenced_at < ends group by l.tenant_id) c,
                    generate_series(0, 7) as height
                where (c.cut >> height) & 1 = 1
                and not exists (
                    select from public.audit_node n
                    where n.tenant_id = c.tenant_id and n.height = height and n.node_index = (c.cut >> height) - 1)) then
                raise exception 'leaves of % are still needed for proofs', month;
            end if;
            execute format('drop table public.%I', leaves);
        end if;
        execute format('drop table public.%I', entries);
    elsif exists (select from retired r where r.over) then
        execute format('create table public.%I (like public.audit_log including defaults including constraints including indexes)', fresh);
        execute format('alter table public.%I add constraint kept_month check (occurred_at >= %L and occurred_at < %L)', fresh, starts, ends);
        execute format(
            'insert into public.%I (tenant_id, occurred_at, log_id, action, identity_type, identity_id, acting_tenant_id, secret_path, source_ip, user_agent,'
            ' success, error_code, duration_ms, request_id, extra_data, written_in)'
            ' select tenant_id, occurred_at, log_id, action, identity_type, identity_id, acting_tenant_id, secret_path, source_ip, user_agent,'
            ' success, error_code, duration_ms, request_id, extra_data, written_in'
            ' from public.audit_log where occurred_at >= %L and occurred_at < %L and tenant_id = any (%L)', fresh, starts, ends, keepers);
        execute format('alter table public.%I enable row level security', fresh);
        execute format('alter table public.%I force row level security', fresh);
        execute format('drop table public.%I', entries);
        execute format('alter table public.%I rename to %I', fresh, entries);
        execute format('alter table public.audit_log attach partition public.%I for values from (%L) to (%L)', entries, starts, ends);
        execute format('alter table public.%I drop constraint kept_month', entries);
    end if;
    return query select r.tenant_id, r.entry_count from retired r where r.over;
end
$$;
revoke execute on function audit_is_over(text, date, integer) from public;
revoke execute on function audit_retire(date, integer) from public;
grant execute on function audit_retire(date, integer) to scaivault_worker;
