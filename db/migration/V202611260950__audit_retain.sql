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

revoke execute on function audit_is_over(text, date, integer) from public;
