-- Certificates are written once, when they are signed, and many of them in one statement and one commit. Their numbers are reserved before that, some in advance, in a table of their own.

-- Numbers that certificates may be signed under, and no certificate has. One that is not used within minutes is used by nobody any more.
create table reserved_serial (
    tenant_id   text collate "C" not null,
    ca_id       uuid not null,
    serial      bytea not null check (length(serial) between 1 and 20),
    reserved_at timestamptz not null,
    primary key (tenant_id, ca_id, serial)
);

alter table reserved_serial enable row level security;
alter table reserved_serial force row level security;
create policy tenant_isolation on reserved_serial
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
grant select, insert, delete on reserved_serial to scaivault_app;

-- Rows that stood for a number alone were given to nobody.
alter table certificate no force row level security;
delete from certificate where status = 'reserved';
alter table certificate force row level security;
drop table pki_purge;
drop index certificate_by_authority, certificate_expiry, certificate_by_role;
alter table certificate
    drop constraint certificate_check,
    drop constraint certificate_status_check,
    add check (status in ('issued', 'revoked')),
    alter column certificate set not null,
    alter column subject set not null,
    alter column not_before set not null,
    alter column not_after set not null;
create index certificate_by_authority on certificate (tenant_id, ca_id, certificate_id);
create index certificate_expiry on certificate (tenant_id, not_after, certificate_id);
create index certificate_by_role on certificate (tenant_id, role, certificate_id) where role is not null;
revoke update (role, subject_ca_id, common_name, subject, sans, not_before, not_after, certificate) on certificate from scaivault_app;

-- Keeps certificates that were signed, of any tenants, each under the number that was reserved for it and, where an entry is given, with that. It runs with the caller's rights: before each it becomes that
-- one's tenant, so that row-level security binds every step. One is missing in the answer, and nothing of it is written, when its number is not reserved or was too long ago, or when the policies, the role or the
-- authority are no longer as they were seen, as far as it depends on them. Columns may be added by a function of another name only: instances of two releases share it.
create function pki_keep_certificates(
    tenant_ids text[], authority_ids text[], generations integer[], seen_authorities bigint[],
    seen_epochs bigint[], role_names text[], seen_revisions integer[], seen_roles bigint[],
    certificate_ids text[], serials bytea[], reserved_since bigint[], subject_authority_ids text[], common_names text[], subjects text[], name_lines text[],
    begin_micros bigint[], end_micros bigint[], certificates bytea[], kept_micros bigint[], authors text[],
    log_tenant_ids text[], occurred_micros bigint[], log_ids text[], actions text[], identity_types text[], identity_ids text[], acting_tenant_ids text[],
    resources text[], source_ips text[], user_agents text[], error_codes text[], durations integer[], request_ids text[], extras text[])
returns table (number bigint)
language plpgsql
as $$
declare
    c record;
    origin constant timestamptz := 'epoch';
    microsecond constant interval := '1 microsecond';
begin
    for c in
        select u.*
        from unnest(
            tenant_ids, authority_ids, generations, seen_authorities, seen_epochs, role_names, seen_revisions, seen_roles,
            certificate_ids, serials, reserved_since, subject_authority_ids, common_names, subjects, name_lines,
            begin_micros, end_micros, certificates, kept_micros, authors,
            log_tenant_ids, occurred_micros, log_ids, actions, identity_types, identity_ids, acting_tenant_ids,
            resources, source_ips, user_agents, error_codes, durations, request_ids, extras)
            with ordinality as u (
                tenant_id, authority_id, generation, seen_authority, seen_epoch, role_name, seen_revision, seen_role,
                certificate_id, serial, since, subject_authority_id, common_name, subject, lines,
                begins, ends, certificate, kept, author,
                log_tenant_id, occurred, log_id, action, identity_type, identity_id, acting_tenant_id,
                resource, source_ip, user_agent, error_code, duration_ms, request_id, extra,
                place)
    loop
        perform set_config('app.tenant_id', c.tenant_id, true);

        if c.seen_authority is not null then
            perform from public.certificate_authority a
            where a.tenant_id = c.tenant_id and a.ca_id = c.authority_id::uuid and a.status = 'active' and a.generation = c.generation
                and a.updated_at = origin + c.seen_authority * microsecond;
            continue when not found;
        end if;
        if c.seen_epoch is not null then
            perform from public.tenant t
            join public.pki_role r on r.tenant_id = t.tenant_id and r.name = c.role_name
            where t.tenant_id = c.tenant_id and t.epoch = c.seen_epoch and t.status = 'active'
                and r.revision = c.seen_revision and r.updated_at = origin + c.seen_role * microsecond;
            continue when not found;
        end if;

        delete from public.reserved_serial s
        where s.tenant_id = c.tenant_id and s.ca_id = c.authority_id::uuid and s.serial = c.serial and s.reserved_at > origin + c.since * microsecond;
        continue when not found;

        insert into public.certificate
            (tenant_id, certificate_id, ca_id, ca_generation, serial, status, role, subject_ca_id, common_name, subject, sans,
            not_before, not_after, certificate, created_at, created_by)
        values
            (c.tenant_id, c.certificate_id::uuid, c.authority_id::uuid, c.generation, c.serial, 'issued', c.role_name, c.subject_authority_id::uuid,
            c.common_name, c.subject, string_to_array(c.lines, E'\n'),
            origin + c.begins * microsecond, origin + c.ends * microsecond, c.certificate, origin + c.kept * microsecond, c.author);

        if c.lines <> '' then
            insert into public.certificate_name (tenant_id, name, certificate_id)
            select distinct c.tenant_id, n.name, c.certificate_id::uuid from string_to_table(c.lines, E'\n') as n (name);
        end if;

        if c.log_id is not null then
            insert into public.audit_log
                (tenant_id, occurred_at, log_id, action, identity_type, identity_id, acting_tenant_id, secret_path, source_ip, user_agent, success,
                error_code, duration_ms, request_id, extra_data)
            values
                (c.log_tenant_id, origin + c.occurred * microsecond, c.log_id::uuid, c.action, c.identity_type, c.identity_id,
                c.acting_tenant_id, c.resource, c.source_ip, c.user_agent, c.error_code is null, c.error_code, c.duration_ms, c.request_id,
                c.extra::jsonb);
        end if;

        number := c.place;
        return next;
    end loop;
end
$$;
revoke execute on function pki_keep_certificates from public;
grant execute on function pki_keep_certificates to scaivault_app;
