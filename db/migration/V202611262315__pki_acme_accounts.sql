-- Accounts at certificate authorities outside (RFC 8555), and what is sealed for them and their certificates.

create table acme_account (
    tenant_id     text collate "C" not null references tenant,
    account_id    uuid not null,
    -- a segment of a path: policies name an account by pki/acme/<name>
    name          text collate "C" not null,
    provider      text collate "C" not null,
    environment   text collate "C" not null,
    directory_url text collate "C" not null,
    -- PEM, who alone vouch for the directory's TLS; null for those that the runtime trusts
    ca_bundle     text,
    email         text not null,
    status        text collate "C" not null check (status in ('valid', 'deactivated')),
    -- as the directory calls it
    account_url   text collate "C" not null,
    terms_url     text,
    -- which other account it is bound to; the key that proved it is not kept
    eab_kid       text,
    key_type      text collate "C" not null,
    key_size      integer not null,
    -- in acme_key
    key_id        text collate "C" not null,
    -- the one that is about to take its place: whoever finds it asks the directory which of both it knows
    next_key_id   text collate "C",
    created_at    timestamptz not null,
    created_by    text collate "C" not null,
    updated_at    timestamptz not null,
    primary key (tenant_id, account_id)
);
create unique index acme_account_name on acme_account (tenant_id, name) where status = 'valid';

alter table acme_account enable row level security;
alter table acme_account force row level security;
create policy tenant_isolation on acme_account
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
grant select, insert on acme_account to scaivault_app;
grant update (email, status, key_type, key_size, key_id, next_key_id, updated_at) on acme_account to scaivault_app;

-- Keys of accounts, of orders, and of certificates with their chains: each sealed by the tenant's key, and bound to its id.
create table acme_key (
    tenant_id   text collate "C" not null references tenant,
    key_id      text collate "C" not null,
    private_key bytea not null,
    created_at  timestamptz not null,
    primary key (tenant_id, key_id)
);

alter table acme_key enable row level security;
alter table acme_key force row level security;
create policy tenant_isolation on acme_key
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
-- Only the seal ever changes.
grant select, insert, delete on acme_key to scaivault_app;
grant update (private_key) on acme_key to scaivault_app;
