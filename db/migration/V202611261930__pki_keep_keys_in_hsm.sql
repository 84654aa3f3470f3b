-- Keys of authorities that lie in an HSM.

-- Where the key of this generation lies: sealed in ca_signing_key, or in the HSM, and only what names it there is sealed in ca_signing_key.
alter table ca_generation
    add column key_storage text collate "C" not null default 'vault' check (key_storage in ('vault', 'hsm'));

-- What lies in the HSM. A row is written before its key is made, so that no key is forgotten there; it stays when the key is gone. It names the key for whoever destroys it, once what seals the other reference
-- has ended; nobody signs by it.
create table ca_hsm_key (
    tenant_id    text collate "C" not null,
    key_id       text collate "C" not null,
    -- its name in the HSM is a hash over this, the tenant and the key's id
    reference    bytea not null check (length(reference) = 32),
    -- making: the authority is not stored yet, and perhaps never will be; ending: from here on it is to be destroyed, whatever happens
    state        text collate "C" not null check (state in ('making', 'kept', 'ending', 'destroyed')),
    created_at   timestamptz not null,
    destroyed_at timestamptz,
    primary key (tenant_id, key_id),
    check ((state = 'destroyed') = (destroyed_at is not null))
);
create index ca_hsm_key_waiting on ca_hsm_key (created_at) where state in ('making', 'ending');

alter table ca_hsm_key enable row level security;
alter table ca_hsm_key force row level security;
create policy tenant_isolation on ca_hsm_key
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
grant select, insert on ca_hsm_key to scaivault_app;
grant update (state, destroyed_at) on ca_hsm_key to scaivault_app;

-- The worker finds whose keys are to be destroyed. It changes nothing: that is done as the tenant.
grant select (tenant_id, state, created_at) on ca_hsm_key to scaivault_worker;
create policy worker_finds on ca_hsm_key for select to scaivault_worker using (true);
