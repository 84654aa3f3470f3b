-- Other vaults whose secrets are read at paths of ours.

create table federation_backend (
    tenant_id    text collate "C" not null references tenant,
    backend_id   uuid not null,
    -- a segment of a path: policies name it by federation/backends/<name>
    name         text collate "C" not null,
    backend_type text collate "C" not null,
    mode         text collate "C" not null check (mode in ('proxy', 'sync')),
    -- where it is and how one comes to it, without anything secret
    config       jsonb not null,
    -- templates by patterns, in the order they were written
    path_mapping json not null,
    -- in whose right the secret with the credentials is read; absent where there is none
    mandate      jsonb,
    revision     integer not null check (revision >= 1),
    created_at   timestamptz not null,
    created_by   text collate "C" not null,
    updated_at   timestamptz not null,
    primary key (tenant_id, backend_id),
    unique (tenant_id, name)
);

alter table federation_backend enable row level security;
alter table federation_backend force row level security;
create policy tenant_isolation on federation_backend
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));

-- Whoever decides by which paths are mounted sees that it has changed.
create trigger federation_backend_epoch
    after insert or update or delete on federation_backend
    for each row execute function bump_tenant_epoch();

grant select, insert, update, delete on federation_backend to scaivault_app;
