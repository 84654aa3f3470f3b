-- Stored secrets. Only wrapped_data_key and ciphertext are encrypted; all else is metadata.

create table secret (
    tenant_id          text collate "C" not null references tenant,
    path               text collate "C" not null,
    secret_type        text collate "C" not null,
    current_version    integer not null check (current_version > 0),
    -- grows with every change of this row: what the guarded statements compare
    revision           bigint not null,
    metadata           jsonb not null,
    max_versions       integer not null check (max_versions between 1 and 1000),
    expires_in_seconds bigint,
    expires_at         timestamptz,
    expire_action      text collate "C" not null check (expire_action in ('keep', 'deny')),
    notify_before      text[] not null,
    rotation_policy_id text collate "C",
    secret_policy_id   text collate "C",
    created_at         timestamptz not null,
    created_by         text collate "C" not null,
    updated_at         timestamptz not null,
    deleted_at         timestamptz,
    deleted_by         text collate "C",
    recoverable_until  timestamptz,
    primary key (tenant_id, path)
-- Every write changes the row: room on the page spares its indexes.
) with (fillfactor = 80);
create index secret_expiring on secret (tenant_id, expires_at) where expires_at is not null;
create index secret_purgeable on secret (recoverable_until) where deleted_at is not null;

create table secret_version (
    tenant_id        text collate "C" not null,
    path             text collate "C" not null,
    version          integer not null check (version > 0),
    secret_type      text collate "C" not null,
    -- no foreign key: every write of a tenant would lock the one row of its key
    tenant_key_id    uuid not null,
    -- both null once the version is destroyed
    wrapped_data_key bytea,
    ciphertext       bytea,
    created_at       timestamptz not null,
    created_by       text collate "C" not null,
    client           text,
    reason           text,
    destroyed_at     timestamptz,
    destroyed_by     text collate "C",
    primary key (tenant_id, path, version),
    foreign key (tenant_id, path) references secret on delete cascade,
    check ((destroyed_at is null) = (ciphertext is not null)),
    check ((ciphertext is null) = (wrapped_data_key is null))
);
-- Ciphertext does not compress.
alter table secret_version alter column ciphertext set storage external;

-- What is left of a permanently destroyed secret: that it was there, who destroyed it, and when.
create table secret_tombstone (
    tenant_id     text collate "C" not null references tenant,
    path          text collate "C" not null,
    destroyed_at  timestamptz not null,
    destroyed_by  text collate "C" not null,
    last_version  integer not null,
    primary key (tenant_id, path, destroyed_at)
);

-- Apart from secret, so that reading never touches the row that writers change.
create table secret_access (
    tenant_id        text collate "C" not null references tenant,
    path             text collate "C" not null,
    last_accessed_at timestamptz not null,
    primary key (tenant_id, path)
);

do $$
declare
    name text;
begin
    foreach name in array array['secret', 'secret_version', 'secret_tombstone', 'secret_access'] loop
        execute format('alter table %I enable row level security', name);
        execute format('alter table %I force row level security', name);
        execute format(
            'create policy tenant_isolation on %I '
            'using (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')) '
            'with check (tenant_id = nullif(current_setting(''app.tenant_id'', true), ''''))',
            name);
    end loop;
end
$$;

grant select, insert, update, delete on secret, secret_version, secret_access to scaivault_app;
grant select, insert on secret_tombstone to scaivault_app;

-- The worker finds soft-deleted secrets whose time is up. It removes them as the tenant, never across tenants.
grant select (tenant_id, path, deleted_at, recoverable_until) on secret to scaivault_worker;
create policy worker_reads on secret for select to scaivault_worker using (deleted_at is not null);
