-- Authorities whose keys leave: a backup goes out, the key is destroyed here, and what it signs from then on comes from where the backup is.

alter table certificate_authority drop constraint certificate_authority_status_check;
alter table certificate_authority add constraint certificate_authority_status_check
    check (status in ('pending', 'active', 'disabled', 'offline', 'revoked')) not valid;
alter table certificate_authority validate constraint certificate_authority_status_check;

alter table certificate_authority
    -- over the encrypted keys, as they were given out last; since then the authority signs no certificate
    add column backup_sha256 bytea check (length(backup_sha256) = 32),
    add column key_destroyed_at timestamptz;
grant update (backup_sha256, key_destroyed_at) on certificate_authority to scaivault_app;

-- The worker tells whose lists are overdue: of these, people make them.
grant select (tenant_id, ca_id, key_destroyed_at) on certificate_authority to scaivault_worker;
create policy worker_finds on certificate_authority for select to scaivault_worker using (true);
grant select (next_update) on crl to scaivault_worker;
