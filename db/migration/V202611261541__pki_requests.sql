-- Requests for certificates that wait for somebody's approval, and what a tenant has decided of its PKI as a whole.

create table pki_request (
    tenant_id      text collate "C" not null references tenant,
    csr_id         uuid not null,
    status         text collate "C" not null check (status in ('pending', 'approved', 'rejected', 'signed')),
    -- DER, as it was imported; nobody changes it
    csr            bytea not null check (octet_length(csr) between 1 and 32768),
    csr_sha256     bytea not null check (octet_length(csr_sha256) = 32),
    -- what of it is shown: RFC 4514; dns:…, ip:…, email:…, uri:…
    subject        text not null,
    common_name    text,
    sans           text[] not null,
    key_type       text collate "C" not null,
    -- 0 where the type says it all
    key_size       integer not null,
    created_at     timestamptz not null,
    created_by     text collate "C" not null,
    decided_at     timestamptz,
    decided_by     text collate "C",
    -- of a rejection
    reason         text,
    signed_at      timestamptz,
    signed_by      text collate "C",
    ca_id          uuid,
    role           text collate "C",
    certificate_id uuid,
    primary key (tenant_id, csr_id),
    check ((status = 'pending') = (decided_at is null)),
    check ((status = 'rejected') = (reason is not null)),
    check ((status = 'signed') = (certificate_id is not null))
);
create index pki_request_by_status on pki_request (tenant_id, status, csr_id);
-- How many of somebody's wait.
create index pki_request_waiting on pki_request (tenant_id, created_by) where status = 'pending';

alter table pki_request enable row level security;
alter table pki_request force row level security;
create policy tenant_isolation on pki_request
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
-- What was imported does not change.
grant select, insert on pki_request to scaivault_app;
grant update (status, decided_at, decided_by, reason, signed_at, signed_by, ca_id, role, certificate_id) on pki_request to scaivault_app;

-- Private keys that were issued by roles that keep them.
create table certificate_key (
    tenant_id      text collate "C" not null,
    -- the id of the certificate as it is written, to which the seal is bound
    key_id         text collate "C" not null,
    certificate_id uuid not null,
    -- PKCS #8, sealed by the tenant's key
    private_key    bytea not null,
    created_at     timestamptz not null,
    primary key (tenant_id, key_id),
    unique (tenant_id, certificate_id),
    -- a key ends with its certificate
    foreign key (tenant_id, certificate_id) references certificate on delete cascade
);

alter table certificate_key enable row level security;
alter table certificate_key force row level security;
create policy tenant_isolation on certificate_key
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
-- Only the seal ever changes.
grant select, insert on certificate_key to scaivault_app;
grant update (private_key) on certificate_key to scaivault_app;

-- A tenant without a row has every setting at its default.
create table pki_settings (
    tenant_id               text collate "C" primary key references tenant,
    -- whoever imported a request cannot approve it
    require_second_approver boolean not null,
    updated_at              timestamptz not null,
    updated_by              text collate "C" not null
);

alter table pki_settings enable row level security;
alter table pki_settings force row level security;
create policy tenant_isolation on pki_settings
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
grant select, insert on pki_settings to scaivault_app;
grant update (require_second_approver, updated_at, updated_by) on pki_settings to scaivault_app;
