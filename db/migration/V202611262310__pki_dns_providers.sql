-- The DNS providers of tenants, by which the records of challenges are placed.

create table dns_provider (
    tenant_id     text collate "C" not null references tenant,
    provider_id   uuid not null,
    -- a segment of a path: policies name it by pki/dns-providers/<name>
    name          text collate "C" not null,
    provider_type text collate "C" not null,
    -- names of zones, or *. before one; none: all that the provider has
    managed_zones text[] not null,
    is_active     boolean not null,
    -- what is shown of the credentials: where the provider is. What is used lies sealed
    config        jsonb not null,
    revision      integer not null check (revision >= 1),
    created_at    timestamptz not null,
    created_by    text collate "C" not null,
    updated_at    timestamptz not null,
    primary key (tenant_id, provider_id),
    unique (tenant_id, name)
);

alter table dns_provider enable row level security;
alter table dns_provider force row level security;
create policy tenant_isolation on dns_provider
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));

grant select, insert, update, delete on dns_provider to scaivault_app;

-- Where each is and as whom it is used, sealed by the tenant's key and bound to the provider's id.
create table dns_provider_credential (
    tenant_id   text collate "C" not null references tenant,
    -- the provider's, dnsp_…
    key_id      text collate "C" not null,
    private_key bytea not null,
    updated_at  timestamptz not null,
    primary key (tenant_id, key_id)
);

alter table dns_provider_credential enable row level security;
alter table dns_provider_credential force row level security;
create policy tenant_isolation on dns_provider_credential
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));

grant select, insert, update, delete on dns_provider_credential to scaivault_app;
