-- Stored secrets. Only wrapped_data_key and ciphertext are encrypted; all else is metadata.

create sequence secret_revision;

create table secret (
    tenant_id          text collate "C" not null references tenant,
    path               text collate "C" not null,
    secret_type        text collate "C" not null,
    current_version    integer not null,
    -- another with every change of this row or of the sealed value of its current version, and never one that was there before, not even in a secret that was made anew
    -- at the path: what guarded statements, and rows that are remembered outside, are compared with
    revision           bigint not null default nextval('secret_revision'),
    metadata           jsonb not null,
    max_versions       integer not null,
    expires_in_seconds bigint,
    expires_at         timestamptz,
    expire_action      text collate "C" not null,
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
    -- no check constraints: the server parses them anew for every write, at a tenth of what the write costs it
-- Every write changes the row: room on the page spares its indexes.
) with (fillfactor = 80);
create index secret_expiring on secret (tenant_id, expires_at) where expires_at is not null;
create index secret_purgeable on secret (recoverable_until) where deleted_at is not null;

create table secret_version (
    tenant_id        text collate "C" not null,
    path             text collate "C" not null,
    version          integer not null,
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
    foreign key (tenant_id, path) references secret on delete cascade
);
-- Ciphertext does not compress.
alter table secret_version alter column ciphertext set storage external;

-- The program's statements renew the revision themselves, always as the tenant; these are for whatever else alters a row, by hand for example.
create function renew_secret_revision() returns trigger
    language plpgsql
as $$
begin
    new.revision := nextval('public.secret_revision');
    return new;
end
$$;

create trigger secret_revision
    before update on secret
    for each row when (new.revision = old.revision)
    execute function renew_secret_revision();

create function renew_revision_of_current_version() returns trigger
    language plpgsql
as $$
begin
    update public.secret set revision = revision
    where tenant_id = old.tenant_id and path = old.path and current_version = old.version;
    return null;
end
$$;

create trigger secret_version_altered
    after update or delete on secret_version
    for each row when (old.tenant_id is distinct from current_setting('app.tenant_id', true))
    execute function renew_revision_of_current_version();

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
grant usage on sequence secret_revision to scaivault_app;

-- The committer of the audit log compares what reads from memory rest on, as the tenant whose entry it writes, and sees no more than that.
grant select (tenant_id, path, revision) on secret to scaivault_audit;
grant select (tenant_id, status, epoch) on tenant to scaivault_audit;

-- The worker finds soft-deleted secrets whose time is up. It removes them as the tenant, never across tenants.
grant select (tenant_id, path, deleted_at, recoverable_until) on secret to scaivault_worker;
create policy worker_reads on secret for select to scaivault_worker using (deleted_at is not null);
