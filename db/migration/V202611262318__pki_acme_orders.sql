-- Certificates that are ordered by ACME (RFC 8555), the orders that make them, and what directories look for meanwhile.

create table acme_certificate (
    tenant_id       text collate "C" not null references tenant,
    certificate_id  uuid not null,
    account_id      uuid not null,
    -- dns:…, ip:…
    names           text[] not null,
    challenge_type  text collate "C" not null check (challenge_type in ('http-01', 'dns-01', 'tls-alpn-01')),
    -- the only one that is looked at for a zone; null for all
    dns_provider_id uuid,
    profile         text collate "C",
    -- the common name of an issuer in the chain
    preferred_chain text,
    -- null where the caller has the key
    key_type        text collate "C",
    key_size        integer,
    -- DER, of a caller who has the key
    csr             bytea check (octet_length(csr) <= 32768),
    auto_renew      boolean not null,
    -- 0 before there is one
    version         integer not null default 0,
    not_before      timestamptz,
    not_after       timestamptz,
    -- as the directory calls the newest version (RFC 9773 §4.1); null where it cannot be called anything
    renewal_id      text collate "C",
    renew_at        timestamptz,
    -- when the directory is asked again when to renew
    look_at         timestamptz,
    created_at      timestamptz not null,
    created_by      text collate "C" not null,
    updated_at      timestamptz not null,
    primary key (tenant_id, certificate_id),
    foreign key (tenant_id, account_id) references acme_account,
    check ((csr is null) = (key_type is not null))
);
create index acme_certificate_of_account on acme_certificate (tenant_id, account_id);
create index acme_certificate_due on acme_certificate (renew_at) where renew_at is not null;
create index acme_certificate_look on acme_certificate (look_at) where look_at is not null;

alter table acme_certificate enable row level security;
alter table acme_certificate force row level security;
create policy tenant_isolation on acme_certificate
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
grant select, insert on acme_certificate to scaivault_app;
grant update (auto_renew, version, not_before, not_after, renewal_id, renew_at, look_at, updated_at) on acme_certificate to scaivault_app;
-- The worker finds what is due, and does nothing about it: that is done as the tenant.
grant select (tenant_id, certificate_id, renew_at, look_at) on acme_certificate to scaivault_worker;
create policy worker_finds on acme_certificate for select to scaivault_worker using (true);

create table acme_certificate_version (
    tenant_id         text collate "C" not null,
    certificate_id    uuid not null,
    version           integer not null,
    -- in acme_key: the private key, unless the caller has it, and the chain
    key_id            text collate "C" not null,
    has_key           boolean not null,
    -- hexadecimal digits
    serial            text collate "C" not null,
    sha256            bytea not null check (octet_length(sha256) = 32),
    -- RFC 4514
    issuer            text not null,
    not_before        timestamptz not null,
    not_after         timestamptz not null,
    order_id          uuid not null,
    created_at        timestamptz not null,
    revoked_at        timestamptz,
    -- RFC 5280 §5.3.1
    revocation_reason smallint,
    primary key (tenant_id, certificate_id, version),
    foreign key (tenant_id, certificate_id) references acme_certificate,
    foreign key (tenant_id, key_id) references acme_key,
    check ((revoked_at is null) = (revocation_reason is null))
);

alter table acme_certificate_version enable row level security;
alter table acme_certificate_version force row level security;
create policy tenant_isolation on acme_certificate_version
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
grant select, insert, delete on acme_certificate_version to scaivault_app;
grant update (revoked_at, revocation_reason) on acme_certificate_version to scaivault_app;

