-- Whose tokens are exchanged for tokens of ours, and the keys that ours are signed with.

create table workload_trust (
    tenant_id   text collate "C" not null references tenant,
    trust_id    text collate "C" not null,
    name        text collate "C" not null,
    description text,
    -- who is trusted, on which conditions, what it becomes, and how far that reaches
    terms       jsonb not null,
    is_active   boolean not null,
    -- a token names the revision under which it was made
    revision    integer not null,
    created_at  timestamptz not null,
    created_by  text collate "C" not null,
    updated_at  timestamptz not null,
    primary key (tenant_id, trust_id),
    unique (tenant_id, name)
);

alter table workload_trust enable row level security;
alter table workload_trust force row level security;
create policy tenant_isolation on workload_trust
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));

grant select, insert, update, delete on workload_trust to scaivault_app;

create table token_signing_key (
    tenant_id   text collate "C" not null references tenant,
    key_id      text collate "C" not null,
    -- SubjectPublicKeyInfo of a P-256 key
    public_key  bytea not null,
    -- PKCS #8, sealed by the tenant's key
    private_key bytea not null,
    created_at  timestamptz not null,
    signs_from  timestamptz not null,
    -- no token that it signed is valid after this
    expires_at  timestamptz not null,
    primary key (tenant_id, key_id)
);
create index token_signing_key_expired on token_signing_key (expires_at);

alter table token_signing_key enable row level security;
alter table token_signing_key force row level security;
create policy tenant_isolation on token_signing_key
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));

-- A key is made, used and forgotten; nothing changes it.
grant select, insert on token_signing_key to scaivault_app;

-- The worker disposes of keys that verify nothing any more, and sees no others.
grant select (tenant_id, key_id, expires_at), delete on token_signing_key to scaivault_worker;
create policy worker_finds on token_signing_key for select to scaivault_worker using (expires_at < now());
create policy worker_disposes on token_signing_key for delete to scaivault_worker using (expires_at < now());

-- All tokens that were made under a revision of a trust end with it: the subject is the trust's id, a colon, the revision.
alter table token_revocation drop constraint token_revocation_kind_check;
alter table token_revocation add constraint token_revocation_kind_check
    check (kind in ('token_id', 'token_hash', 'identity', 'trust'));
