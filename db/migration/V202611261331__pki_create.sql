-- Certificate authorities, the keys that they sign with, and every certificate that they issue.

create table certificate_authority (
    tenant_id       text collate "C" not null references tenant,
    ca_id           uuid not null,
    -- a segment of a path: policies name an authority by pki/ca/<name>
    name            text collate "C" not null,
    ca_type         text collate "C" not null check (ca_type in ('root', 'intermediate')),
    -- who signed its certificate, where that is one of ours
    parent_ca_id    uuid,
    common_name     text not null,
    status          text collate "C" not null check (status in ('active', 'disabled', 'revoked')),
    -- the one that signs now
    generation      integer not null,
    -- how many certificates it gave to others up to that one: those behind are counted when somebody looks
    counted         bigint not null default 0,
    counted_through uuid not null default '00000000-0000-0000-0000-000000000000',
    created_at      timestamptz not null,
    created_by      text collate "C" not null,
    updated_at      timestamptz not null,
    primary key (tenant_id, ca_id),
    unique (tenant_id, name),
    foreign key (tenant_id, parent_ca_id) references certificate_authority
);
create index certificate_authority_parent on certificate_authority (tenant_id, parent_ca_id);

alter table certificate_authority enable row level security;
alter table certificate_authority force row level security;
create policy tenant_isolation on certificate_authority
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
grant select, insert on certificate_authority to scaivault_app;
grant update (status, generation, counted, counted_through, updated_at) on certificate_authority to scaivault_app;

-- A key and the certificate for it. An authority that gets a new key under the same name gets another generation; what was signed by an older one stays what it is.
create table ca_generation (
    tenant_id          text collate "C" not null,
    ca_id              uuid not null,
    generation         integer not null,
    -- in ca_signing_key
    key_id             text collate "C" not null,
    key_type           text collate "C" not null,
    -- 0 where the type says it all
    key_size           integer not null,
    certificate_id     uuid not null,
    -- DER
    certificate        bytea not null,
    -- what of it is shown: the content octets of its number, RFC 4514, the value of the key's identifier
    serial             bytea not null,
    subject            text not null,
    subject_key_id     bytea not null,
    -- none for any number
    max_path_length    integer,
    name_constraints   jsonb,
    -- whose key signed it: none where it signed itself
    issuer_ca_id       uuid,
    issuer_generation  integer,
    not_before         timestamptz not null,
    not_after          timestamptz not null,
    created_at         timestamptz not null,
    primary key (tenant_id, ca_id, generation),
    foreign key (tenant_id, ca_id) references certificate_authority,
    foreign key (tenant_id, issuer_ca_id, issuer_generation) references ca_generation
);
create unique index ca_generation_key on ca_generation (tenant_id, key_id);

alter table ca_generation enable row level security;
alter table ca_generation force row level security;
create policy tenant_isolation on ca_generation
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
-- What was certified does not change.
grant select, insert on ca_generation to scaivault_app;

create table ca_signing_key (
    tenant_id   text collate "C" not null,
    key_id      text collate "C" not null,
    -- PKCS #8, sealed by the tenant's key
    private_key bytea not null,
    created_at  timestamptz not null,
    primary key (tenant_id, key_id)
);

alter table ca_signing_key enable row level security;
alter table ca_signing_key force row level security;
create policy tenant_isolation on ca_signing_key
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
-- Only the seal ever changes.
grant select, insert on ca_signing_key to scaivault_app;
grant update (private_key) on ca_signing_key to scaivault_app;

-- Every certificate that an authority issues, its own included when it signed itself. A row begins as a serial number that is reserved; when it is signed, the certificate is in it. One that stays reserved
-- was never given to anybody. No foreign key leads to the authority: issuing would lock its row, and it is never deleted.
create table certificate (
    tenant_id      text collate "C" not null,
    certificate_id uuid not null,
    -- who issued it, and by which of its keys
    ca_id          uuid not null,
    ca_generation  integer not null,
    -- the content octets of the number, big endian
    serial         bytea not null check (length(serial) between 1 and 20),
    status         text collate "C" not null check (status in ('reserved', 'issued', 'revoked')),
    -- by which role; none for the certificate of an authority
    role           text collate "C",
    -- of which authority it is the certificate
    subject_ca_id  uuid,
    common_name    text,
    -- RFC 4514
    subject        text,
    -- dns:…, ip:…, email:…, uri:…
    sans           text[] not null default '{}',
    not_before     timestamptz,
    not_after      timestamptz,
    -- DER
    certificate    bytea,
    created_at     timestamptz not null,
    created_by     text collate "C" not null,
    primary key (tenant_id, certificate_id),
    check (status = 'reserved' or (certificate is not null and subject is not null and not_before is not null and not_after is not null))
);
-- No authority gives a number twice; and a number alone finds the few that have it.
create unique index certificate_serial on certificate (tenant_id, serial, ca_id);
create index certificate_by_authority on certificate (tenant_id, ca_id, certificate_id) where status <> 'reserved';
create index certificate_expiry on certificate (tenant_id, not_after, certificate_id) where status <> 'reserved';

alter table certificate enable row level security;
alter table certificate force row level security;
create policy tenant_isolation on certificate
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
grant select, insert on certificate to scaivault_app;
grant update (status, role, subject_ca_id, common_name, subject, sans, not_before, not_after, certificate) on certificate to scaivault_app;
