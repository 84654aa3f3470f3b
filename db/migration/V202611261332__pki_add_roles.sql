-- Which certificates an authority gives to whom it concerns.

create table pki_role (
    tenant_id   text collate "C" not null references tenant,
    -- a segment of a path: policies name a role by pki/roles/<name>
    name        text collate "C" not null,
    ca_id       uuid not null,
    -- everything else, as a caller would write it, with the defaults of the moment at which it was written
    terms       jsonb not null,
    revision    integer not null,
    created_at  timestamptz not null,
    created_by  text collate "C" not null,
    updated_at  timestamptz not null,
    primary key (tenant_id, name),
    foreign key (tenant_id, ca_id) references certificate_authority
);
create index pki_role_authority on pki_role (tenant_id, ca_id);

alter table pki_role enable row level security;
alter table pki_role force row level security;
create policy tenant_isolation on pki_role
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));

grant select, insert, delete on pki_role to scaivault_app;
grant update (ca_id, terms, revision, updated_at) on pki_role to scaivault_app;
