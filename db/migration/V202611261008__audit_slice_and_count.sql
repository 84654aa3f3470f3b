-- What is asked of the audit log by one index each, of those that cost a read next to nothing: ids of requests come in the order of time, and the others leave out what nearly
-- every call is. Paths, identities and addresses have none: an index whose inserts are scattered costs a read as much as its row does. They are found by slices, below.
-- Nothing that is released has a large log yet, so they are built at once.
create index audit_by_request on audit_log (request_id, tenant_id, occurred_at);
create index audit_failures on audit_log (tenant_id, occurred_at) where not success;
create index audit_rare_actions on audit_log (tenant_id, action, occurred_at) where action <> 'read';

-- Some hundreds of entries of a tenant that follow each other, and what may be found among them. The worker adds entries once, as it puts them into the tenant's tree.
create table audit_slice (
    tenant_id text collate "C" not null,
    slice     bigint not null,
    first_at  timestamptz not null,
    last_at   timestamptz not null,
    entries   integer not null,
    -- a Bloom filter: of their actions, outcomes, identities, addresses, paths and beginnings of paths
    terms     bit(12288) not null,
    primary key (tenant_id, slice)
);
create index audit_slice_by_time on audit_slice (tenant_id, last_at, first_at);

alter table audit_slice enable row level security;
alter table audit_slice force row level security;
create policy tenant_reads on audit_slice for select to scaivault_app
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
create policy worker_slices on audit_slice to scaivault_worker using (true) with check (true);
grant select on audit_slice to scaivault_app;
grant select, insert, update (first_at, last_at, entries, terms) on audit_slice to scaivault_worker;

-- How many entries of which kind a tenant has in a minute and in a day: what summaries add up.
create table audit_minute (
    tenant_id     text collate "C" not null,
    began_at      timestamptz not null,
    action        text collate "C" not null,
    -- empty: it succeeded
    error_code    text collate "C" not null,
    -- empty: nobody who was known
    identity_type text collate "C" not null,
    entries       bigint not null,
    primary key (tenant_id, began_at, action, error_code, identity_type)
) with (fillfactor = 70);

create table audit_day (
    tenant_id     text collate "C" not null,
    began_at      timestamptz not null,
    action        text collate "C" not null,
    error_code    text collate "C" not null,
    identity_type text collate "C" not null,
    entries       bigint not null,
    primary key (tenant_id, began_at, action, error_code, identity_type)
) with (fillfactor = 70);

alter table audit_minute enable row level security;
alter table audit_minute force row level security;
create policy tenant_reads on audit_minute for select to scaivault_app
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
create policy worker_counts on audit_minute to scaivault_worker using (true) with check (true);
grant select on audit_minute to scaivault_app;
grant select, insert, update (entries) on audit_minute to scaivault_worker;

alter table audit_day enable row level security;
alter table audit_day force row level security;
create policy tenant_reads on audit_day for select to scaivault_app
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
create policy worker_counts on audit_day to scaivault_worker using (true) with check (true);
grant select on audit_day to scaivault_app;
grant select, insert, update (entries) on audit_day to scaivault_worker;

-- Entries of before that time are in the tables above, all tenants' alike. One row.
create table audit_counted (
    only_row       boolean primary key default true check (only_row),
    counted_before timestamptz not null
);
insert into audit_counted (counted_before) values (timestamptz 'epoch');
grant select on audit_counted to scaivault_app, scaivault_worker;
grant update (counted_before) on audit_counted to scaivault_worker;
