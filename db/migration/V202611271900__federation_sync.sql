-- Another vault's secrets as copies of our own: what was copied, how far a run is, and where both sides differ.

alter table federation_backend
    -- from the end of one run to the begin of the next; absent where nothing is copied
    add column sync_interval_seconds bigint check (sync_interval_seconds > 0),
    -- of the other vault, in a run
    add column sync_calls_per_second integer check (sync_calls_per_second > 0),
    -- in whose right copies are written and deleted
    add column sync_right text,
    -- whether its paths are still read there, as not all of what a proxy showed is copied
    add column reads_live boolean not null default true;
alter table federation_backend
    add check ((mode = 'sync') = (sync_interval_seconds is not null)),
    add check ((mode = 'sync') = (sync_right is not null)),
    add check (mode = 'sync' or reads_live);

create table federation_sync (
    tenant_id        text collate "C" not null,
    backend_id       uuid not null,
    -- when a run begins or goes on; whoever does it moves this, so that no other does
    -- when a run begins or goes on; while one is under way, how long whoever does it holds it without being heard of
    due_at           timestamptz not null,
    -- by whom; each taking is another
    taken_by         uuid,
    -- the one that is not over; absent between two
    run_id           uuid,
    run_trigger      text collate "C" check (run_trigger in ('interval', 'request', 'change')),
    run_started_at   timestamptz,
    -- whether this one may delete more copies than not
    accept_deletions boolean not null default false,
    -- up to which path it is done; empty at the begin
    position         text collate "C" not null default '',
    -- that it found there
    listed           bigint not null default 0,
    -- that cannot be copied, and of some of them which and why
    problem_count    bigint not null default 0,
    -- of these, that could be read there
    blocking_count   bigint not null default 0,
    problems         jsonb not null default '[]',
    -- since the last run that came to its end, of the one that is not over
    attempts         integer not null default 0,
    -- why the last attempt failed; absent when it did not
    error_code       text collate "C",
    error_message    text,
    failed_at        timestamptz,
    -- the last one that came to its end
    last_run_id      uuid,
    last_finished_at timestamptz,
    last_millis      bigint,
    last_outcome     jsonb,
    -- that came to their end since the backend is as it is
    runs             bigint not null default 0,
    primary key (tenant_id, backend_id),
    foreign key (tenant_id, backend_id) references federation_backend on delete cascade,
    check ((run_id is null) = (run_started_at is null)),
    check ((run_id is null) = (run_trigger is null)),
    check ((error_code is null) = (error_message is null))
);
create index federation_sync_due on federation_sync (due_at);

alter table federation_sync enable row level security;
alter table federation_sync force row level security;
create policy tenant_isolation on federation_sync to scaivault_app
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
grant select, insert, update, delete on federation_sync to scaivault_app;
-- The worker finds what is due, and does nothing about it: that is done as the tenant.
grant select (tenant_id, backend_id, due_at) on federation_sync to scaivault_worker;
create policy worker_finds on federation_sync for select to scaivault_worker using (true);

-- What a path held there when it was last looked at, and which version of ours that is.
create table federation_copy (
    tenant_id      text collate "C" not null,
    backend_id     uuid not null,
    path           text collate "C" not null,
    -- 'copied': the version is a copy; 'leaving': of what is there no more; 'gone': which is therefore deleted here; 'kept': ours is another, and stays
    state          text collate "C" not null check (state in ('copied', 'leaving', 'gone', 'kept')),
    remote_version integer not null,
    -- by the tenant's key, of the path and the value
    value_mac      bytea not null,
    -- of what else the vault told
    metadata_mac   bytea not null,
    -- by which the vault tells without being asked for the value that nothing has changed; absent where it does not
    mark           text collate "C",
    local_version  integer not null,
    -- how long one that is gone can be brought back
    until          timestamptz,
    -- the run that did something about it, and what
    run_id         uuid not null,
    change         text collate "C" not null check (change in ('created', 'updated', 'deleted', 'adopted', 'none')),
    primary key (tenant_id, backend_id, path),
    foreign key (tenant_id, backend_id) references federation_backend on delete cascade
);

alter table federation_copy enable row level security;
alter table federation_copy force row level security;
create policy tenant_isolation on federation_copy to scaivault_app
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
grant select, insert, update, delete on federation_copy to scaivault_app;

-- A path that holds one thing here and another there, until somebody says which of them it is.
create table federation_conflict (
    tenant_id      text collate "C" not null,
    backend_id     uuid not null,
    path           text collate "C" not null,
    conflict_id    uuid not null,
    -- in which it was found last
    run_id         uuid not null,
    detected_at    timestamptz not null,
    remote_version integer not null,
    remote_mac     bytea not null,
    -- 0 when it is soft-deleted here, and nothing is known of its value
    local_version  integer not null,
    local_mac      bytea,
    primary key (tenant_id, backend_id, path),
    unique (tenant_id, conflict_id),
    foreign key (tenant_id, backend_id) references federation_backend on delete cascade,
    check ((local_version = 0) = (local_mac is null))
);

alter table federation_conflict enable row level security;
alter table federation_conflict force row level security;
create policy tenant_isolation on federation_conflict to scaivault_app
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
grant select, insert, update, delete on federation_conflict to scaivault_app;