create table acme_order (
    tenant_id       text collate "C" not null,
    order_id        uuid not null,
    certificate_id  uuid not null,
    account_id      uuid not null,
    renewal         boolean not null,
    status          text collate "C" not null check (status in ('pending', 'processing', 'valid', 'invalid')),
    -- what is done next
    stage           text collate "C" not null
        check (stage in ('new', 'authorize', 'place', 'propagate', 'trigger', 'validate', 'finalize', 'collect', 'clean', 'done')),
    stage_since     timestamptz not null,
    -- the directory may have it, although nobody knows where
    sent            boolean not null default false,
    order_url       text collate "C",
    -- what it renews, as the directory calls that; null when it does not want to know
    replaces        text collate "C",
    -- in acme_key, until there is a certificate
    key_id          text collate "C",
    -- the last thing that went wrong, as RFC 8555 §6.7 writes it
    error           jsonb,
    attempts        integer not null default 0,
    next_attempt_at timestamptz not null,
    give_up_at      timestamptz not null,
    -- whoever works on it renews the lease; after that moment another may
    worker          uuid,
    lease_until     timestamptz,
    -- that came of it
    version         integer,
    created_at      timestamptz not null,
    created_by      text collate "C" not null,
    finished_at     timestamptz,
    primary key (tenant_id, order_id),
    foreign key (tenant_id, certificate_id) references acme_certificate,
    check ((worker is null) = (lease_until is null)),
    check ((status = 'valid') = (version is not null)),
    check ((status in ('valid', 'invalid')) = (finished_at is not null))
);
-- One at a time for each certificate.
create unique index acme_order_open on acme_order (tenant_id, certificate_id) where stage <> 'done';
create index acme_order_of_certificate on acme_order (tenant_id, certificate_id, order_id);
create index acme_order_of_account on acme_order (tenant_id, account_id) where stage <> 'done';
create index acme_order_due on acme_order (next_attempt_at) where stage <> 'done';

alter table acme_order enable row level security;
alter table acme_order force row level security;
create policy tenant_isolation on acme_order
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
grant select, insert, delete on acme_order to scaivault_app;
grant update (status, stage, stage_since, sent, order_url, replaces, key_id, error, attempts, next_attempt_at, give_up_at, worker, lease_until, version, finished_at)
    on acme_order to scaivault_app;
grant select (tenant_id, order_id, account_id, stage, next_attempt_at, lease_until) on acme_order to scaivault_worker;
create policy worker_finds on acme_order for select to scaivault_worker using (true);

-- What a directory looks for, of orders under way.
create table acme_challenge (
    tenant_id         text collate "C" not null,
    order_id          uuid not null,
    position          integer not null,
    -- the identifier that is proved
    name              text collate "C" not null,
    challenge_type    text collate "C" not null,
    challenge_url     text collate "C" not null,
    token             text collate "C" not null,
    -- RFC 8555 §8.1: public, as anybody may ask for it
    key_authorization text collate "C" not null,
    -- by which TLS asks for it (RFC 8737, RFC 8738)
    server_name       text collate "C",
    -- of a record in DNS: where it lies, once that is known
    record_value      text collate "C",
    provider_id       uuid,
    zone              text collate "C",
    record_name       text collate "C",
    -- the record is there
    placed            boolean not null default false,
    triggered         boolean not null default false,
    created_at        timestamptz not null,
    primary key (tenant_id, order_id, position),
    foreign key (tenant_id, order_id) references acme_order on delete cascade,
    check ((challenge_type = 'dns-01') = (record_value is not null))
);
create index acme_challenge_by_token on acme_challenge (token);
create index acme_challenge_by_name on acme_challenge (server_name) where server_name is not null;

alter table acme_challenge enable row level security;
alter table acme_challenge force row level security;
create policy tenant_isolation on acme_challenge
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
grant select, insert, delete on acme_challenge to scaivault_app;
grant update (provider_id, zone, record_name, placed, triggered) on acme_challenge to scaivault_app;

-- A directory has no token, and names neither a tenant nor an order: what it is to be shown tell these two functions, and nothing else. The owner serves no requests.
create policy owner_finds on acme_challenge for select to scaivault_owner using (true);
create function acme_http_answer(asked text) returns text
    language sql
    stable
    security definer
    set search_path = pg_catalog, public
as $$
    select c.key_authorization from public.acme_challenge c where c.token = asked and c.challenge_type = 'http-01' order by c.created_at desc limit 1
$$;
create function acme_tls_answer(asked text) returns text
    language sql
    stable
    security definer
    set search_path = pg_catalog, public
as $$
    select c.key_authorization from public.acme_challenge c
    where c.server_name = asked and c.challenge_type = 'tls-alpn-01' order by c.created_at desc limit 1
$$;
revoke execute on function acme_http_answer(text) from public;
revoke execute on function acme_tls_answer(text) from public;
grant execute on function acme_http_answer(text) to scaivault_app;
grant execute on function acme_tls_answer(text) to scaivault_app;
