-- Authorities whose certificates are made elsewhere.

alter table certificate_authority drop constraint certificate_authority_status_check;
-- Pending: its first certificate has not come yet, and its generation is 0.
alter table certificate_authority add constraint certificate_authority_status_check
    check (status in ('pending', 'active', 'disabled', 'revoked')) not valid;
alter table certificate_authority validate constraint certificate_authority_status_check;
-- The authority of ours that signed it is known when its certificate comes.
grant update (parent_ca_id) on certificate_authority to scaivault_app;

alter table ca_generation
    -- none where none of ours signed it
    alter column certificate_id drop not null,
    -- the certificates above it, where others signed it, as far as they were sent; DER
    add column chain bytea[] not null default '{}';

-- A key of an authority whose certificate somebody else was asked for. Its private key is in ca_signing_key.
create table ca_pending_key (
    tenant_id        text collate "C" not null,
    ca_id            uuid not null,
    key_id           text collate "C" not null,
    key_type         text collate "C" not null,
    -- 0 where the type says it all
    key_size         integer not null,
    key_storage      text collate "C" not null check (key_storage in ('vault', 'hsm')),
    -- RFC 4514
    subject          text not null,
    -- PKCS #10, DER
    request          bytea not null,
    -- what was asked for, to which the certificate is held
    max_path_length  integer,
    name_constraints jsonb,
    created_at       timestamptz not null,
    primary key (tenant_id, ca_id),
    foreign key (tenant_id, ca_id) references certificate_authority
);

alter table ca_pending_key enable row level security;
alter table ca_pending_key force row level security;
create policy tenant_isolation on ca_pending_key
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
grant select, insert, delete on ca_pending_key to scaivault_app;

-- A key that was to be certified, and gave way to another before it was.
grant delete on ca_signing_key to scaivault_app;

-- Certificates by which authorities of ours vouch for others of ours, beside their own.
create table ca_cross_certificate (
    tenant_id         text collate "C" not null,
    certificate_id    uuid not null,
    -- for whom, and for which of its keys
    ca_id             uuid not null,
    ca_generation     integer not null,
    -- by whom, and by which of its keys
    signer_ca_id      uuid not null,
    signer_generation integer not null,
    created_at        timestamptz not null,
    primary key (tenant_id, certificate_id),
    foreign key (tenant_id, certificate_id) references certificate on delete cascade,
    foreign key (tenant_id, ca_id, ca_generation) references ca_generation
);
create index ca_cross_certificate_subject on ca_cross_certificate (tenant_id, ca_id, ca_generation);

alter table ca_cross_certificate enable row level security;
alter table ca_cross_certificate force row level security;
create policy tenant_isolation on ca_cross_certificate
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
grant select, insert on ca_cross_certificate to scaivault_app;
